// 同意: a batch by its root; withdrawal by count and root, or one leaf by its proof.
#include "contracts/authorization/steps.h"
#include "contracts/members.h"
#include "contracts/signer_rules.h"
#include "contracts/text_guard.h"
#include "ledger/core/merkle_list.h"

namespace qilian::contracts::authorization {
namespace {

constexpr std::uint64_t kMaxSubjects = 1ULL << 40;
constexpr std::size_t kMaxPath = 40;

// ---- record_consent -----------------------------------------------------------------------------------------------

Outcome check_record(const pb::AuthorizationRecordConsent& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  // "<batch>/<index>" is where a withdrawn leaf is recorded: nobody takes that place beforehand.
  QILIAN_REQUIRE(args.id().find('/') == std::string::npos, "COM-101", "the id of a consent batch has no slash");
  QILIAN_PASS(require_digest("notice", args.notice()));
  QILIAN_PASS(require_count("purposes", static_cast<std::size_t>(args.purposes_size()), 1, 64));
  for (const std::string& purpose : args.purposes()) QILIAN_PASS(require_text("purposes", purpose, 64));
  QILIAN_PASS(require_count("pi_categories", static_cast<std::size_t>(args.pi_categories_size()), 1, 64));
  for (const std::string& category : args.pi_categories()) QILIAN_PASS(require_text("pi_categories", category, 64));
  for (const int separate : args.separate_consent()) QILIAN_PASS(require_choice("separate_consent", separate));
  QILIAN_PASS(require_digest("root", args.root()));
  QILIAN_REQUIRE(args.count() >= 1 && args.count() <= kMaxSubjects, "COM-107", "count lies from 1 to 2^40");
  QILIAN_REQUIRE(args.agent().size() <= 18, "COM-107", "agent is an organisation's code");
  return require_range("expires", args.expires(), 1, INT64_MAX);
}

Outcome record_object(const pb::AuthorizationRecordConsent& args, const Context& context) {
  QILIAN_REQUIRE(!context.exists(kind::kConsentBatch, args.id()), "COM-302", "consent batch " + args.id() + " exists");
  QILIAN_REQUIRE(args.expires() > context.time().value(), "COM-307", "the consent has expired");
  const TimeMs last = context.deadline("authorization.max_consent_term");
  QILIAN_REQUIRE(args.expires() <= last.value(), "COM-107",
                 "consent lasts until " + std::to_string(last.value()) + " at most");
  return pass();
}

Outcome record_references(const pb::AuthorizationRecordConsent& args, const Context& context) {
  for (const std::string& purpose : args.purposes()) QILIAN_PASS(require_code(context, "purpose", purpose));
  QILIAN_REQUIRE(args.agent().empty() || has_role(context, args.agent(), "AGENT"), "COM-204",
                 args.agent() + " is not an entrusted AGENT 个人受托");
  return pass();
}

Outcome apply_record(const pb::AuthorizationRecordConsent& args, Context& context) {
  pb::ConsentBatch batch;
  batch.set_id(args.id());
  batch.set_controller(context.caller().organisation());
  batch.set_notice(args.notice());
  *batch.mutable_purposes() = args.purposes();
  *batch.mutable_pi_categories() = args.pi_categories();
  *batch.mutable_separate_consent() = args.separate_consent();
  batch.set_root(args.root());
  batch.set_count(args.count());
  batch.set_expires(args.expires());
  batch.set_agent(args.agent());
  batch.set_status(pb::ConsentBatch::IN_FORCE);
  context.put(kind::kConsentBatch, args.id(), batch, EventKind::kCreated);
  context.set_object(args.id());
  return pass();
}

// ---- withdraw_consent ---------------------------------------------------------------------------------------------

using Withdraw = pb::AuthorizationWithdrawConsent;

Outcome check_withdraw(const Withdraw& args) {
  QILIAN_PASS(require_text("id", args.id(), 128));
  if (args.leaf().empty()) {
    QILIAN_REQUIRE(args.withdrawn() >= 1 && args.path_size() == 0, "COM-107",
                   "state how many leaves are withdrawn, or prove one leaf");
    return require_digest("withdrawn_root", args.withdrawn_root());
  }
  QILIAN_REQUIRE(args.withdrawn_root().empty() && args.withdrawn() == 0, "COM-107", "a leaf is withdrawn by itself");
  QILIAN_PASS(require_commitment("leaf", args.leaf()));
  QILIAN_PASS(require_count("path", static_cast<std::size_t>(args.path_size()), 0, kMaxPath));
  for (const std::string& node : args.path()) {
    QILIAN_REQUIRE(node.size() == ledger::Digest::kSize, "COM-101", "a path holds hashes of 32 bytes");
  }
  return pass();
}

SignerRule withdraw_signers(const Withdraw& args, const Context& context) {
  const auto batch = context.get<pb::ConsentBatch>(kind::kConsentBatch, args.id());
  if (!batch || !args.leaf().empty()) return {};
  const std::string& caller = context.caller().organisation();
  if (caller == batch->controller() || (!batch->agent().empty() && caller == batch->agent())) return {};
  return signers_denied("COM-204",
                        "controller " + batch->controller() + " or its agent withdraws; others prove a leaf");
}

/// A leaf may be withdrawn once: its own record says so.
std::string leaf_id(const Withdraw& args) { return args.id() + "/" + std::to_string(args.index()); }

Outcome withdraw_object(const Withdraw& args, const Context& context) {
  const auto batch = context.get<pb::ConsentBatch>(kind::kConsentBatch, args.id());
  QILIAN_REQUIRE(batch, "COM-301", "there is no consent batch " + args.id());
  QILIAN_REQUIRE(batch->status() == pb::ConsentBatch::IN_FORCE, "COM-303",
                 "consent batch " + args.id() + " is withdrawn");
  if (args.leaf().empty()) {
    QILIAN_REQUIRE(
        args.withdrawn() > batch->withdrawn() && args.withdrawn() <= batch->count(), "COM-304",
        std::to_string(batch->withdrawn()) + " of " + std::to_string(batch->count()) + " are withdrawn already");
    return pass();
  }
  std::vector<ledger::Digest> path;
  for (const std::string& node : args.path()) path.push_back(*ledger::Digest::from(node));
  const auto root =
      ledger::list_root_from_inclusion(ledger::list_leaf_hash(args.leaf()), args.index(), batch->count(), path);
  QILIAN_REQUIRE(root && root->view() == ledger::ByteView(batch->root()).substr(1), "COM-301",
                 "the leaf does not stand in consent batch " + args.id());
  QILIAN_REQUIRE(!context.exists(kind::kConsentBatch, leaf_id(args)), "COM-303", "this leaf is withdrawn already");
  return pass();
}

Outcome apply_withdraw(const Withdraw& args, Context& context) {
  auto batch = *context.get<pb::ConsentBatch>(kind::kConsentBatch, args.id());
  if (args.leaf().empty()) {
    batch.set_withdrawn(args.withdrawn());
    batch.set_withdrawn_root(args.withdrawn_root());
  } else {
    pb::ConsentBatch leaf;
    leaf.set_id(leaf_id(args));
    leaf.set_controller(batch.controller());
    leaf.set_root(args.leaf());
    leaf.set_count(1);
    leaf.set_withdrawn(1);
    leaf.set_status(pb::ConsentBatch::WITHDRAWN);
    context.put(kind::kConsentBatch, leaf.id(), leaf, EventKind::kEnded);
    batch.set_withdrawn(batch.withdrawn() + 1);
  }
  const bool all = batch.withdrawn() >= batch.count();
  if (all) batch.set_status(pb::ConsentBatch::WITHDRAWN);
  context.put(kind::kConsentBatch, args.id(), batch, all ? EventKind::kEnded : EventKind::kChanged);
  context.set_object(args.id());
  return pass();
}

}  // namespace

void add_consent_calls(CallList& calls) {
  calls.push_back(make_call<pb::AuthorizationRecordConsent>(
      {.name = "authorization.record_consent",
       .policy = SignaturePolicy::kSelf,
       .credit = CreditClass::kContinuing,
       .stopped_by_hold = true,
       .label_zh = "同意存证",
       .label_en = "Record a batch of consents by its root."},
      {.check = check_record, .object = record_object, .references = record_references, .apply = apply_record}));
  calls.push_back(make_call<Withdraw>(
      {.name = "authorization.withdraw_consent",
       .policy = SignaturePolicy::kSelf,
       .credit = CreditClass::kOpen,
       .stopped_by_hold = false,
       .label_zh = "撤回同意",
       .label_en = "Withdraw consents of a batch, or one leaf by its proof."},
      {.check = check_withdraw, .signers = withdraw_signers, .object = withdraw_object, .apply = apply_withdraw}));
}

}  // namespace qilian::contracts::authorization
