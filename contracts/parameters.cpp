#include "contracts/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "contracts/governance.pb.h"

namespace qilian::contracts {
namespace {

using enum ParameterType;

/// Ascending by name (checked by a test). Defaults are what a province would start with; a test network writes seconds
/// instead.
constexpr auto kSpecs = std::to_array<ParameterSpec>({
    {"authorization.max_chain", kInteger, "16", "longest chain of sub-grants that is walked", 1, 64},
    {"authorization.max_consent_term", kPeriod, "36 MONTH", "longest life of a consent batch"},
    {"authorization.max_operation_term", kPeriod, "60 MONTH", "longest term of a PUBLIC_OPERATION grant (AUT-405)"},
    {"authorization.max_targets", kInteger, "64", "targets of one grant", 1, 256},
    {"block.max_bytes", kInteger, "4194304", "bytes of envelopes in one block", 65536, 33554432},
    {"block.max_clock_skew_ms", kInteger, "5000", "d: how far a proposed time may lie from a replica's clock", 1,
     600000},
    {"block.max_idle_ms", kInteger, "0", "an empty block after so long without one; 0: never", 0, 86400000},
    {"block.max_transactions", kInteger, "1000", "transactions in one block", 1, 20000},
    {"block.max_transactions_per_key", kInteger, "1000", "transactions of one lead key in one block", 1, 20000},
    {"compute.max_inputs", kInteger, "64", "inputs of one job", 1, 256},
    {"credit.audits_per_year", kInteger, "2", "passed audits that count for one organisation in a calendar year", 0,
     64},
    {"credit.max_positives", kInteger, "512", "positive events that one profile keeps; past it the oldest drop", 16,
     4096},
    {"credit.object_window", kPeriod, "5 WORKING_DAY", "how long the subject of a notice may object"},
    {"credit.public_max_minor", kPeriod, "3 MONTH", "longest publicity of a MINOR determination; it expires then"},
    {"credit.public_max_moderate", kPeriod, "12 MONTH", "longest publicity of a MODERATE determination"},
    {"credit.public_max_serious", kPeriod, "36 MONTH", "longest publicity of a SERIOUS determination"},
    {"credit.public_min_minor", kPeriod, "0 MONTH", "shortest publicity of a MINOR determination before repair"},
    {"credit.public_min_moderate", kPeriod, "3 MONTH", "shortest publicity of a MODERATE determination before repair"},
    {"credit.public_min_serious", kPeriod, "12 MONTH", "shortest publicity of a SERIOUS determination before repair"},
    {"credit.repair_bar", kPeriod, "12 MONTH", "no repair for so long after false materials (CRD-408)"},
    {"credit.review_window", kPeriod, "20 WORKING_DAY", "when a review is overdue and the sanction pauses"},
    {"cross_border.contract_persons", kInteger, "100000",
     "persons of a group's calendar year from which a standard contract or a certification is due", 1, 1000000000000},
    {"cross_border.decision_life", kPeriod, "36 MONTH", "longest validity of a decision on an export"},
    {"cross_border.max_consents", kInteger, "64", "consent batches of one export", 1, 256},
    {"cross_border.security_persons", kInteger, "1000000",
     "persons of a group's calendar year from which a security assessment is due", 1, 1000000000000},
    {"cross_border.security_sensitive", kInteger, "10000",
     "the same for persons whose sensitive information is exported", 1, 1000000000000},
    {"evidence.dispute_window", kPeriod, "7 DAY", "how long after settlement a party may dispute; then CLOSED"},
    {"evidence.listing_term", kPeriod, "12 MONTH", "longest life of a listing"},
    {"evidence.offer_term", kPeriod, "30 DAY", "how long an offer waits for agreement"},
    {"governance.anchor_heads", kInteger, "64", "heads of a foreign chain that its anchor keeps", 1, 1024},
    {"incident.contain_window", kPeriod, "259200 SECOND", "when containing a triaged incident is late"},
    {"incident.hold_extension", kPeriod, "30 DAY", "longest hold that two regulators extend to"},
    {"incident.hold_rest", kPeriod, "7 DAY", "no second hold on a scope by one regulator for so long after the first"},
    {"incident.hold_single", kPeriod, "259200 SECOND", "longest hold by one regulator (72 hours)"},
    {"incident.investigate_window", kPeriod, "60 DAY", "when investigating a contained incident is late"},
    {"incident.late_behaviour", kText, "LATE_REPORT", "behaviour of the credit catalogue that a late report is"},
    {"incident.max_holds", kInteger, "16", "holds that stand on one scope at once", 1, 256},
    {"incident.max_scope", kInteger, "64", "assets, and organisations, that one incident or warning names", 1, 256},
    {"incident.max_waiting", kInteger, "64", "reports of one organisation that wait for triage at once (COM-407)", 1,
     4096},
    {"incident.report_window", kPeriod, "86400 SECOND", "how long after detection an incident is reported in time"},
    {"incident.triage_window", kPeriod, "2 WORKING_DAY", "when triage is late"},
    {"membership.group_limit", kInteger, "64", "organisations of one controller group that are walked", 1, 1024},
    {"membership.max_controllers", kInteger, "16", "controllers of one organisation", 1, 64},
    {"membership.max_keys", kInteger, "16", "keys that an application brings", 1, 64},
    {"membership.max_officers", kInteger, "64", "officers of one organisation", 1, 256},
    {"membership.suspension_single", kPeriod, "259200 SECOND", "longest suspension by one regulator alone (72 hours)"},
    {"membership.undertaking_term", kPeriod, "36 MONTH", "life of an undertaking 承诺"},
    {"negative_list.approval_life", kPeriod, "12 MONTH", "longest approval of a version under a RESTRICT entry"},
    {"negative_list.emergency_term", kPeriod, "30 DAY", "an emergency entry lapses unless ratified by then"},
    {"negative_list.max_entries", kInteger, "512", "entries of one version (NEG-402)", 1, 4096},
    {"negative_list.max_lineage_nodes", kInteger, "4096",
     "versions that one evaluation may visit; past it: fail closed", 16, 65536},
    {"negative_list.max_matcher_nodes", kInteger, "64", "nodes of one entry's matcher (NEG-402)", 1, 512},
    {"negative_list.max_overlays", kInteger, "32", "jurisdictions that have an overlay (NEG-402)", 0, 4096},
    {"negative_list.min_notice", kPeriod, "10 DAY", "shortest time from publication to effect (NEG-401)"},
    {"notary.life_authenticity", kPeriod, "6 MONTH", "default life of an AUTHENTICITY attestation 真实性"},
    {"notary.life_data_admission", kPeriod, "12 MONTH", "default life of a DATA_ADMISSION attestation 数据准入"},
    {"notary.life_legal_person", kPeriod, "12 MONTH", "default life of a LEGAL_PERSON_ADMISSION attestation 法人准入"},
    {"notary.life_model_safety", kPeriod, "6 MONTH", "default life of a MODEL_SAFETY attestation 模型安全"},
    {"notary.max_listed", kInteger, "256", "attestations that the list of one subject names; ended ones drop first", 16,
     4096},
    {"notary.max_subjects", kInteger, "64", "subjects of one attestation", 1, 256},
    {"notary.review_window", kPeriod, "20 WORKING_DAY", "when the decision on a review is late"},
    {"proposal.max_term", kPeriod, "30 DAY", "how long a proposal waits for its signatures"},
    {"quota.denial_burst", kInteger, "200", "denials that one organisation may cause at once", 1, 1000000000},
    {"quota.denials_per_minute", kInteger, "60", "denials regained per minute", 1, 1000000000},
    {"quota.transaction_burst", kInteger, "100000", "transactions that one organisation may lead at once", 1,
     1000000000},
    {"quota.transactions_per_minute", kInteger, "600000", "transactions regained per minute", 1, 1000000000},
    {"registry.amendment_window", kPeriod, "30 DAY", "how long an amendment waits for the registrar"},
    {"registry.lineage_depth", kInteger, "16", "longest path of a lineage", 1, 64},
    {"registry.max_items", kInteger, "256", "items of one version", 1, 4096},
    {"registry.max_parents", kInteger, "64", "direct parents of one version", 1, 256},
    {"registry.objection_window", kPeriod, "5 WORKING_DAY", "how long the decision on an objection may take"},
    {"registry.publicity", kPeriod, "10 WORKING_DAY",
     "公示: how long a registration is shown before its code is assigned"},
    {"registry.validity", kPeriod, "36 MONTH", "life of a registration"},
    {"revenue.cap_period", kPeriod, "12 MONTH", "period of the allowed revenue (REV-408)"},
    {"revenue.fee_basis_points", kInteger, "200", "venue fee on a settlement, rounded down", 0, 10000},
    {"revenue.max_trades", kInteger, "256", "trades of one settlement", 1, 4096},
    {"supervision.assessment_life", kPeriod, "24 MONTH", "default life of an assessment"},
    {"supervision.certificate_life", kPeriod, "36 MONTH", "default life of a certificate"},
    {"supervision.listed_assessments", kInteger, "64", "newest assessments that the list of one subject names", 1,
     4096},
    {"supervision.valuation_life", kPeriod, "12 MONTH", "default life of a valuation"},
});

}  // namespace

std::span<const ParameterSpec> parameter_specs() { return kSpecs; }

const ParameterSpec* find_parameter(std::string_view name) {
  const auto at =
      std::lower_bound(kSpecs.begin(), kSpecs.end(), name,
                       [](const ParameterSpec& spec, std::string_view wanted) { return spec.name < wanted; });
  return at != kSpecs.end() && at->name == name ? &*at : nullptr;
}

ledger::Result<ParameterValue> parse_parameter(const ParameterSpec& spec, std::string_view text) {
  const std::string name(spec.name);
  switch (spec.type) {
    case kInteger: {
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc() || end != text.data() + text.size() || std::to_string(value) != text) {
        return ledger::fail("COM-107",
                            "parameter " + name + " is a whole number, e.g. " + std::string(spec.default_value));
      }
      if (value < spec.low || value > spec.high) {
        return ledger::fail("COM-107", "parameter " + name + " lies from " + std::to_string(spec.low) + " to " +
                                           std::to_string(spec.high));
      }
      return ParameterValue(value);
    }
    case kPeriod: {
      const std::optional<Period> period = parse_period(text);
      if (!period) {
        return ledger::fail("COM-107", "parameter " + name + " is a period, e.g. " + std::string(spec.default_value));
      }
      return ParameterValue(*period);
    }
    case kText:
      if (text.empty() || text.size() > 256) {
        return ledger::fail("COM-107", "parameter " + name + " is a text of 1 to 256 bytes");
      }
      return ParameterValue(std::string(text));
  }
  return ledger::fail("COM-107", "parameter " + name + " has no known type");
}

Parameters Parameters::decode(std::string_view record) {
  pb::ParameterSet set;
  QILIAN_CHECK(set.ParseFromArray(record.data(), static_cast<int>(record.size())));
  Parameters out;
  out.version_ = set.version();
  for (const pb::Parameter& parameter : set.parameters()) {
    const ParameterSpec* spec = find_parameter(parameter.name());
    if (spec == nullptr) continue;
    if (auto parsed = parse_parameter(*spec, parameter.value())) out.set_[parameter.name()] = *parsed;
  }
  return out;
}

ParameterValue Parameters::value(std::string_view name, ParameterType type) const {
  const ParameterSpec* spec = find_parameter(name);
  QILIAN_CHECK(spec != nullptr);
  QILIAN_CHECK(spec->type == type);
  if (const auto at = set_.find(name); at != set_.end()) return at->second;
  auto parsed = parse_parameter(*spec, spec->default_value);
  QILIAN_CHECK(parsed.has_value());
  return *parsed;
}

std::int64_t Parameters::integer(std::string_view name) const { return std::get<std::int64_t>(value(name, kInteger)); }
Period Parameters::period(std::string_view name) const { return std::get<Period>(value(name, kPeriod)); }
std::string Parameters::text(std::string_view name) const { return std::get<std::string>(value(name, kText)); }

}  // namespace qilian::contracts
