#include "contracts/revenue/arithmetic.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "ledger/core/result.h"

namespace qilian::contracts::revenue {
namespace {

// amount = whole * 10000 + rest keeps every product below 10^8 or below `amount` itself.
struct Split {
  std::int64_t floor;
  std::int64_t remainder;  // of the division by 10000
};

Split split(std::int64_t amount, std::int32_t basis_points) {
  QILIAN_CHECK(amount >= 0 && basis_points >= 0 && basis_points <= kWholeBasisPoints);
  const std::int64_t whole = amount / kWholeBasisPoints;
  const std::int64_t rest = (amount % kWholeBasisPoints) * basis_points;
  return {whole * basis_points + rest / kWholeBasisPoints, rest % kWholeBasisPoints};
}

}  // namespace

std::int64_t portion(std::int64_t amount, std::int32_t basis_points) { return split(amount, basis_points).floor; }

std::vector<std::int64_t> share_out(std::int64_t amount, std::span<const std::int32_t> basis_points) {
  QILIAN_CHECK(std::accumulate(basis_points.begin(), basis_points.end(), std::int64_t{0}) == kWholeBasisPoints);
  std::vector<std::int64_t> parts;
  std::vector<std::int64_t> remainders;
  std::int64_t left = amount;
  for (const std::int32_t share : basis_points) {
    const Split part = split(amount, share);
    parts.push_back(part.floor);
    remainders.push_back(part.remainder);
    left -= part.floor;
  }
  std::vector<std::size_t> order(parts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b;
  });
  // Fewer fen are left than there are shares, because each floor lost less than one.
  for (std::size_t i = 0; left > 0; ++i, --left) ++parts[order[i]];
  return parts;
}

std::optional<Figures> settle(std::span<const std::int64_t> prices, std::int32_t fee_basis_points, std::int64_t cost,
                              std::span<const std::int32_t> basis_points) {
  Figures figures;
  figures.cost = cost;
  for (const std::int64_t price : prices) {
    QILIAN_CHECK(price >= 0);
    if (figures.gross > std::numeric_limits<std::int64_t>::max() - price) return std::nullopt;
    figures.gross += price;
  }
  figures.fees = portion(figures.gross, fee_basis_points);
  if (cost > figures.gross - figures.fees) return std::nullopt;
  figures.distributable = figures.gross - figures.fees - cost;
  figures.amounts = share_out(figures.distributable, basis_points);
  return figures;
}

}  // namespace qilian::contracts::revenue
