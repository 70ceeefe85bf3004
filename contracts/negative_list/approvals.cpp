// 批准: what a RESTRICT entry with `approval` waits for: two regulators' word on one version, for a time.
#include <algorithm>

#include "contracts/contract.h"
#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/evaluate.h"
#include "contracts/negative_list/lists.h"
#include "contracts/negative_list/overlays.h"
#include "contracts/negative_list/rules_of_lists.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::negative_list {
namespace {

using Args = pb::NegativeListApprove;

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("entry", args.entry(), 64));
  QILIAN_PASS(require_text("version", args.version(), 128));
  QILIAN_PASS(require_range("until", args.until(), 0, INT64_MAX));
  return require_digest("document", args.document());
}

Outcome object(const Args& args, const Context& context) {
  if (args.until() == 0) {
    QILIAN_REQUIRE(context.exists(kind::kApproval, approval_id(args.entry(), args.version())), "COM-301",
                   args.version() + " has no approval under " + args.entry());
    return pass();
  }
  pb::NegativeList list = published(context.state()).value_or(pb::NegativeList());
  append_overlays(context.state(), list);
  const bool waits = std::ranges::any_of(list.entries(), [&](const pb::NegativeEntry& entry) {
    return entry.code() == args.entry() && entry.conditions().approval() &&
           (entry.to() == 0 || entry.to() > context.time().value());
  });
  QILIAN_REQUIRE(waits, "COM-301", "no entry " + args.entry() + " waits for an approval");
  QILIAN_REQUIRE(registry_assets(context)->find(args.version()), "COM-301", "no version " + args.version());
  QILIAN_REQUIRE(args.until() > context.time().value(), "COM-307", "until lies in the past");
  const TimeMs last = context.deadline("negative_list.approval_life");
  QILIAN_REQUIRE(args.until() <= last.value(), "COM-107",
                 "an approval lasts until " + std::to_string(last.value()) + " at most");
  return pass();
}

Outcome apply(const Args& args, Context& context) {
  const std::string id = approval_id(args.entry(), args.version());
  pb::Approval approval;
  approval.set_entry(args.entry());
  approval.set_version(args.version());
  approval.set_document(args.document());
  approval.set_approved_at(context.time().value());
  approval.set_until(args.until() == 0 ? context.time().value() : args.until());
  for (const Signer& signer : context.caller().signers) {
    pb::SignerRecord* record = approval.add_signers();
    record->set_organisation(signer.organisation);
    record->set_officer(signer.officer);
    record->set_public_key(std::string(signer.key.view()));
    record->set_signed_at(context.time().value());
  }
  context.put(kind::kApproval, id, approval, args.until() == 0 ? EventKind::kEnded : EventKind::kChanged);
  context.set_object(id);
  return pass();
}

}  // namespace

void add_approval_call(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "negative_list.approve",
                                   .policy = SignaturePolicy::kTwoRegulators,
                                   .roles = {"REGULATOR"},
                                   .credit = CreditClass::kOpen,
                                   .stopped_by_hold = false,
                                   .label_zh = "批准",
                                   .label_en = "Approve a version under an entry that asks for it"},
                                  {.check = check, .object = object, .apply = apply}));
}

}  // namespace qilian::contracts::negative_list
