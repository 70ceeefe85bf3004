// What an audit that was interrupted leaves behind, so that the next one need not execute the same blocks again.
//
// It vouches for nothing by itself: the next audit reads every byte of the ledger again, and goes on from here only if
// the beginning of the ledger hashes to `prefix` and the objects give the state root of the header. Who can write the
// file can at most spare an auditor signatures that he believes to have checked: keep it where only you can write.
#pragma once

#include <filesystem>

#include "node/offline/replay.h"

namespace qilian::node {

struct AuditCheckpoint {
  ledger::GenesisHash genesis;
  std::uint64_t frames = 0;  ///< judged so far; the last one is the block of `last`
  ledger::Digest prefix;     ///< over all of them: see `chain_frame`
  ledger::Header last;
  std::uint64_t transactions = 0;
  std::uint64_t certificates = 0;
  std::map<ledger::Key, ReplayedState::Object> objects;

  /// Replaces the file. Error "audit.checkpoint".
  ledger::Result<void> save(const std::filesystem::path& file) const;
  /// Error "audit.checkpoint" where the file cannot be read, is damaged or belongs to another network.
  static ledger::Result<AuditCheckpoint> load(const std::filesystem::path& file, const ledger::GenesisHash& genesis);
};

/// The digest of a beginning and the frame behind it.
ledger::Digest chain_frame(const ledger::Digest& before, std::uint8_t type, ledger::ByteView payload);

}  // namespace qilian::node
