// 流转备案: rights move or grow others out of them; every filing cites the right and is signed by both sides.
#include "contracts/members.h"
#include "contracts/registry/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::registry {
namespace {

using Args = pb::RegistryFileTransfer;

bool moves(pb::TransferFiling::Mode mode) {
  return mode == pb::TransferFiling::TRANSFER || mode == pb::TransferFiling::SUCCESSION;
}

bool derives(pb::TransferFiling::Mode mode) {
  return mode == pb::TransferFiling::SHARE || mode == pb::TransferFiling::OPEN || mode == pb::TransferFiling::LICENSE;
}

/// The right that the filing brings about, unnumbered.
pb::Right candidate(const Args& args, const pb::Right& parent, TimeMs now) {
  pb::Right right;
  right.set_udi(parent.udi());
  right.set_type(derives(args.mode()) && args.type() != pb::Right::TYPE_UNSPECIFIED ? args.type() : parent.type());
  right.set_holder(args.to());
  right.set_basis(pb::TransferFiling::Mode_Name(args.mode()));
  right.set_basis_ref(parent.id());
  right.set_exclusive(moves(args.mode()) ? parent.exclusive() : args.exclusive());
  right.set_from(std::max(args.from(), now.value()));
  right.set_to(moves(args.mode()) ? parent.to() : args.until());
  right.set_parent_right(parent.id());
  right.set_status(pb::Right::ACTIVE);
  return right;
}

/// HOLD may grow PROCESS and OPERATE; every other right only itself.
bool type_fits(pb::Right::Type parent, pb::Right::Type child) {
  return child == parent || (parent == pb::Right::HOLD && child != pb::Right::HOLD);
}

Outcome check(const Args& args) {
  QILIAN_PASS(require_text("right", args.right(), 128));
  QILIAN_PASS(require_text("to", args.to(), 18));
  QILIAN_PASS(require_choice("mode", args.mode()));
  QILIAN_PASS(require_commitment("contract", args.contract()));
  QILIAN_REQUIRE(args.from() >= 0 && args.until() >= 0, "COM-107", "times are not negative");
  return pass();
}

SignerRule signers(const Args& args, const Context& context) {
  SignerRule rule;
  const auto right = context.get<pb::Right>(kind::kRight, args.right());
  if (right) rule.organisations = {right->holder(), args.to()};
  return rule;
}

std::vector<std::string> hold_scopes(const Args& args, const Context& context) {
  const auto right = context.get<pb::Right>(kind::kRight, args.right());
  if (!right) return {};
  return {"asset:" + right->udi()};
}

Outcome object(const Args& args, const Context& context) {
  const auto right = context.get<pb::Right>(kind::kRight, args.right());
  QILIAN_REQUIRE(right, "COM-301", "there is no right " + args.right());
  QILIAN_REQUIRE(right_in_force(*right, context.time()), "COM-303", "right " + args.right() + " is not in force");
  QILIAN_REQUIRE(right->holder() != args.to(), "COM-303", args.to() + " holds the right already");
  return require_live(context, right->udi());
}

std::vector<ListSubject> subjects(const Args& args, const Context& context) {
  const auto right = context.get<pb::Right>(kind::kRight, args.right());
  const std::optional<pb::Asset> found = right ? asset(context, right->udi()) : std::nullopt;
  if (!found) return {};
  ListSubject subject;
  subject.version = version_id(found->udi(), found->head());
  subject.buyer = args.to();
  return {subject};
}

Outcome invariants(const Args& args, const Context& context) {
  const pb::Right parent = *context.get<pb::Right>(kind::kRight, args.right());
  const pb::Asset found = *asset(context, parent.udi());
  const pb::Right wanted = candidate(args, parent, context.time());
  if (args.mode() == pb::TransferFiling::PLEDGE) {
    const auto pledge = context.get<pb::Pledge>(kind::kPledge, parent.pledge());
    const bool stands = pledge && context.time().value() < pledge->until();
    QILIAN_REQUIRE(stands && pledge->creditor() == args.to(), "REG-409",
                   "file the pledge to " + args.to() + " first (registry.pledge)");
    return pass();
  }
  QILIAN_PASS(check_exclusive(context, found, wanted, moves(args.mode()) ? parent.id() : ""));
  const bool longer = parent.to() != 0 && (wanted.to() == 0 || wanted.to() > parent.to());
  QILIAN_REQUIRE(type_fits(parent.type(), wanted.type()), "REG-405",
                 pb::Right::Type_Name(parent.type()) + " does not carry " + pb::Right::Type_Name(wanted.type()));
  QILIAN_REQUIRE(!longer, "REG-405", "the new right would outlast " + parent.id());
  QILIAN_REQUIRE(!wanted.exclusive() || parent.exclusive() || parent.type() == pb::Right::HOLD, "REG-405",
                 "an exclusive right cannot come from " + parent.id() + ", which is not exclusive");
  QILIAN_PASS(check_new_right(found, wanted.type()));
  if (moves(args.mode())) QILIAN_PASS(require_unpledged(context, parent.pledge()));
  const bool to_market = args.mode() == pb::TransferFiling::TRANSFER || args.mode() == pb::TransferFiling::LICENSE;
  QILIAN_REQUIRE(!to_market || !barred_from_market(found), "EVD-401",
                 "raw public data does not go to market directly 原始公共数据不得直接入市");
  return pass();
}

Outcome apply(const Args& args, Context& context) {
  pb::Right parent = *context.get<pb::Right>(kind::kRight, args.right());
  pb::Asset changed = *asset(context, parent.udi());
  pb::TransferFiling filing;
  if (args.mode() != pb::TransferFiling::PLEDGE) {
    filing.set_new_right(add_right(context, changed, candidate(args, parent, context.time())));
  }
  if (moves(args.mode())) {
    parent.set_status(pb::Right::TRANSFERRED);
    parent.set_to(context.time().value());
    context.put(kind::kRight, parent.id(), parent, EventKind::kEnded);
  }
  changed.set_filings(changed.filings() + 1);
  filing.set_id(changed.udi() + "/filing/" + std::to_string(changed.filings()));
  filing.set_right(args.right());
  filing.set_from(parent.holder());
  filing.set_to(args.to());
  filing.set_mode(args.mode());
  filing.set_contract(args.contract());
  filing.set_filed_at(context.time().value());
  context.put(kind::kTransferFiling, filing.id(), filing, EventKind::kCreated);
  context.put(kind::kAsset, changed.udi(), changed);
  if (args.mode() == pb::TransferFiling::TRANSFER || args.mode() == pb::TransferFiling::LICENSE) {
    mark_market_contact(context, changed.udi(), kind::kTransferFiling, filing.id());
  }
  context.set_object(filing.id());
  return pass();
}

}  // namespace

void add_transfer_calls(CallList& calls) {
  calls.push_back(make_call<Args>({.name = "registry.file_transfer",
                                   .policy = SignaturePolicy::kBoth,
                                   .credit = CreditClass::kNewBusiness,
                                   .stopped_by_hold = true,
                                   .operation = ListOperation::kGrant,
                                   .label_zh = "流转备案",
                                   .label_en = "File that a right moved, or that another right grew out of it."},
                                  {.check = check,
                                   .signers = signers,
                                   .hold_scopes = hold_scopes,
                                   .object = object,
                                   .subjects = subjects,
                                   .invariants = invariants,
                                   .apply = apply}));
}

}  // namespace qilian::contracts::registry
