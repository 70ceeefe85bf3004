#include "contracts/quota.h"

#include <algorithm>

#include "contracts/governance.pb.h"
#include "ledger/core/canonical.h"

namespace qilian::contracts {
namespace {

constexpr std::int64_t kToken = 1000;

/// What `per_minute` tokens a minute give in `elapsed_ms`, at most `burst` tokens. The clamp keeps the product small.
std::int64_t refill(std::int64_t tokens, std::int64_t elapsed_ms, std::int64_t per_minute, std::int64_t burst) {
  const std::int64_t full = burst * kToken;
  if (elapsed_ms <= 0) return std::min(tokens, full);
  const std::int64_t until_full_ms = burst * 60'000 / per_minute + 1;
  if (elapsed_ms >= until_full_ms) return full;
  return std::min(tokens + per_minute * elapsed_ms / 60, full);
}

}  // namespace

QuotaBook::Buckets& QuotaBook::refilled(std::string_view uscc, const BlockFrame& frame) {
  const auto known = buckets_.find(uscc);
  if (known != buckets_.end()) return known->second;
  const Parameters& parameters = *frame.parameters;
  const std::int64_t burst = parameters.integer("quota.transaction_burst");
  const std::int64_t denial_burst = parameters.integer("quota.denial_burst");
  Buckets buckets{.at = frame.time, .transactions = burst * kToken, .denials = denial_burst * kToken};
  if (const auto bytes = state_.record({kind::kQuota, std::string(uscc)})) {
    pb::QuotaBuckets stored;
    QILIAN_CHECK(stored.ParseFromString(*bytes));
    // Block time is not below the last block's; one refill a block keeps rounding to one step a block.
    const std::int64_t elapsed = frame.time.value() - stored.at();
    buckets.transactions =
        refill(stored.transactions(), elapsed, parameters.integer("quota.transactions_per_minute"), burst);
    buckets.denials = refill(stored.denials(), elapsed, parameters.integer("quota.denials_per_minute"), denial_burst);
  }
  return buckets_.emplace(uscc, buckets).first->second;
}

bool QuotaBook::has_transaction(std::string_view uscc, const BlockFrame& frame) {
  const Buckets& buckets = refilled(uscc, frame);
  return buckets.transactions >= kToken && buckets.denials >= kToken;
}

bool QuotaBook::take_transaction(std::string_view uscc, const BlockFrame& frame) {
  if (!has_transaction(uscc, frame)) return false;
  Buckets& buckets = refilled(uscc, frame);
  buckets.transactions -= kToken;
  buckets.charged = true;
  return true;
}

bool QuotaBook::take_denial(std::string_view uscc, const BlockFrame& frame) {
  Buckets& buckets = refilled(uscc, frame);
  if (buckets.denials < kToken) return false;
  buckets.denials -= kToken;
  buckets.charged = true;
  return true;
}

void QuotaBook::write_to(WriteSet& block) const {
  for (const auto& [uscc, buckets] : buckets_) {
    if (!buckets.charged) continue;
    pb::QuotaBuckets record;
    record.set_at(buckets.at.value());
    record.set_transactions(buckets.transactions);
    record.set_denials(buckets.denials);
    block.write({.key = {kind::kQuota, uscc},
                 .kind = static_cast<std::uint16_t>(EventKind::kCharged),
                 .payload = {},
                 .record = ledger::encode(record)});
  }
}

}  // namespace qilian::contracts
