#include "contracts/notary/types.h"

#include <algorithm>
#include <array>

#include "ledger/core/result.h"

namespace qilian::contracts::notary {
namespace {

using pb::Attestation;
using pb::Subject;

constexpr std::array kOrganisation{Subject::ORG};
constexpr std::array kVersion{Subject::ASSET_VERSION};
constexpr std::array kVersionOrDelivery{Subject::ASSET_VERSION, Subject::TRADE};
constexpr std::array kLeak{Subject::INCIDENT};
constexpr std::array kModel{Subject::ASSET_VERSION, Subject::JOB};

constexpr std::array<std::string_view, 3> kAdmissionClaims{"controllers", "licence", "sanctions_check"};
constexpr std::array<std::string_view, 5> kDataClaims{"category", "grade", "items", "precision*", "source_legality"};
constexpr std::array<std::string_view, 2> kAuthenticityClaims{"root", "sample_plan"};
constexpr std::array<std::string_view, 2> kLeakClaims{"match", "specimen"};
constexpr std::array<std::string_view, 2> kModelClaims{"tester_report", "tests"};

constexpr std::array kRules{
    TypeRule{Attestation::LEGAL_PERSON_ADMISSION, kOrganisation, kAdmissionClaims, false, false,
             "notary.life_legal_person"},
    TypeRule{Attestation::DATA_ADMISSION, kVersion, kDataClaims, false, false, "notary.life_data_admission"},
    TypeRule{Attestation::AUTHENTICITY, kVersionOrDelivery, kAuthenticityClaims, false, false,
             "notary.life_authenticity"},
    TypeRule{Attestation::DATA_LEAK, kLeak, kLeakClaims, true, false, ""},
    TypeRule{Attestation::MODEL_SAFETY, kModel, kModelClaims, true, true, "notary.life_model_safety"},
};

bool stated(const pb::Claim& claim) { return !claim.text().empty() || claim.number() != 0; }

bool answers(std::string_view wanted, const pb::Claim& claim) {
  if (!wanted.ends_with('*')) return claim.name() == wanted && stated(claim);
  const std::string_view stem = wanted.substr(0, wanted.size() - 1);
  const std::string_view name = claim.name();
  // A precision may be 0 (exact), so its presence is enough.
  return name == stem || (name.starts_with(stem) && name.size() > stem.size() + 1 && name[stem.size()] == '_');
}

}  // namespace

const TypeRule& rule_of(Attestation::Type type) {
  const auto found = std::ranges::find(kRules, type, &TypeRule::type);
  QILIAN_CHECK(found != kRules.end());
  return *found;
}

bool may_be_about(const TypeRule& rule, Subject::Kind kind) {
  return std::ranges::find(rule.subjects, kind) != rule.subjects.end();
}

const pb::Claim* find_claim(const google::protobuf::RepeatedPtrField<pb::Claim>& claims, std::string_view name) {
  const auto found = std::ranges::find_if(claims, [&](const pb::Claim& claim) { return claim.name() == name; });
  return found == claims.end() ? nullptr : &*found;
}

Outcome require_claims(const TypeRule& rule, const google::protobuf::RepeatedPtrField<pb::Claim>& claims) {
  for (const std::string_view wanted : rule.claims) {
    const bool there = std::ranges::any_of(claims, [&](const pb::Claim& claim) { return answers(wanted, claim); });
    QILIAN_REQUIRE(there, "NOT-406",
                   Attestation::Type_Name(rule.type) + " needs the claim " +
                       std::string(wanted.ends_with('*') ? "precision or precision_<unit>" : wanted));
  }
  return pass();
}

std::vector<std::string> split_claim(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
  }
  if (parts.size() == 1 && parts.front() == "none") parts.clear();
  std::ranges::sort(parts);
  parts.erase(std::ranges::unique(parts).begin(), parts.end());
  return parts;
}

}  // namespace qilian::contracts::notary
