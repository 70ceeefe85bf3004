#include "ledger/store/chain.h"

#include <fmt/core.h>

#include <algorithm>

namespace qilian::ledger::store {
namespace {

std::unexpected<Error> order(Height height, std::string_view what) {
  return fail("store.order", fmt::format("block {}: {}", height.value(), what));
}

std::unexpected<Error> no_block(Height height) {
  return fail("store.not_found", fmt::format("block {} is not here", height.value()));
}

std::unexpected<Error> pending(Height height) {
  return fail("store.pending", fmt::format("block {} has no certificate here yet", height.value()));
}

}  // namespace

Result<void> Chain::check_block(const Header& header) const {
  const std::shared_lock lock(mutex_);
  const std::uint64_t height = history_.size();
  if (header.genesis != genesis_) return order(header.height, "it belongs to another network");
  if (header.height != Height(height)) return order(header.height, fmt::format("block {} was expected", height));
  if (header.parent != (height == 0 ? HeaderHash{} : history_.header(height - 1)))
    return order(header.height, "its parent is another block");
  if (header.history_root != history_.root(height)) return order(header.height, "its history root is wrong");
  return {};
}

Result<void> Chain::add_block(const Header& header, Position position) {
  QILIAN_TRY_VOID(check_block(header));
  const std::unique_lock lock(mutex_);
  history_.append(header.hash());
  blocks_.push_back(position);
  certificates_.emplace_back();
  if (header.next_validators_hash != header.validators_hash)
    boundaries_.push_back({{header.height, std::nullopt}, header.next_validators_hash});
  return {};
}

Result<void> Chain::check_certificate(const Header& header) const {
  const std::shared_lock lock(mutex_);
  if (header.height.value() >= history_.size()) return order(header.height, "a certificate came before its block");
  if (history_.header(header.height.value()) != header.hash())
    return order(header.height, "the certificate is of another header");
  return {};
}

Result<void> Chain::add_certificate(const Header& header, Position position) {
  QILIAN_TRY_VOID(check_certificate(header));
  const std::unique_lock lock(mutex_);
  auto& slot = certificates_[header.height.value()];
  if (!slot) slot = position;
  certified_ = std::max(certified_, header.height);
  return {};
}

Result<void> Chain::check_validators(Height boundary, const Digest& set_hash) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [known, next] : boundaries_)
    if (known.height == boundary && next == set_hash) return {};
  return order(boundary, "it does not name this validator set");
}

Result<void> Chain::add_validators(Height boundary, const Digest& set_hash, Position position) {
  QILIAN_TRY_VOID(check_validators(boundary, set_hash));
  const std::unique_lock lock(mutex_);
  for (auto& [known, next] : boundaries_)
    if (known.height == boundary) known.validators = position;
  return {};
}

std::uint64_t Chain::blocks() const {
  const std::shared_lock lock(mutex_);
  return history_.size();
}

Height Chain::certified() const {
  const std::shared_lock lock(mutex_);
  return certified_;
}

Result<HeaderHash> Chain::header_hash(Height height) const {
  const std::shared_lock lock(mutex_);
  if (height.value() >= history_.size()) return no_block(height);
  return history_.header(height.value());
}

Result<Position> Chain::block(Height height) const {
  const std::shared_lock lock(mutex_);
  if (height.value() >= blocks_.size()) return no_block(height);
  return blocks_[height.value()];
}

Result<Position> Chain::certificate(Height height) const {
  const std::shared_lock lock(mutex_);
  if (height.value() >= certificates_.size()) return no_block(height);
  if (!certificates_[height.value()]) return pending(height);
  return *certificates_[height.value()];
}

Result<Position> Chain::certificate_covering(Height height) const {
  const std::shared_lock lock(mutex_);
  if (height.value() >= certificates_.size()) return no_block(height);
  for (std::uint64_t h = height.value(); h < certificates_.size(); ++h)
    if (certificates_[h]) return *certificates_[h];
  return pending(height);
}

std::vector<Chain::Boundary> Chain::boundaries() const {
  const std::shared_lock lock(mutex_);
  std::vector<Boundary> out;
  for (const auto& [boundary, next] : boundaries_) out.push_back(boundary);
  return out;
}

Digest Chain::history_root(Height height) const {
  const std::shared_lock lock(mutex_);
  return history_.root(height.value());
}

std::vector<Digest> Chain::history_path(Height index, Height size) const {
  const std::shared_lock lock(mutex_);
  return history_.path(index.value(), size.value());
}

}  // namespace qilian::ledger::store
