#include <algorithm>

#include "contracts/caller.h"
#include "contracts/members.h"
#include "contracts/membership.pb.h"
#include "contracts/notary/notary.h"
#include "contracts/notary/steps.h"
#include "contracts/notary/subjects.h"
#include "contracts/notary/types.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::notary {
namespace {

using pb::Attestation;
using pb::NotaryIssue;

constexpr std::size_t kMaxSubjects = 256;  // the envelope's own bound; notary.max_subjects is the governed one
constexpr std::size_t kMaxClaims = 64;
constexpr std::size_t kMaxReports = 8;
constexpr std::size_t kMaxDependencies = 16;
constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxText = 512;
constexpr std::size_t kMaxClaimText = 4096;
constexpr std::size_t kPersonTagBytes = 32;
// A chain of dependencies longer than this is refused as a cycle would be: nobody reviews it, and the walk must end.
constexpr std::size_t kMaxDependencyWalk = 256;

Outcome check_claims(const NotaryIssue& issue) {
  QILIAN_PASS(require_count("claims", static_cast<std::size_t>(issue.claims_size()), 1, kMaxClaims));
  std::vector<std::string> names;
  for (const pb::Claim& claim : issue.claims()) {
    QILIAN_PASS(require_text("claims.name", claim.name(), kMaxId));
    QILIAN_REQUIRE(claim.text().size() <= kMaxClaimText, "COM-107",
                   "claim " + claim.name() + " is longer than 4096 bytes");
    names.push_back(claim.name());
  }
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  QILIAN_REQUIRE(twice == names.end(), "COM-107", "claim " + *twice + " is made twice");
  return pass();
}

std::size_t officers_needed(const NotaryIssue& issue, const Context& context) {
  if (rule_of(issue.type()).two_officers) return 2;
  const bool important =
      std::ranges::any_of(issue.subjects(), [&](const pb::Subject& s) { return is_important(context, s); });
  return important ? 2 : 1;
}

// Distinct persons among the issuer's officers that signed: one person under two ids is one.
std::size_t persons_of(const Context& context, const std::string& issuer) {
  std::set<std::string> persons;
  for (const std::string& officer : context.caller().officers_of(issuer)) {
    persons.insert(person_of(context, issuer, officer));
  }
  return persons.size();
}

// Everything that `id` rests on, at any depth; stops at the bound.
std::vector<std::string> rests_on(const Context& context,
                                  const google::protobuf::RepeatedPtrField<std::string>& first) {
  std::vector<std::string> found(first.begin(), first.end());
  for (std::size_t next = 0; next < found.size() && found.size() <= kMaxDependencyWalk; ++next) {
    const auto dependency = attestation(context, found[next]);
    if (!dependency) continue;
    for (const std::string& deeper : dependency->depends_on()) {
      if (std::ranges::find(found, deeper) == found.end()) found.push_back(deeper);
    }
  }
  return found;
}

Outcome require_independence(const NotaryIssue& issue, const Context& context) {
  QILIAN_REQUIRE(issue.conflict_declaration() == "none", "NOT-402",
                 "the notary declares a conflict: " + issue.conflict_declaration());
  for (const pb::Subject& subject : issue.subjects()) {
    for (const std::string& party : parties(context, subject)) {
      QILIAN_REQUIRE(!related(context, issue.issuer(), party), "NOT-402",
                     issue.issuer() + " is of the same controller group as " + party + ": ask another notary");
    }
  }
  return pass();
}

Outcome require_reports(const NotaryIssue& issue, const Context& context) {
  if (!rule_of(issue.type()).expert_report) return pass();
  QILIAN_REQUIRE(issue.expert_reports_size() > 0, "NOT-403",
                 Attestation::Type_Name(issue.type()) + " rests on a tester's report: attach one");
  for (const pb::ExpertReport& report : issue.expert_reports()) {
    QILIAN_REQUIRE(has_role(context, report.org(), "ASSESSOR") && organisation_active(context, report.org()), "NOT-403",
                   report.org() + " is not an admitted assessor");
    for (const pb::Subject& subject : issue.subjects()) {
      for (const std::string& party : parties(context, subject)) {
        QILIAN_REQUIRE(!related(context, report.org(), party), "NOT-403", "the tester is related to " + party);
      }
    }
  }
  return pass();
}

int most_listed(const Context& context) { return static_cast<int>(context.parameters().integer("notary.max_listed")); }

bool over(const Context& context, const std::string& id) {
  const auto found = attestation(context, id);
  const Attestation::Status status = status_now(context, *found);
  return status != Attestation::ACTIVE && status != Attestation::UNDER_REVIEW;
}

// A list that is full loses its oldest ended attestation: nobody relies on that one any more, and its journal keeps it.
void make_room(const Context& context, pb::AttestationsOf& list) {
  if (list.ids_size() < most_listed(context)) return;
  const auto ended = std::ranges::find_if(list.ids(), [&](const std::string& id) { return over(context, id); });
  if (ended != list.ids().end()) list.mutable_ids()->erase(ended);
}

Outcome require_room(const Context& context, const pb::Subject& subject) {
  const auto list = context.get<pb::AttestationsOf>(kind::kAttestationsOf, subject.id());
  if (!list || list->ids_size() < most_listed(context)) return pass();
  const bool room = std::ranges::any_of(list->ids(), [&](const std::string& id) { return over(context, id); });
  QILIAN_REQUIRE(room, "COM-107",
                 std::to_string(list->ids_size()) + " attestations on " + subject.id() + " are in force");
  return pass();
}

// The identity service's tags, as the notary places them: from now on the same person is recognised in another
// organisation.
void place_tags(const NotaryIssue& issue, Context& context, std::string_view uscc) {
  auto organisation = context.get<pb::Organisation>(kind::kOrganisation, uscc);
  if (!organisation || issue.person_tags().empty()) return;
  for (pb::Officer& officer : *organisation->mutable_officers()) {
    for (const pb::OfficerTag& tag : issue.person_tags()) {
      if (tag.officer_id() == officer.officer_id()) officer.set_person_tag(tag.person_tag());
    }
  }
  context.put(kind::kOrganisation, uscc, *organisation);
}

bool fills_empty_tag(const NotaryIssue& issue, const Context& context) {
  if (issue.type() != Attestation::LEGAL_PERSON_ADMISSION || issue.person_tags().empty()) return false;
  const auto organisation = context.get<pb::Organisation>(kind::kOrganisation, issue.subjects(0).id());
  if (!organisation) return false;
  return std::ranges::any_of(organisation->officers(), [&](const pb::Officer& officer) {
    return officer.person_tag().empty() && std::ranges::find(issue.person_tags(), officer.officer_id(),
                                                             &pb::OfficerTag::officer_id) != issue.person_tags().end();
  });
}

}  // namespace

Outcome check_issue(const NotaryIssue& issue) {
  QILIAN_PASS(require_text("id", issue.id(), kMaxId));
  QILIAN_PASS(require_choice("type", issue.type()));
  QILIAN_PASS(require_text("issuer", issue.issuer(), kMaxId));
  QILIAN_PASS(require_count("subjects", static_cast<std::size_t>(issue.subjects_size()), 1, kMaxSubjects));
  for (const pb::Subject& subject : issue.subjects()) {
    QILIAN_PASS(require_choice("subjects.kind", subject.kind()));
    QILIAN_PASS(require_text("subjects.id", subject.id(), 128));
    QILIAN_REQUIRE(may_be_about(rule_of(issue.type()), subject.kind()), "COM-107",
                   Attestation::Type_Name(issue.type()) + " cannot be about " + pb::Subject::Kind_Name(subject.kind()));
    const auto same = [&](const pb::Subject& other) { return other.id() == subject.id(); };
    QILIAN_REQUIRE(std::ranges::count_if(issue.subjects(), same) == 1, "COM-107",
                   "subject " + subject.id() + " stands twice");
  }
  QILIAN_PASS(check_claims(issue));
  QILIAN_PASS(require_choice("result", issue.result()));
  QILIAN_PASS(require_digest("evidence_root", issue.evidence_root()));
  QILIAN_PASS(require_count("expert_reports", static_cast<std::size_t>(issue.expert_reports_size()), 0, kMaxReports));
  for (const pb::ExpertReport& report : issue.expert_reports()) {
    QILIAN_PASS(require_text("expert_reports.org", report.org(), kMaxId));
    QILIAN_PASS(require_digest("expert_reports.digest", report.digest()));
  }
  QILIAN_PASS(require_text("procedure", issue.procedure(), kMaxText));
  QILIAN_PASS(require_text("conflict_declaration", issue.conflict_declaration(), kMaxText));
  QILIAN_PASS(require_count("depends_on", static_cast<std::size_t>(issue.depends_on_size()), 0, kMaxDependencies));
  for (const std::string& dependency : issue.depends_on()) QILIAN_PASS(require_text("depends_on", dependency, kMaxId));
  QILIAN_PASS(require_count("person_tags", static_cast<std::size_t>(issue.person_tags_size()), 0, 64));
  // An officer's id is unique within one organisation only.
  QILIAN_REQUIRE(issue.person_tags().empty() || issue.subjects_size() == 1, "COM-107",
                 "person tags stand in an attestation about one organisation");
  for (const pb::OfficerTag& tag : issue.person_tags()) {
    QILIAN_PASS(require_text("person_tags.officer_id", tag.officer_id(), kMaxId));
    QILIAN_REQUIRE(tag.person_tag().size() == kPersonTagBytes, "COM-101", "a person tag has 32 bytes");
  }
  return pass();
}

SignerRule issue_signers(const NotaryIssue& issue, const Context& context) {
  const Caller& caller = context.caller();
  if (!caller.signed_by(issue.issuer())) return signed_by_each({issue.issuer()});
  if (!has_role(context, issue.issuer(), "NOTARY")) {
    return signers_denied("NOT-401", issue.issuer() + " holds no notary's licence here");
  }
  const std::size_t needed = officers_needed(issue, context);
  if (persons_of(context, issue.issuer()) >= needed) {
    // A first tag decides for good who counts as the same person: the identity service, which regulators run, signs
    // too.
    SignerRule rule = fills_empty_tag(issue, context) ? signed_by_role("REGULATOR", 1) : SignerRule{};
    rule.organisations = {issue.issuer()};
    return rule;
  }
  const auto signatures = std::ranges::count(caller.signers, issue.issuer(), &Signer::organisation);
  if (static_cast<std::size_t>(signatures) >= needed) {
    return signers_denied("COM-208", "two different officers of " + issue.issuer() + " must sign; one signed twice");
  }
  return signers_denied("NOT-401", "two officers of " + issue.issuer() + " must sign; one did");
}

Outcome issue_object(const NotaryIssue& issue, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kAttestation, issue.id()), "COM-302", "attestation " + issue.id() + " exists");
  for (const pb::Subject& subject : issue.subjects()) QILIAN_PASS(require_subject(context, subject));
  return pass();
}

Outcome issue_references(const NotaryIssue& issue, const Context& context) {
  for (const std::string& id : issue.depends_on()) {
    if (id == issue.id()) continue;  // a cycle, not a missing one: NOT-408 below
    const auto dependency = attestation(context, id);
    QILIAN_REQUIRE(dependency.has_value(), "NOT-405", "depends on " + id + ", which does not exist");
    QILIAN_REQUIRE(in_force(context, *dependency), "NOT-405",
                   "depends on " + id + ", which is " + Attestation::Status_Name(status_now(context, *dependency)));
  }
  return pass();
}

Outcome issue_invariants(const NotaryIssue& issue, const Context& context, std::string_view superseded) {
  QILIAN_PASS(require_independence(issue, context));
  QILIAN_PASS(require_reports(issue, context));
  QILIAN_PASS(require_claims(rule_of(issue.type()), issue.claims()));
  QILIAN_PASS(require_agreement(context, issue));
  const std::int64_t limit = context.parameters().integer("notary.max_subjects");
  QILIAN_REQUIRE(issue.subjects_size() <= limit, "COM-107", "at most " + std::to_string(limit) + " subjects");
  for (const pb::Subject& subject : issue.subjects()) QILIAN_PASS(require_room(context, subject));
  const std::vector<std::string> ground = rests_on(context, issue.depends_on());
  const auto closes =
      std::ranges::find_if(ground, [&](const std::string& id) { return id == issue.id() || id == superseded; });
  QILIAN_REQUIRE(closes == ground.end(), "NOT-408", issue.id() + " would rest on itself through " + *closes);
  QILIAN_REQUIRE(ground.size() <= kMaxDependencyWalk, "NOT-408", "the dependencies do not end within 256 attestations");
  return pass();
}

void apply_issue(const NotaryIssue& issue, Context& context, std::string_view superseded) {
  Attestation record;
  record.set_id(issue.id());
  record.set_type(issue.type());
  record.set_issuer(issue.issuer());
  for (const std::string& officer : context.caller().officers_of(issue.issuer())) record.add_officers(officer);
  *record.mutable_subjects() = issue.subjects();
  *record.mutable_claims() = issue.claims();
  std::ranges::sort(*record.mutable_claims(), {},
                    [](const pb::Claim& claim) -> const std::string& { return claim.name(); });
  record.set_result(issue.result());
  record.set_evidence_root(issue.evidence_root());
  *record.mutable_expert_reports() = issue.expert_reports();
  record.set_procedure(issue.procedure());
  record.set_conflict_declaration(issue.conflict_declaration());
  *record.mutable_depends_on() = issue.depends_on();
  record.set_supersedes(std::string(superseded));
  record.set_from(context.time().value());
  const std::string_view life = rule_of(issue.type()).life;
  if (!life.empty()) record.set_to(context.deadline(life).value());
  record.set_status(Attestation::ACTIVE);
  *record.mutable_person_tags() = issue.person_tags();
  for (const Signer& signer : context.caller().signers) {
    if (signer.organisation == issue.issuer()) record.add_keys(signer.key.hex());
  }
  record.set_issued_at(context.time().value());
  context.put(kind::kAttestation, issue.id(), record, EventKind::kCreated);

  for (const pb::Subject& subject : issue.subjects()) {
    auto list = context.get<pb::AttestationsOf>(kind::kAttestationsOf, subject.id()).value_or(pb::AttestationsOf{});
    make_room(context, list);
    list.add_ids(issue.id());
    context.put(kind::kAttestationsOf, subject.id(), list);
    if (issue.type() == Attestation::LEGAL_PERSON_ADMISSION) place_tags(issue, context, subject.id());
  }
  for (const std::string& id : issue.depends_on()) context.append(kind::kReliance, id, kind::kAttestation, issue.id());
  context.set_object(issue.id());
}

namespace {

Outcome first_invariants(const NotaryIssue& issue, const Context& context) {
  return issue_invariants(issue, context, {});
}

Outcome apply_first(const NotaryIssue& issue, Context& context) {
  apply_issue(issue, context, {});
  return pass();
}

}  // namespace

void add_issue_call(CallList& calls) {
  calls.push_back(make_call<pb::NotaryIssue>(
      {.name = "notary.issue",
       .policy = SignaturePolicy::kByContract,
       .credit = CreditClass::kContinuing,
       .stopped_by_hold = false,
       .operation = ListOperation::kNone,
       .label_zh = "出具公证",
       .label_en = "Issue an attestation: one officer, or two for IMPORTANT data, a leak or model safety."},
      {.check = check_issue,
       .signers = issue_signers,
       .object = issue_object,
       .references = issue_references,
       .invariants = first_invariants,
       .apply = apply_first}));
}

}  // namespace qilian::contracts::notary
