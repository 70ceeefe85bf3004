// A whole chain in memory, made with the ledger's own pieces: what the verifier of certificates is tested against.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/core/block.h"
#include "ledger/core/commit.h"
#include "ledger/core/fact_builder.h"
#include "ledger/core/genesis.h"
#include "ledger/core/transaction.h"

namespace qilian::ledger::test {

/// Four validators, deterministic keys, one transaction body after another. Every root is computed as a node computes
/// it; the journals are kept whole and in the open, so that a question can also be answered without any proof.
class TestChain {
 public:
  explicit TestChain(std::size_t validators = 4);

  const Genesis& genesis() const { return genesis_; }
  Height head() const { return headers_.back().height; }
  const Header& header(Height height) const { return headers_[height.value()]; }
  const ValidatorSet& validators(Epoch epoch) const { return sets_[epoch.value()]; }
  const std::vector<SecretKey>& secrets(Epoch epoch) const { return secrets_[epoch.value()]; }

  /// What a block writes to one key.
  struct Write {
    Key key;
    std::optional<Bytes> record;
    Bytes payload = "payload";
  };
  /// Appends a block with `transactions` transactions; the writes all belong to the last one.
  void add_block(std::size_t transactions, const std::vector<Write>& writes = {});
  /// Appends an empty boundary block: the next block belongs to the next epoch and its fresh set.
  void add_boundary();

  BlockCertificate certify(Height height, std::size_t signers) const;
  BlockCertificate certify(Height height) const {
    return certify(height, quorum(validators(header(height).epoch).size()));
  }
  /// Signs any header with the first quorum of an epoch's keys: for certificates that no honest quorum would make.
  BlockCertificate certify(const Header& header, Epoch epoch) const;

  /// A transaction's certificate, certified at `certified`.
  Bytes transaction_fact(Height height, std::uint64_t index, Height certified) const;
  /// A state certificate as of the header at `at`, certified at `certified`. Error where the claim is not true.
  Result<Bytes> state_fact(const StateQuestion& question, Height at, Height certified) const;
  Result<Bytes> state_fact(const StateQuestion& question) const { return state_fact(question, head(), head()); }

  /// A certificate, under the head, of any state fact: an honest one or not.
  Bytes certificate_of(const pb::StateFact& fact) const;
  MapProof prove(const Key& key) const { return maps_.back().prove(map_key(key)); }

  /// The journal of a key as of a height.
  std::vector<JournalRecord> journal(const Key& key, Height at) const;
  const Bytes& envelope(Height height, std::uint64_t index) const { return blocks_[height.value()].envelopes[index]; }
  const Block& block(Height height) const { return blocks_[height.value()]; }

 private:
  void add_set(Epoch epoch, std::size_t n);
  void append(Header header, const std::vector<Event>& events);
  Bytes next_envelope();
  Bytes finish(FactParts parts, Height at, Height certified) const;

  Genesis genesis_;
  std::vector<ValidatorSet> sets_;
  std::vector<std::vector<SecretKey>> secrets_;
  std::vector<Header> headers_;
  std::vector<Block> blocks_;
  std::vector<std::vector<Digest>> leaves_;  ///< transaction leaf hashes by height
  std::vector<MerkleMap> maps_;              ///< by height
  std::vector<Digest> history_;              ///< history leaf hashes by height
  std::map<Key, KeyState> states_;
  std::map<Key, std::vector<JournalRecord>> journals_;
  std::uint64_t next_nonce_ = 0;
  bool boundary_ = false;
};

}  // namespace qilian::ledger::test
