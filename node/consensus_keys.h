// The consensus keys of a validator: the one that it votes with, and fresh ones that wait for the epoch that a change
// of validators gives them (rule 11: one key per epoch, destroyed after the hand-over).
//
// The configuration names the first key's file; those that `prepare` makes stand as <public key in hex>.pem in
// data/keys, encrypted with the node's passphrase. Threads: one at a time.
#pragma once

#include <filesystem>
#include <map>

#include "ledger/core/signature.h"
#include "ledger/core/validators.h"

namespace qilian::node {

class ConsensusKeys {
 public:
  /// None at all: an observer.
  ConsensusKeys() = default;
  /// `configured` may be gone once its epoch is over: then `folder` is there. Errors "key.*".
  static ledger::Result<ConsensusKeys> open(std::filesystem::path folder,
                                            std::optional<std::filesystem::path> configured, ledger::Bytes passphrase);
  /// One key that stands in no file.
  static ConsensusKeys of(ledger::SecretKey key);

  /// Makes a fresh key in `folder`. Errors "key.*".
  static ledger::Result<ledger::SecretKey> prepare(const std::filesystem::path& folder, ledger::ByteView passphrase);

  bool any() const;
  /// The configured one, else the first that was prepared.
  std::optional<ledger::PublicKey> first() const;
  /// Whose place in the set is ours, by any key that is here, those prepared since `open` included.
  std::optional<ledger::ReplicaId> place_in(const ledger::ValidatorSet& set) const;
  /// The key itself, read from its file where need be. Errors "key.*".
  ledger::Result<const ledger::SecretKey*> find(const ledger::PublicKey& key);
  /// Overwrites and removes the file, syncs the folder, forgets the key. What a disk keeps of overwritten blocks is
  /// beyond a program's reach. Error "key.write".
  ledger::Result<void> destroy(const ledger::PublicKey& key);

 private:
  std::filesystem::path file_of(const ledger::PublicKey& key) const;

  std::filesystem::path folder_;
  std::optional<std::filesystem::path> configured_;
  std::optional<ledger::PublicKey> configured_key_;
  ledger::Bytes passphrase_;
  std::map<ledger::PublicKey, ledger::SecretKey> loaded_;
};

}  // namespace qilian::node
