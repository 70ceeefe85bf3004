// The sums of a settlement, as pure functions over fen; README.md works an example. No rule computes them
// elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace qilian::contracts::revenue {

inline constexpr std::int32_t kWholeBasisPoints = 10'000;

/// `amount` x `basis_points` / 10000, rounded down, without overflow. REQUIRES: amount >= 0 and basis_points in
/// 0..10000.
std::int64_t portion(std::int64_t amount, std::int32_t basis_points);

/// Shares out `amount` by largest remainder, ties by list order: the parts always add up to `amount`.
/// REQUIRES: amount >= 0; every share in 0..10000; they sum to 10000.
std::vector<std::int64_t> share_out(std::int64_t amount, std::span<const std::int32_t> basis_points);

struct Figures {
  std::int64_t gross = 0;
  std::int64_t fees = 0;  ///< rounded down
  std::int64_t cost = 0;
  std::int64_t distributable = 0;  ///< gross - fees - cost
  std::vector<std::int64_t> amounts;
  bool operator==(const Figures&) const = default;
};

/// The whole settlement of `prices`. Nothing where the gross overflows or fees and cost exceed it (the caller's
/// REV-406). REQUIRES: as share_out; prices and cost are not negative.
std::optional<Figures> settle(std::span<const std::int64_t> prices, std::int32_t fee_basis_points, std::int64_t cost,
                              std::span<const std::int32_t> basis_points);

}  // namespace qilian::contracts::revenue
