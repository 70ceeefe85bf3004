// The pieces from which a certificate of a fact is built. Who has the journal, the map and the block's leaves builds
// one; `fact.h` verifies.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ledger/core/block_certificate.h"
#include "ledger/core/fact.h"
#include "ledger/core/merkle_map.h"

namespace qilian::ledger::pb {
class EpochHandover;
class HistoryProof;
class JournalRange;
class StateFact;
class TransactionFact;
}  // namespace qilian::ledger::pb

namespace qilian::ledger {

/// One entry of a key's journal, from the first on, as the block that made it wrote it.
struct JournalRecord {
  JournalLeaf leaf;
  Bytes payload;
  std::optional<Bytes> record;  ///< nothing where the record stayed
};

/// A key's journal as of one header, read only as far as a claim needs it.
class JournalSource {
 public:
  virtual ~JournalSource() = default;
  virtual std::uint64_t count() const = 0;
  /// REQUIRES: index < count().
  virtual Result<JournalRecord> entry(std::uint64_t index) const = 0;
  /// The record in force after the entry; nothing where there is none.
  virtual Result<std::optional<Bytes>> record_after(std::uint64_t index) const = 0;
  /// RFC 6962 root over the leaves [begin, end). REQUIRES: begin < end <= count().
  virtual Result<Digest> subtree(std::uint64_t begin, std::uint64_t end) const = 0;
};

/// What is to be proved of one key; `from` and `to` as in certificate.proto, zero where the claim has none.
struct StateQuestion {
  Claim claim = Claim::kCurrent;
  Key key;
  Height from;
  Height to;
};

/// Payloads and records that one fact may ship when a node builds it for a stranger.
inline constexpr std::size_t kMaxBuiltFactBytes = 4u << 20;

/// Fills the fact from the key's journal and its map proof, both as of one header. Error "fact.untrue" where the claim
/// does not hold, with a message that says what does; "fact.question" where the question makes no sense; "fact.large"
/// where what it ships has more than `max_bytes`. Errors of the journal.
Result<void> build_state_fact(const StateQuestion& question, const JournalSource& journal, const MapProof& proof,
                              std::size_t max_bytes, pb::StateFact& out);
/// The same, unbounded, from a whole journal in memory.
Result<void> build_state_fact(const StateQuestion& question, std::span<const JournalRecord> journal,
                              const MapProof& proof, pb::StateFact& out);

/// Fills count, first and subtrees of a range proof for the entries [first, first + entries) of the journal with these
/// leaf hashes; the caller adds the entries. REQUIRES: entries >= 1, first + entries <= leaves.size().
void journal_range_proof(std::span<const Digest> leaves, std::uint64_t first, std::uint64_t entries,
                         pb::JournalRange& out);

Result<void> journal_range_proof(const JournalSource& journal, std::uint64_t first, std::uint64_t entries,
                                 pb::JournalRange& out);

/// The journal's root that a range leads to, or nothing where its shape is wrong.
std::optional<Digest> journal_root_from_range(const pb::JournalRange& range);

/// A transaction of a block whose leaf hashes (list_leaf_hash of TransactionLeaf) are given. REQUIRES: index <
/// leaves.size().
void build_transaction_fact(ByteView envelope, ByteView receipt, std::span<const Digest> leaves, std::uint64_t index,
                            pb::TransactionFact& out);

/// The path from an older header to the history_root of a certified one, from the history leaf hashes of all headers
/// below the certified one. REQUIRES: height < history.size().
void build_history_proof(ByteView header, std::span<const Digest> history, Height height, pb::HistoryProof& out);

/// A whole certificate. Exactly one of `transaction` and `state`; `history` only where the fact stands under an older
/// header. The block certificate is cut to its quorum; `n` is the size of its set.
struct FactParts {
  GenesisHash genesis;
  const pb::TransactionFact* transaction = nullptr;
  const pb::StateFact* state = nullptr;
  const pb::HistoryProof* history = nullptr;
  BlockCertificate certificate;
  std::size_t n = 0;
  /// From epoch 0 on: the boundary block's certificate (with the size of its set) and the next set's bytes.
  struct Handover {
    BlockCertificate certificate;
    std::size_t n = 0;
    Bytes next_validators;
  };
  std::vector<Handover> handovers;
};
Bytes assemble_fact(const FactParts& parts);

}  // namespace qilian::ledger
