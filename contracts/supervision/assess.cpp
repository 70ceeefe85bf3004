// 评估: the result becomes a credit event by itself 保四.
#include <algorithm>

#include "contracts/credit.pb.h"
#include "contracts/credit_view.h"
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/supervision/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::supervision {

Outcome check_qualification(const Context& context, std::string_view certificate, std::string_view holder) {
  const auto found = context.get<pb::Certificate>(kind::kCertificate, certificate);
  QILIAN_REQUIRE(
      found && found->kind() == pb::Certificate::QUALIFICATION && found->holder() == holder, "SUP-402",
      "name a QUALIFICATION certificate of " + std::string(holder) + "; \"" + std::string(certificate) + "\" is none");
  QILIAN_REQUIRE(qualified(context, certificate, holder), "SUP-402",
                 "qualification " + found->id() + " is not in force (until " + std::to_string(found->to()) + ")");
  return pass();
}

Outcome check_end(const Context& context, std::int64_t asked, std::string_view period_parameter) {
  if (asked == 0) return pass();
  QILIAN_REQUIRE(asked > context.time().value(), "COM-307", "the end given has passed");
  const TimeMs last = context.deadline(period_parameter);
  QILIAN_REQUIRE(asked <= last.value(), "COM-107", "it lasts until " + std::to_string(last.value()) + " at most");
  return pass();
}

std::int64_t end_of(const Context& context, std::int64_t asked, std::string_view period_parameter) {
  return asked != 0 ? asked : context.deadline(period_parameter).value();
}

namespace {

using Args = pb::SupervisionAssess;

constexpr std::string_view kLife = "supervision.assessment_life";

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  QILIAN_PASS(require_choice("type", args.type()));
  QILIAN_PASS(require_text("subject", args.subject(), 128));
  QILIAN_PASS(require_text("organisation", args.organisation(), 18));
  QILIAN_PASS(require_choice("method", args.method()));
  QILIAN_PASS(require_choice("result", args.result()));
  QILIAN_PASS(require_digest_or_commitment("report", args.report()));
  QILIAN_PASS(require_range("to", args.to(), 0, INT64_MAX));
  QILIAN_REQUIRE(args.qualification().size() <= 128, "COM-107", "qualification has 128 bytes at most");
  if (args.result() == pb::Assessment::FAIL) return require_text("behaviour", args.behaviour(), 64);
  QILIAN_REQUIRE(args.behaviour().empty(), "COM-107", "behaviour belongs to a FAIL");
  return pass();
}

Outcome object(const Args& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kAssessment, args.id()), "COM-302", "assessment " + args.id() + " exists");
  QILIAN_REQUIRE(organisation_exists(context, args.organisation()), "COM-301",
                 args.organisation() + " is not a member");
  return check_end(context, args.to(), kLife);
}

/// SUP-401, the asset's registrant included where the subject is an asset.
Outcome invariants(const Args& args, const Context& context) {
  const std::string& assessor = context.caller().organisation();
  QILIAN_REQUIRE(!related(context, assessor, args.organisation()), "SUP-401",
                 "assessor " + assessor + " is related to " + args.organisation());
  const auto version = registry::parse_version(args.subject());
  const auto asset = registry::asset(context, version ? version->udi : args.subject());
  QILIAN_REQUIRE(!asset || !related(context, assessor, asset->registrant()), "SUP-401",
                 "assessor " + assessor + " is related to registrant " + (asset ? asset->registrant() : ""));
  QILIAN_PASS(check_qualification(context, args.qualification(), assessor));
  const auto rules = context.get<pb::CreditRules>(kind::kCreditRules, "current");
  const bool known =
      !rules || args.behaviour().empty() ||
      std::ranges::find(rules->behaviours(), args.behaviour(), &pb::Behaviour::code) != rules->behaviours().end();
  QILIAN_REQUIRE(known, "CRD-409", "behaviour " + args.behaviour() + " is not in the catalogue");
  return pass();
}

Outcome apply(const Args& args, Context& context) {
  pb::Assessment assessment;
  assessment.set_id(args.id());
  assessment.set_type(args.type());
  assessment.set_subject(args.subject());
  assessment.set_organisation(args.organisation());
  assessment.set_assessor(context.caller().organisation());
  assessment.set_method(args.method());
  assessment.set_result(args.result());
  assessment.set_report(args.report());
  assessment.set_at(context.time().value());
  assessment.set_to(end_of(context, args.to(), kLife));
  if (args.result() == pb::Assessment::FAIL) {
    assessment.set_credit_event(open_determination(context, args.organisation(), args.behaviour(), Severity::kMinor,
                                                   "supervision assessment " + args.id(), args.id()));
  } else if (args.result() == pb::Assessment::PASS) {
    const bool counts = record_positive_event(context, args.organisation(), context.caller().organisation(), args.id());
    if (counts) assessment.set_credit_event(args.id());
  }
  context.put(kind::kAssessment, args.id(), assessment, EventKind::kCreated);

  pb::AssessmentsOf list;
  if (auto earlier = context.get<pb::AssessmentsOf>(kind::kAssessmentsOf, args.subject())) list = *std::move(earlier);
  list.add_ids(args.id());
  // Every assessment stays under its own id, and in this record's journal; here stand the newest.
  const auto most = static_cast<int>(context.parameters().integer("supervision.listed_assessments"));
  if (list.ids_size() > most) list.mutable_ids()->DeleteSubrange(0, list.ids_size() - most);
  context.put(kind::kAssessmentsOf, args.subject(), list);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_assessment_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "supervision.assess",
                                   .policy = SignaturePolicy::kSelf,
                                   .roles = {"ASSESSOR"},
                                   .credit = CreditClass::kContinuing,
                                   .stopped_by_hold = true,
                                   .label_zh = "评估",
                                   .label_en = "Record an assessment; its result counts as a credit event by itself."},
                                  {.check = check, .object = object, .invariants = invariants, .apply = apply}));
}

}  // namespace qilian::contracts::supervision
