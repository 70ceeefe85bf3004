// 变更 and 更正: a new version waits for a second officer; a descriptive error is put right at once.
#include "contracts/members.h"
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::registry {

SignerRule registrant_and_registrar(const Context& context, std::string_view udi) {
  SignerRule rule;
  const std::optional<pb::Asset> found = asset(context, udi);
  if (!found || found->registrar().empty()) return rule;
  rule.organisations = {found->registrant(), found->registrar()};
  return rule;
}

std::uint32_t next_version(const pb::Asset& asset) { return std::max(asset.head(), asset.pending_version()) + 1; }

void open_amendment(Context& context, pb::Asset& asset, std::uint32_t seq) {
  if (asset.pending_version() != 0) asset.add_lapsed_versions(asset.pending_version());
  asset.set_status(pb::Asset::AMENDING);
  asset.set_pending_version(seq);
  asset.clear_amended_by();
  asset.set_amendment_to(context.deadline("registry.amendment_window").value());
}

namespace {

// ---- amend --------------------------------------------------------------------------------------------------------

Outcome check_amend(const pb::RegistryAmend& args) {
  QILIAN_PASS(require_text("udi", args.udi(), 128));
  return check_content(args.content());
}

SignerRule amend_signers(const pb::RegistryAmend& args, const Context& context) {
  return registrant_and_registrar(context, args.udi());
}

Outcome amend_object(const pb::RegistryAmend& args, const Context& context) {
  QILIAN_PASS(require_live(context, args.udi()));
  const pb::Asset found = *asset(context, args.udi());
  QILIAN_REQUIRE(status_at(found, context.time()) == pb::Asset::REGISTERED, "COM-303",
                 "an amendment of " + args.udi() + " is pending");
  return check_items_count(context, args.content());
}

std::vector<std::string> parents_of_head(const Context& context, const pb::Asset& asset) {
  std::vector<std::string> out;
  if (const auto from = derivation(context, version_id(asset.udi(), asset.head()))) {
    for (const pb::ParentRef& parent : from->parents()) out.push_back(version_id(parent.udi(), parent.version()));
  }
  return out;
}

std::vector<ListSubject> amend_subjects(const pb::RegistryAmend& args, const Context& context) {
  const std::optional<pb::Asset> found = asset(context, args.udi());
  if (!found) return {};
  const pb::AssetVersion draft = draft_version(context, args.udi(), next_version(*found), args.content(), "update");
  ListSubject subject;
  subject.version = version_id(args.udi(), draft.seq());
  subject.draft = view_of(context, *found, draft, parents_of_head(context, *found));
  return {subject};
}

/// A draft does not stand in the state: what it amends is asked.
Outcome amend_references(const pb::RegistryAmend& args, const Context& context) {
  const std::string head = version_id(args.udi(), asset(context, args.udi())->head());
  QILIAN_REQUIRE(effective_grade(context, head) != pb::Asset::CORE, "COM-401", "effective grade CORE of " + head);
  return pass();
}

Outcome amend_invariants(const pb::RegistryAmend& args, const Context& context) {
  QILIAN_PASS(check_items(args.content()));
  QILIAN_PASS(check_root(context, args.udi(), args.content()));
  return require_unpledged(context, asset(context, args.udi())->pledge());
}

Outcome apply_amend(const pb::RegistryAmend& args, Context& context) {
  pb::Asset changed = *asset(context, args.udi());
  pb::AssetVersion next = draft_version(context, args.udi(), next_version(changed), args.content(), "update");
  // What was derived stays derived: an amendment does not cut the lineage.
  if (auto from = derivation(context, version_id(args.udi(), changed.head()))) {
    from->set_child(version_id(args.udi(), next.seq()));
    next.set_derived(true);
    context.put(kind::kDerivation, from->child(), *from, EventKind::kCreated);
    for (const pb::ParentRef& parent : from->parents()) {
      context.append(kind::kChildrenOfVersion, version_id(parent.udi(), parent.version()), kind::kAssetVersion,
                     from->child());
    }
  }
  write_version(context, next, changed.registrant());
  open_amendment(context, changed, next.seq());
  for (const std::string& officer : context.caller().officers_of(changed.registrar())) changed.set_amended_by(officer);
  context.put(kind::kAsset, args.udi(), changed);
  context.set_object(version_id(args.udi(), next.seq()));
  return pass();
}

// ---- correct ------------------------------------------------------------------------------------------------------

Outcome check_correct(const pb::RegistryCorrect& args) {
  QILIAN_PASS(require_text("udi", args.udi(), 128));
  for (const auto& [field, text] : {std::pair{"title", args.title()},
                                    {"industry", args.industry()},
                                    {"region", args.region()},
                                    {"scenario", args.scenario()},
                                    {"update_frequency", args.update_frequency()}}) {
    if (!text.empty()) QILIAN_PASS(require_text(field, text, 512));
  }
  return require_count("alt_ids", static_cast<std::size_t>(args.alt_ids_size()), 0, 256);
}

SignerRule correct_signers(const pb::RegistryCorrect& args, const Context& context) {
  return registrant_and_registrar(context, args.udi());
}

Outcome correct_object(const pb::RegistryCorrect& args, const Context& context) {
  QILIAN_PASS(require_live(context, args.udi()));
  return check_codes(context, args.industry(), args.region(), args.scenario());
}

bool loosens(const pb::Asset& asset, const pb::RegistryCorrect& args) {
  const bool category = args.category() != pb::Asset::CATEGORY_UNSPECIFIED && asset.category() == pb::Asset::PERSONAL &&
                        args.category() != pb::Asset::PERSONAL;
  const bool pi_class = args.pi_class() != pb::Asset::PI_CLASS_UNSPECIFIED && args.pi_class() != asset.pi_class() &&
                        (args.pi_class() == pb::Asset::ANONYMISED || args.pi_class() < asset.pi_class());
  return category || pi_class;
}

/// Towards PERSONAL anybody may correct; out of it leads one way only: anonymisation that a notary attested on the head
/// version.
Outcome correct_invariants(const pb::RegistryCorrect& args, const Context& context) {
  const pb::Asset found = *asset(context, args.udi());
  const bool recategorised = args.category() != pb::Asset::CATEGORY_UNSPECIFIED && args.category() != found.category();
  QILIAN_REQUIRE(!recategorised || found.category() != pb::Asset::PUBLIC, "REG-408",
                 "public data does not become something else by a correction");
  QILIAN_REQUIRE(!recategorised || args.category() != pb::Asset::PUBLIC, "REG-408",
                 "public data is registered with its catalogue entry; it does not come about by a correction");
  if (!loosens(found, args)) return pass();
  const std::string head = version_id(args.udi(), found.head());
  const std::optional<AttestedClaim> claim = attested_claim(context, head, "anonymised");
  const bool attested =
      claim && claim->attestation == args.attestation() && (claim->number == 1 || claim->text == "true");
  QILIAN_REQUIRE(
      attested, "REG-408",
      "name an attestation in force on " + head + " that claims anonymised; without it the data stays as it is");
  return pass();
}

Outcome apply_correct(const pb::RegistryCorrect& args, Context& context) {
  pb::Asset changed = *asset(context, args.udi());
  if (!args.title().empty()) changed.set_title(args.title());
  if (!args.industry().empty()) changed.set_industry(args.industry());
  if (!args.region().empty()) changed.set_region(args.region());
  if (!args.scenario().empty()) changed.set_scenario(args.scenario());
  if (!args.update_frequency().empty()) changed.set_update_frequency(args.update_frequency());
  if (args.category() != pb::Asset::CATEGORY_UNSPECIFIED) changed.set_category(args.category());
  if (args.pi_class() != pb::Asset::PI_CLASS_UNSPECIFIED) changed.set_pi_class(args.pi_class());
  if (args.alt_ids_size() > 0) *changed.mutable_alt_ids() = args.alt_ids();
  context.put(kind::kAsset, args.udi(), changed);
  context.set_object(args.udi());
  if (!args.attestation().empty()) context.add_trace("relied on attestation " + args.attestation());
  return pass();
}

}  // namespace

void add_amendment_calls(CallList& calls) {
  calls.push_back(make_call<pb::RegistryAmend>({.name = "registry.amend",
                                                .policy = SignaturePolicy::kBoth,
                                                .credit = CreditClass::kContinuing,
                                                .stopped_by_hold = true,
                                                .operation = ListOperation::kRegister,
                                                .label_zh = "变更登记",
                                                .label_en = "Register a new version; a second officer assigns it."},
                                               {.check = check_amend,
                                                .signers = amend_signers,
                                                .object = amend_object,
                                                .references = amend_references,
                                                .subjects = amend_subjects,
                                                .invariants = amend_invariants,
                                                .apply = apply_amend}));
  calls.push_back(make_call<pb::RegistryCorrect>({.name = "registry.correct",
                                                  .policy = SignaturePolicy::kBoth,
                                                  .credit = CreditClass::kOpen,
                                                  .stopped_by_hold = false,
                                                  .label_zh = "更正登记",
                                                  .label_en = "Put a descriptive error right."},
                                                 {.check = check_correct,
                                                  .signers = correct_signers,
                                                  .object = correct_object,
                                                  .invariants = correct_invariants,
                                                  .apply = apply_correct}));
}

}  // namespace qilian::contracts::registry
