// Ceilings, and what they say about one price.
#include "contracts/members.h"
#include "contracts/registry/registry.h"
#include "contracts/revenue/revenue.h"
#include "contracts/revenue/steps.h"
#include "contracts/text_guard.h"

namespace qilian::contracts::revenue {
namespace {

// A thousand billion yuan: no price or ceiling of this world reaches it, and sums of 4096 trades stay inside 64 bits.
constexpr std::int64_t kMaxFen = 100'000'000'000'000;

std::string yuan(std::int64_t fen) {
  const std::string cents = std::to_string(fen % 100);
  return std::to_string(fen / 100) + "." + (cents.size() == 1 ? "0" : "") + cents + " yuan";
}

// Where the ceiling that still stands waits while the next one is announced. No UDI begins like this.
std::string standing_cap_id(std::string_view udi, std::string_view purpose) {
  return "standing:" + price_cap_id(udi, purpose);
}

}  // namespace

bool free_purpose(const Context& context, std::string_view purpose) {
  return code_attribute(context, "purpose", purpose, "fee") == "FREE";
}

std::string price_cap_id(std::string_view udi, std::string_view purpose) {
  return std::string(udi) + "/" + std::string(purpose);
}

std::optional<pb::PriceCap> price_cap(const Context& context, std::string_view udi, std::string_view purpose) {
  auto cap = context.get<pb::PriceCap>(kind::kPriceCap, price_cap_id(udi, purpose));
  if (cap && context.time().value() < cap->from()) {
    cap = context.get<pb::PriceCap>(kind::kPriceCap, standing_cap_id(udi, purpose));
  }
  if (!cap || context.time().value() < cap->from() || context.time().value() >= cap->to()) return std::nullopt;
  return cap;
}

Outcome check_price(const Context& context, std::string_view udi, std::string_view purpose, std::int64_t price_fen) {
  if (free_purpose(context, purpose)) {
    QILIAN_REQUIRE(price_fen == 0, "REV-403",
                   "purpose " + std::string(purpose) + " is free; the price is " + yuan(price_fen));
    return pass();
  }
  if (price_fen == 0) return pass();
  const auto cap = price_cap(context, udi, purpose);
  QILIAN_REQUIRE(cap.has_value(), "REV-402",
                 "no ceiling stands for " + price_cap_id(udi, purpose) + ": ask the pricing authority");
  QILIAN_REQUIRE(price_fen <= cap->ceiling_fen(), "REV-402",
                 yuan(price_fen) + " lies above the ceiling of " + yuan(cap->ceiling_fen()));
  return pass();
}

namespace {

Outcome check_set_price_cap(const pb::RevenueSetPriceCap& args) {
  QILIAN_PASS(require_text("udi", args.udi(), 64));
  QILIAN_PASS(require_text("purpose", args.purpose(), 64));
  QILIAN_PASS(require_range("ceiling_fen", args.ceiling_fen(), 0, kMaxFen));
  QILIAN_PASS(require_range("allowed_revenue_fen", args.allowed_revenue_fen(), 0, kMaxFen));
  QILIAN_PASS(require_range("from", args.from(), 0, INT64_MAX));
  QILIAN_PASS(require_range("to", args.to(), 0, INT64_MAX));
  return require_digest("document", args.document());
}

Outcome set_price_cap_object(const pb::RevenueSetPriceCap& args, const Context& context) {
  QILIAN_PASS(require_code(context, "purpose", args.purpose()));
  return registry::require_live(context, args.udi());
}

Outcome set_price_cap_invariants(const pb::RevenueSetPriceCap& args, const Context& context) {
  const std::int64_t from = args.from() == 0 ? context.time().value() : args.from();
  QILIAN_REQUIRE(args.to() == 0 || args.to() > from, "COM-107", "the period ends before it begins");
  return pass();
}

Outcome apply_set_price_cap(const pb::RevenueSetPriceCap& args, Context& context) {
  const std::string id = price_cap_id(args.udi(), args.purpose());
  const bool known = context.exists(kind::kPriceCap, id);
  const TimeMs from = args.from() == 0 ? context.time() : TimeMs(args.from());
  pb::PriceCap cap;
  cap.set_udi(args.udi());
  cap.set_purpose(args.purpose());
  cap.set_ceiling_fen(args.ceiling_fen());
  cap.set_allowed_revenue_fen(args.allowed_revenue_fen());
  cap.set_from(from.value());
  cap.set_to(args.to() != 0
                 ? args.to()
                 : deadline(from, context.parameters().period("revenue.cap_period"), context.calendar()).value());
  cap.set_set_by(context.caller().organisation());
  cap.set_document(args.document());
  // A ceiling for later leaves the one of today where it is, until its day.
  if (const auto standing = price_cap(context, args.udi(), args.purpose()); known && from > context.time()) {
    context.put(kind::kPriceCap, standing_cap_id(args.udi(), args.purpose()), standing.value_or(pb::PriceCap()));
  }
  context.put(kind::kPriceCap, id, cap, known ? EventKind::kChanged : EventKind::kCreated);
  context.set_object(id);
  return pass();
}

}  // namespace

void add_pricing_calls(CallList& calls) {
  calls.push_back(
      make_call<pb::RevenueSetPriceCap>(call("revenue.set_price_cap", kSelf, {"PRICING"}, kOpen, "核定最高限价",
                                             "Set the ceiling and the allowed revenue of one purpose of a product."),
                                        {.check = check_set_price_cap,
                                         .object = set_price_cap_object,
                                         .invariants = set_price_cap_invariants,
                                         .apply = apply_set_price_cap}));
}

}  // namespace qilian::contracts::revenue
