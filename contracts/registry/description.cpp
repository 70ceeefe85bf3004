// What a registrant says about an asset: its shape, its codes, and whether it may be said.
#include <set>

#include "contracts/governance.pb.h"
#include "contracts/members.h"
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"
#include "ledger/core/udi.h"

namespace qilian::contracts::registry {
namespace {

constexpr std::size_t kMaxTitle = 512;
constexpr std::size_t kMaxCode = 64;
constexpr std::size_t kMaxReference = 128;
constexpr std::size_t kMaxList = 256;

/// COM-104 where governance has published the table and it lacks the code. A table that nobody published binds nobody.
Outcome check_code(const Context& context, std::string_view table, std::string_view code) {
  if (code.empty() || !context.exists(kind::kTable, table)) return pass();
  return require_code(context, table, code);
}

Outcome check_optional(std::string_view field, std::string_view text, std::size_t max_bytes) {
  return text.empty() ? pass() : require_text(field, text, max_bytes);
}

ledger::UdiClass class_of(pb::Asset::Kind kind) {
  switch (kind) {
    case pb::Asset::PRODUCT:
      return ledger::UdiClass::kProduct;
    case pb::Asset::SERVICE:
      return ledger::UdiClass::kService;
    case pb::Asset::MODEL:
      return ledger::UdiClass::kModel;
    case pb::Asset::COLLECTION:
      return ledger::UdiClass::kCollection;
    default:
      return ledger::UdiClass::kResource;
  }
}

}  // namespace

Outcome check_codes(const Context& context, std::string_view industry, std::string_view region,
                    std::string_view scenario) {
  QILIAN_PASS(check_code(context, "industry", industry));
  QILIAN_PASS(check_code(context, "region", region));
  return check_code(context, "scenario", scenario);
}

Outcome check_description(const pb::AssetDescription& said) {
  QILIAN_PASS(require_text("title", said.title(), kMaxTitle));
  QILIAN_PASS(require_choice("kind", said.kind()));
  QILIAN_PASS(require_choice("category", said.category()));
  QILIAN_PASS(require_choice("grade", said.grade()));
  QILIAN_PASS(require_choice("open_level", said.open_level()));
  QILIAN_PASS(require_choice("pi_class", said.pi_class()));
  QILIAN_PASS(check_optional("grade_decision", said.grade_decision(), kMaxReference));
  QILIAN_PASS(check_optional("source_unit", said.source_unit(), kMaxCode));
  QILIAN_PASS(check_optional("industry", said.industry(), kMaxCode));
  QILIAN_PASS(check_optional("region", said.region(), kMaxCode));
  QILIAN_PASS(check_optional("scenario", said.scenario(), kMaxCode));
  QILIAN_PASS(check_optional("update_frequency", said.update_frequency(), kMaxCode));
  QILIAN_PASS(check_optional("catalogue_ref", said.catalogue_ref(), kMaxReference));
  QILIAN_PASS(check_optional("responsibility_ref", said.responsibility_ref(), kMaxReference));
  if (!said.source_evidence().empty()) {
    QILIAN_PASS(require_digest_or_commitment("source_evidence", said.source_evidence()));
  }
  QILIAN_PASS(require_count("precision", static_cast<std::size_t>(said.precision_size()), 0, kMaxList));
  for (const pb::Measure& measure : said.precision()) {
    QILIAN_PASS(require_text("precision.name", measure.name(), kMaxCode));
    // The negative list reads measures by their names: one called "purpose" would stand in for the call's purpose.
    QILIAN_REQUIRE(measure.name() == "precision" || measure.name().starts_with("precision_"), "COM-107",
                   "a measure is called precision or precision_<unit>");
  }
  QILIAN_PASS(require_count("alt_ids", static_cast<std::size_t>(said.alt_ids_size()), 0, kMaxList));
  for (const pb::AltId& alt : said.alt_ids()) {
    QILIAN_PASS(require_text("alt_ids.scheme", alt.scheme(), kMaxCode));
    QILIAN_PASS(require_text("alt_ids.value", alt.value(), kMaxReference));
  }
  QILIAN_PASS(require_count("members", static_cast<std::size_t>(said.members_size()), 0, kMaxList));
  return pass();
}

Outcome check_content(const pb::VersionContent& content) {
  QILIAN_PASS(require_digest("content_root", content.content_root()));
  if (!content.manifest().empty()) QILIAN_PASS(require_digest_or_commitment("manifest", content.manifest()));
  QILIAN_PASS(check_optional("schema", content.schema(), kMaxReference));
  QILIAN_PASS(check_optional("quality", content.quality(), kMaxTitle));
  for (const std::string& item : content.items()) QILIAN_PASS(require_text("items", item, kMaxCode));
  return pass();
}

Outcome check_rights(const google::protobuf::RepeatedPtrField<pb::RightClaim>& rights) {
  QILIAN_PASS(require_count("rights", static_cast<std::size_t>(rights.size()), 0, 16));
  for (const pb::RightClaim& claim : rights) {
    QILIAN_PASS(require_choice("rights.type", claim.type()));
    QILIAN_PASS(require_text("rights.basis", claim.basis(), kMaxTitle));
    QILIAN_PASS(check_optional("rights.basis_ref", claim.basis_ref(), kMaxReference));
    QILIAN_REQUIRE(claim.from() >= 0 && claim.to() >= 0 && (claim.to() == 0 || claim.to() > claim.from()), "COM-107",
                   "rights.to lies after rights.from");
  }
  return pass();
}

Outcome check_new_udi(const Context& context, std::string_view udi, pb::Asset::Kind kind) {
  const ledger::Result<ledger::Udi> parsed = ledger::Udi::parse(udi);
  QILIAN_REQUIRE(parsed, "REG-101", parsed.error().message);
  QILIAN_REQUIRE(parsed->base() == udi, "REG-101", "an asset is registered under its UDI without version and item");
  QILIAN_REQUIRE(parsed->registrant().str() == context.caller().organisation(), "REG-101",
                 "the UDI names " + parsed->registrant().str() + " as first registrant; it must be the one who signs");
  QILIAN_REQUIRE(parsed->type() == class_of(kind), "REG-101", "the letter in the UDI is not that of the asset's kind");
  QILIAN_REQUIRE(!context.exists(kind::kAsset, udi), "COM-302",
                 "asset " + std::string(udi) + " exists: a UDI is given once and for good");
  return pass();
}

Outcome check_description_codes(const Context& context, const pb::AssetDescription& said) {
  QILIAN_PASS(check_codes(context, said.industry(), said.region(), said.scenario()));
  for (const std::string& member : said.members()) {
    QILIAN_REQUIRE(said.kind() == pb::Asset::COLLECTION, "COM-107", "only a COLLECTION has members");
    QILIAN_REQUIRE(context.exists(kind::kAsset, member), "COM-301", "member " + member + " is not in the registry");
  }
  return pass();
}

Outcome check_items_count(const Context& context, const pb::VersionContent& content) {
  const std::int64_t limit = context.parameters().integer("registry.max_items");
  QILIAN_PASS(require_range("number of items", content.items_size(), 0, limit));
  for (const std::string& item : content.items()) QILIAN_PASS(check_code(context, "item", item));
  return pass();
}

Outcome check_items(const pb::VersionContent& content) {
  QILIAN_REQUIRE(content.items_size() > 0, "REG-102", "name at least one item: what is left out cannot be judged");
  return pass();
}

Outcome check_source(const pb::AssetDescription& said) {
  QILIAN_REQUIRE(said.source_basis() != pb::Asset::SOURCE_BASIS_UNSPECIFIED && !said.source_evidence().empty(),
                 "REG-103",
                 "say how the data was acquired (source_basis) and give the digest of what shows it (source_evidence)");
  QILIAN_REQUIRE(said.source_basis() != pb::Asset::SHARED || !said.source_unit().empty(), "REG-103",
                 "shared data names the unit that provides it (source_unit)");
  return pass();
}

Outcome check_root(const Context& context, std::string_view udi, const pb::VersionContent& content) {
  const auto first = context.get<pb::ContentRoot>(kind::kContentRoot, ledger::to_hex(content.content_root()));
  if (!first || first->udi() == udi) return pass();
  // A refused registration never held; a revoked one frees the content for anybody but the one who lost it.
  const std::optional<pb::Asset> earlier = asset(context, first->udi());
  const bool freed = earlier && (earlier->status() == pb::Asset::REJECTED ||
                                 (earlier->status() == pb::Asset::REVOKED &&
                                  !related(context, earlier->registrant(), context.caller().organisation())));
  QILIAN_REQUIRE(freed, "REG-403",
                 "this content root is registered as " + version_id(first->udi(), first->version()) + " by " +
                     first->registrant());
  return pass();
}

Outcome check_claims(const pb::Asset& draft, const google::protobuf::RepeatedPtrField<pb::RightClaim>& rights) {
  std::set<pb::Right::Type> types;
  for (const pb::RightClaim& claim : rights) {
    QILIAN_REQUIRE(types.insert(claim.type()).second, "REG-404", "each type of right is claimed once");
  }
  QILIAN_REQUIRE(types.contains(pb::Right::HOLD), "REG-405",
                 "a registration claims at least HOLD: no other right stands without it");
  for (const pb::Right::Type type : types) QILIAN_PASS(check_new_right(draft, type));
  return pass();
}

}  // namespace qilian::contracts::registry
