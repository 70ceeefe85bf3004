#include "contracts/notary/subjects.h"

#include <algorithm>

#include "contracts/compute.pb.h"
#include "contracts/evidence.pb.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/notary/types.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::notary {
namespace {

using pb::Attestation;
using pb::Subject;

Outcome contradiction(const pb::Claim& claim, const Subject& subject, const std::string& known) {
  return deny("NOT-407", "claim " + claim.name() + " says " +
                             (claim.text().empty() ? std::to_string(claim.number()) : claim.text()) +
                             ", the ledger knows " + known + " of " + subject.id());
}

std::vector<std::string> sorted(const google::protobuf::RepeatedPtrField<std::string>& list) {
  std::vector<std::string> out(list.begin(), list.end());
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

Outcome agree_on_controllers(const Context& context, const pb::NotaryIssue& issue, const Subject& subject) {
  const pb::Claim* claim = find_claim(issue.claims(), "controllers");
  const auto organisation = context.get<pb::Organisation>(kind::kOrganisation, subject.id());
  if (!claim || !organisation) return pass();
  if (split_claim(claim->text()) != sorted(organisation->controllers())) {
    return contradiction(*claim, subject, std::to_string(organisation->controllers_size()) + " declared controllers");
  }
  return pass();
}

// A tag that stands was placed by a notary before: another one is a correction of that act, not a new fact.
Outcome agree_on_tags(const Context& context, const pb::NotaryIssue& issue, const Subject& subject) {
  const auto organisation = context.get<pb::Organisation>(kind::kOrganisation, subject.id());
  if (!organisation) return pass();
  for (const pb::OfficerTag& tag : issue.person_tags()) {
    for (const pb::Officer& officer : organisation->officers()) {
      const bool other = officer.officer_id() == tag.officer_id() && !officer.person_tag().empty() &&
                         officer.person_tag() != tag.person_tag();
      QILIAN_REQUIRE(!other, "NOT-407", "officer " + tag.officer_id() + " of " + subject.id() + " has another tag");
    }
  }
  return pass();
}

Outcome agree_on_description(const Context& context, const pb::NotaryIssue& issue, const Subject& subject) {
  const auto version = registry::version(context, subject.id());
  const auto asset = version ? registry::asset(context, version->udi()) : std::nullopt;
  if (!asset) return pass();
  if (const pb::Claim* claim = find_claim(issue.claims(), "category")) {
    const std::string known = pb::Asset::Category_Name(asset->category());
    if (claim->text() != known) return contradiction(*claim, subject, known);
  }
  if (const pb::Claim* claim = find_claim(issue.claims(), "grade")) {
    const std::string known = pb::Asset::Grade_Name(asset->grade());
    if (claim->text() != known) return contradiction(*claim, subject, known);
  }
  if (const pb::Claim* claim = find_claim(issue.claims(), "items")) {
    if (split_claim(claim->text()) != sorted(version->items())) {
      return contradiction(*claim, subject, std::to_string(version->items_size()) + " other items");
    }
  }
  return pass();
}

Outcome agree_on_root(const Context& context, const pb::NotaryIssue& issue, const Subject& subject) {
  const pb::Claim* claim = find_claim(issue.claims(), "root");
  if (!claim) return pass();
  std::string known;
  if (subject.kind() == Subject::TRADE) {
    const auto trade = context.get<pb::Trade>(kind::kTrade, subject.id());
    if (trade) known = ledger::to_hex(trade->delivered_root());
  } else if (const auto version = registry::version(context, subject.id())) {
    known = ledger::to_hex(version->content_root());
  }
  if (claim->text() != known) return contradiction(*claim, subject, known.empty() ? "no root" : known);
  return pass();
}

Outcome agree_on_report(const pb::NotaryIssue& issue, const Subject& subject) {
  const pb::Claim* claim = find_claim(issue.claims(), "tester_report");
  if (!claim) return pass();
  const bool attached = std::ranges::any_of(issue.expert_reports(), [&](const pb::ExpertReport& report) {
    return ledger::to_hex(report.digest()) == claim->text();
  });
  if (!attached) return contradiction(*claim, subject, "no attached report of that digest");
  return pass();
}

}  // namespace

Outcome require_subject(const Context& context, const Subject& subject) {
  switch (subject.kind()) {
    case Subject::ASSET_VERSION:
      QILIAN_REQUIRE(registry::version(context, subject.id()).has_value(), "NOT-404",
                     "no asset version " + subject.id() + ": write UDI@seq of a submitted version");
      return pass();
    case Subject::ORG:
      QILIAN_REQUIRE(organisation_exists(context, subject.id()), "COM-301", "no organisation " + subject.id());
      return pass();
    case Subject::JOB:
      QILIAN_REQUIRE(context.exists(kind::kJob, subject.id()), "COM-301", "no job " + subject.id());
      return pass();
    case Subject::INCIDENT:
      QILIAN_REQUIRE(context.exists(kind::kIncident, subject.id()), "COM-301", "no incident " + subject.id());
      return pass();
    case Subject::TRADE:
      QILIAN_REQUIRE(context.exists(kind::kTrade, subject.id()), "COM-301", "no trade " + subject.id());
      return pass();
    default:
      return deny("COM-107", "a subject needs a kind");
  }
}

std::vector<std::string> parties(const Context& context, const Subject& subject) {
  std::vector<std::string> out;
  if (subject.kind() == Subject::ORG) out.push_back(subject.id());
  if (subject.kind() == Subject::ASSET_VERSION) {
    if (const auto version = registry::version(context, subject.id())) {
      if (const auto asset = registry::asset(context, version->udi())) out.push_back(asset->registrant());
      for (std::string& holder : registry::right_holders(context, version->udi(), pb::Right::HOLD))
        out.push_back(std::move(holder));
    }
  }
  if (subject.kind() == Subject::TRADE) {
    if (const auto trade = context.get<pb::Trade>(kind::kTrade, subject.id())) {
      out.push_back(trade->seller());
      out.push_back(trade->buyer());
    }
  }
  if (subject.kind() == Subject::JOB) {
    if (const auto job = context.get<pb::Job>(kind::kJob, subject.id())) {
      out.insert(out.end(), job->participants().begin(), job->participants().end());
    }
  }
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

bool is_important(const Context& context, const Subject& subject) {
  std::string version = subject.id();
  if (subject.kind() == Subject::TRADE) {
    const auto trade = context.get<pb::Trade>(kind::kTrade, subject.id());
    if (!trade) return false;
    version = trade->asset();
  } else if (subject.kind() != Subject::ASSET_VERSION) {
    return false;
  }
  return registry::version(context, version) && registry::effective_grade(context, version) >= pb::Asset::IMPORTANT;
}

Outcome require_agreement(const Context& context, const pb::NotaryIssue& issue) {
  for (const Subject& subject : issue.subjects()) {
    switch (issue.type()) {
      case Attestation::LEGAL_PERSON_ADMISSION:
        QILIAN_PASS(agree_on_controllers(context, issue, subject));
        QILIAN_PASS(agree_on_tags(context, issue, subject));
        break;
      case Attestation::DATA_ADMISSION:
        QILIAN_PASS(agree_on_description(context, issue, subject));
        break;
      case Attestation::AUTHENTICITY:
        QILIAN_PASS(agree_on_root(context, issue, subject));
        break;
      case Attestation::MODEL_SAFETY:
        QILIAN_PASS(agree_on_report(issue, subject));
        break;
      default:
        break;
    }
  }
  return pass();
}

}  // namespace qilian::contracts::notary
