// Which path an export needs, what stands behind it, and how the year's persons add up.
#include <algorithm>

#include "contracts/authorization/authorization.h"
#include "contracts/cross_border/steps.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::cross_border {
namespace {

/// What the law asks for, ascending.
enum class Need { kNothing, kContract, kSecurity };

std::string_view name_of(Need need) {
  switch (need) {
    case Need::kNothing:
      return "no formality";
    case Need::kContract:
      return "a STANDARD_CONTRACT or CERTIFICATION";
    case Need::kSecurity:
      break;
  }
  return "a SECURITY_ASSESSMENT";
}

/// Personal as the rules see it: by its own class or an ancestor's category. That a registrant calls it ANONYMISED says
/// nothing about the category: only an attestation takes data out of PERSONAL.
bool personal(const Context& context, const std::string& version) {
  const auto asset = registry::asset(context, registry::parse_version(version)->udi);
  return asset->pi_class() == pb::Asset::GENERAL || asset->pi_class() == pb::Asset::SENSITIVE ||
         registry::effective_category(context, version) == pb::Asset::PERSONAL;
}

bool important(const Context& context, const std::string& version) {
  return registry::effective_grade(context, version) >= pb::Asset::IMPORTANT;
}

/// 关键信息基础设施运营者: listed by two regulators in a governed table.
bool critical_operator(const Context& context, const std::string& uscc) {
  return !require_code(context, "ciio", uscc).has_value();
}

Need need_of(const Context& context, const Persons& persons) {
  const Parameters& figures = context.parameters();
  if (persons.all >= figures.integer("cross_border.security_persons") ||
      persons.sensitive >= figures.integer("cross_border.security_sensitive")) {
    return Need::kSecurity;
  }
  return persons.all >= figures.integer("cross_border.contract_persons") || persons.sensitive > 0 ? Need::kContract
                                                                                                  : Need::kNothing;
}

bool suffices(pb::Export::Path path, Need need) {
  switch (path) {
    case pb::Export::SECURITY_ASSESSMENT:
    case pb::Export::EXEMPT:
    case pb::Export::FREE_TRADE_ZONE:
      return true;
    case pb::Export::STANDARD_CONTRACT:
    case pb::Export::CERTIFICATION:
      return need <= Need::kContract;
    default:
      return need == Need::kNothing;
  }
}

/// What lets an exempt path count as one: a code of the table, a seat in a zone. Important data is never exempt.
Outcome check_exemption(const Context& context, const pb::Export& item) {
  if (item.path() == pb::Export::EXEMPT) QILIAN_PASS(require_code(context, "exemption", item.exemption()));
  if (item.path() != pb::Export::FREE_TRADE_ZONE) return pass();
  const auto exporter = context.get<pb::Organisation>(kind::kOrganisation, item.exporter());
  QILIAN_REQUIRE(exporter && !require_code(context, "free_trade_zone", exporter->region()), "XBR-402",
                 item.exporter() + " has no seat in a free trade zone");
  return pass();
}

bool offshore(const Context& context, const std::string& version) {
  const auto ref = registry::parse_version(version);
  const auto asset = ref ? registry::asset(context, ref->udi) : std::nullopt;
  return asset && code_attribute(context, "region", asset->region(), "offshore") == "true";
}

/// 离岸: processing of data that never was domestic is exempt; one domestic ancestor ends that.
Outcome check_lineage(const Context& context, const pb::Export& item) {
  if (item.path() != pb::Export::EXEMPT) return pass();
  if (code_attribute(context, "exemption", item.exemption(), "lineage") != "OFFSHORE") return pass();
  std::vector<std::string> lineage = registry::ancestors(context, item.asset());
  lineage.insert(lineage.begin(), item.asset());
  for (const std::string& version : lineage) {
    QILIAN_REQUIRE(offshore(context, version), "XBR-406",
                   version + " is domestic, in a lineage that is said to be offshore");
  }
  return pass();
}

std::string counter_id(std::string_view uscc, std::int64_t year) {
  return std::string(uscc) + "/" + std::to_string(year);
}

}  // namespace

Persons shipped(const Context& context, std::string_view exporter, std::int64_t year) {
  Persons out;
  for (const std::string& member : controller_group(context, exporter)) {
    const auto counter = context.get<pb::ExportCounter>(kind::kExportCounter, counter_id(member, year));
    if (!counter) continue;
    out.all += counter->persons();
    out.sensitive += counter->sensitive_persons();
  }
  return out;
}

Outcome check_figures(const Context& context, const std::string& version, const Persons& persons) {
  if (!personal(context, version)) return pass();
  QILIAN_REQUIRE(persons.all > 0, "COM-107", version + " is about persons: say how many");
  const auto asset = registry::asset(context, registry::parse_version(version)->udi);
  QILIAN_REQUIRE(asset->pi_class() != pb::Asset::SENSITIVE || persons.sensitive == persons.all, "COM-107",
                 version + " is sensitive: every person in it counts as such");
  return pass();
}

Outcome check_grade(const Context& context, const pb::Export& item) {
  QILIAN_REQUIRE(registry::effective_grade(context, item.asset()) != pb::Asset::CORE, "XBR-401",
                 "effective grade CORE of " + item.asset());
  return pass();
}

Outcome check_right(const Context& context, const pb::Export& item) {
  const registry::VersionRef ref = *registry::parse_version(item.asset());
  if (item.grant().empty()) {
    const bool own = registry::has_right(context, ref.udi, pb::Right::HOLD, item.exporter()) ||
                     registry::has_right(context, ref.udi, pb::Right::OPERATE, item.exporter());
    QILIAN_REQUIRE(own, "AUT-401", item.exporter() + " holds no right to " + ref.udi + ": name a grant with EXPORT");
    return pass();
  }
  QILIAN_PASS(authorization::in_effect(context, item.grant()));
  const pb::Grant grant = *authorization::grant(context, item.grant());
  const bool given = grant.grantee() == item.exporter() && authorization::covers(grant, ref.udi, ref.seq) &&
                     authorization::has_action(grant, pb::Grant::EXPORT);
  QILIAN_REQUIRE(given, "AUT-402", "grant " + item.grant() + " does not let " + item.exporter() + " export " + ref.udi);
  QILIAN_REQUIRE(authorization::has_purpose(grant, item.purpose()), "AUT-404",
                 "grant " + item.grant() + " was not given for " + item.purpose());
  return pass();
}

Outcome check_consent(const Context& context, const pb::Export& item) {
  if (!personal(context, item.asset())) return pass();
  if (item.path() == pb::Export::EXEMPT &&
      code_attribute(context, "exemption", item.exemption(), "consent") == "WAIVED") {
    return pass();
  }
  const std::string udi = registry::parse_version(item.asset())->udi;
  std::int64_t consenting = 0;
  for (const std::string& id : item.consent_batch()) {
    const auto batch = context.get<pb::ConsentBatch>(kind::kConsentBatch, id);
    const bool alive =
        batch && batch->status() == pb::ConsentBatch::IN_FORCE && context.time().value() < batch->expires();
    QILIAN_REQUIRE(alive, "XBR-405", "consent batch " + id + " is not in force");
    const auto says = [&](pb::ConsentBatch::Separate wanted) {
      return std::ranges::find(batch->separate_consent(), wanted) != batch->separate_consent().end();
    };
    QILIAN_REQUIRE(says(pb::ConsentBatch::CROSS_BORDER), "XBR-405", id + " lacks the separate consent 出境");
    QILIAN_REQUIRE(item.sensitive_persons() == 0 || says(pb::ConsentBatch::SENSITIVE), "XBR-405",
                   id + " lacks the separate consent 敏感");
    QILIAN_REQUIRE(std::ranges::find(batch->purposes(), item.purpose()) != batch->purposes().end(), "XBR-405",
                   id + " was not given for " + item.purpose());
    QILIAN_REQUIRE(batch->controller() == item.exporter() ||
                       registry::has_right(context, udi, pb::Right::HOLD, batch->controller()),
                   "XBR-405", id + " was given to " + batch->controller() + ", who does not hold " + udi);
    consenting += static_cast<std::int64_t>(batch->count() - std::min(batch->withdrawn(), batch->count()));
  }
  QILIAN_REQUIRE(consenting >= item.persons(), "XBR-405",
                 std::to_string(item.persons()) + " persons, and " + std::to_string(consenting) + " consents 出境");
  return pass();
}

Outcome check_recipient(const Context& context, const pb::Export& item) {
  const auto recipient = context.get<pb::Recipient>(kind::kRecipient, item.recipient());
  QILIAN_REQUIRE(recipient && recipient->version() == item.recipient_version(), "XBR-407",
                 "recipient " + item.recipient() + " has changed since version " +
                     std::to_string(item.recipient_version()) + " was assessed");
  return pass();
}

bool counts(const pb::Export& item) {
  return item.path() != pb::Export::EXEMPT && item.path() != pb::Export::FREE_TRADE_ZONE;
}

Outcome check_path(const Context& context, const pb::Export& item, const Persons& adding) {
  QILIAN_PASS(check_exemption(context, item));
  const bool exempt = !counts(item);
  Need alone = need_of(context, adding);
  const bool named_by_law = adding.all > 0 && !exempt && critical_operator(context, item.exporter());
  if (important(context, item.asset()) || named_by_law) alone = Need::kSecurity;
  QILIAN_REQUIRE(suffices(item.path(), alone) && !(exempt && important(context, item.asset())), "XBR-402",
                 pb::Export::Path_Name(item.path()) + " does not suffice for " + std::to_string(adding.all) +
                     " persons, " + std::to_string(adding.sensitive) + " sensitive: " + std::string(name_of(alone)));
  if (!exempt) {
    const std::int64_t year = date_of(context.time()).year;
    Persons total = shipped(context, item.exporter(), year);
    total.all += adding.all;
    total.sensitive += adding.sensitive;
    const Need need = need_of(context, total);
    // Data about nobody adds nothing to what the year asks for.
    QILIAN_REQUIRE(adding.all == 0 || suffices(item.path(), need), "XBR-404",
                   "with the group's " + std::to_string(year) + " that makes " + std::to_string(total.all) +
                       " persons, " + std::to_string(total.sensitive) + " sensitive: " + std::string(name_of(need)));
  }
  return check_lineage(context, item);
}

void count(Context& context, const pb::Export& item, const Persons& persons) {
  if (!counts(item)) return;
  const std::string id = counter_id(item.exporter(), date_of(context.time()).year);
  auto counter = context.get<pb::ExportCounter>(kind::kExportCounter, id).value_or(pb::ExportCounter());
  counter.set_persons(counter.persons() + persons.all);
  counter.set_sensitive_persons(counter.sensitive_persons() + persons.sensitive);
  context.put(kind::kExportCounter, id, counter);
}

}  // namespace qilian::contracts::cross_border
