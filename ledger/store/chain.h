// Which blocks the segments hold and where: header hashes, positions, certificates, boundaries. In memory, filled by
// the scan at open. Thread-safe: one writer, many readers. What it accepts is a chain: each block has its parent's hash
// and the right history root.
#pragma once

#include <shared_mutex>

#include "ledger/store/history.h"
#include "ledger/store/segments.h"

namespace qilian::ledger::store {

class Chain {
 public:
  /// The last block of an epoch, and where the set that follows it stands.
  struct Boundary {
    Height height;
    std::optional<Position> validators;
  };

  explicit Chain(const GenesisHash& genesis) : genesis_(genesis) {}

  /// Would add_block accept it? Error "store.order" says what does not fit.
  Result<void> check_block(const Header& header) const;
  Result<void> add_block(const Header& header, Position position);
  /// The block must be here and have this header.
  Result<void> check_certificate(const Header& header) const;
  Result<void> add_certificate(const Header& header, Position position);
  Result<void> check_validators(Height boundary, const Digest& set_hash) const;
  Result<void> add_validators(Height boundary, const Digest& set_hash, Position position);

  std::uint64_t blocks() const;
  Height certified() const;
  Result<HeaderHash> header_hash(Height height) const;
  Result<Position> block(Height height) const;
  /// "store.pending" where that height has no certificate here.
  Result<Position> certificate(Height height) const;
  /// The lowest certificate at or above `height`.
  Result<Position> certificate_covering(Height height) const;
  std::vector<Boundary> boundaries() const;

  Digest history_root(Height height) const;
  std::vector<Digest> history_path(Height index, Height size) const;

 private:
  GenesisHash genesis_;
  mutable std::shared_mutex mutex_;
  HistoryTree history_;
  std::vector<Position> blocks_;
  std::vector<std::optional<Position>> certificates_;
  std::vector<std::pair<Boundary, Digest>> boundaries_;  ///< with next_validators_hash
  Height certified_;
};

}  // namespace qilian::ledger::store
