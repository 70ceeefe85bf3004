#include "ledger/core/fact_proofs.h"

#include <algorithm>
#include <bit>

#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/merkle_list.h"
#include "ledger/core/receipt.h"

namespace qilian::ledger {
namespace {

using Path = google::protobuf::RepeatedPtrField<std::string>;

std::vector<Digest> read_path(const Path& path) {
  std::vector<Digest> out;
  for (const std::string& node : path) out.push_back(Digest::from(node).value_or(Digest()));
  return out;
}

/// Splits a range proof into one audit path for each entry, in one walk over the tree.
class Split {
 public:
  explicit Split(const pb::JournalRange& range) : range_(range), end_(range.first() + size()), paths_(size()) {
    root_ = walk(0, range.count());
  }

  std::vector<ListProof> take() {
    std::vector<ListProof> out;
    for (std::uint64_t i = 0; i < size(); ++i) {
      out.push_back({ListProof::List::kJournal, range_.count(), range_.first() + i,
                     range_.entries(static_cast<int>(i)).leaf(), std::move(paths_[i]), root_});
    }
    return out;
  }

 private:
  std::uint64_t size() const { return static_cast<std::uint64_t>(range_.entries_size()); }

  /// Below a node, its two children's hashes join the paths of the entries on the other side: from the bottom up.
  Digest walk(std::uint64_t from, std::uint64_t to) {
    if (to <= range_.first() || from >= end_) return Digest::from(range_.subtrees(next_++)).value_or(Digest());
    if (to - from == 1) return list_leaf_hash(range_.entries(static_cast<int>(from - range_.first())).leaf());
    const std::uint64_t middle = from + std::bit_floor(to - from - 1);
    const Digest left = walk(from, middle);
    const Digest right = walk(middle, to);
    for (std::uint64_t i = std::max(from, range_.first()); i < std::min(to, end_); ++i) {
      paths_[i - range_.first()].push_back(i < middle ? right : left);
    }
    return list_node_hash(left, right);
  }

  const pb::JournalRange& range_;
  std::uint64_t end_;
  int next_ = 0;
  std::vector<std::vector<Digest>> paths_;
  Digest root_;
};

ListProof transaction_proof(const VerifiedTransaction& made, const Header& header, const Path& path) {
  const TransactionLeaf leaf{made.transaction.id(), made.transaction.envelope_digest(), receipt_hash(made.receipt)};
  return {ListProof::List::kTransactions, header.transaction_count, made.index, leaf.encode(), read_path(path),
          header.transactions_root};
}

/// The journal's entries and what the map holds.
void take_state(const pb::StateFact& state, const VerifiedState& verified, FactProofs& out) {
  MapEvidence map;
  map.key = verified.key;
  map.proof.siblings = read_path(state.map().siblings());
  if (state.has_journal()) {
    out.lists = Split(state.journal()).take();
    const ListProof& last = out.lists.back();
    const bool at_the_end = last.index + 1 == last.size;
    const Digest record = at_the_end ? JournalLeaf::decode(last.entry).value().record_hash
                                     : Digest::from(state.current_record_hash()).value_or(Digest());
    map.value = MapValue{verified.key.kind, last.size, last.root, record}.encode();
  } else if (!state.map().leaf_key_hash().empty()) {
    map.proof.leaf = MapProof::Leaf{Digest::from(state.map().leaf_key_hash()).value_or(Digest()),
                                    Digest::from(state.map().leaf_value_hash()).value_or(Digest())};
  }
  out.map = std::move(map);
}

}  // namespace

std::string_view name_of(ListProof::List list) {
  switch (list) {
    case ListProof::List::kTransactions:
      return "transactions";
    case ListProof::List::kJournal:
      return "journal";
    case ListProof::List::kHeaders:
      break;
  }
  return "headers";
}

Result<FactProofs> take_apart(ByteView certificate, const Genesis& pinned) {
  FactProofs out;
  QILIAN_TRY(out.fact, verify_fact(certificate, pinned));
  // From here on every shape and every hash is known to be right.
  pb::FactCertificate message;
  QILIAN_TRY_VOID(decode_canonical(certificate, message));
  if (static_cast<std::size_t>(message.state().journal().entries_size()) > kMaxListProofs) {
    return fail("export.size",
                "more than 4096 journal entries: keep the certificate itself, or ask for a shorter range");
  }
  QILIAN_TRY(const BlockCertificate block, BlockCertificate::decode(message.block_certificate()));
  out.certified = block.header;
  out.header = message.has_history() ? message.history().header() : block.header;
  if (const auto* made = std::get_if<VerifiedTransaction>(&out.fact.fact)) {
    out.lists.push_back(transaction_proof(*made, out.fact.header, message.transaction().path()));
  } else {
    take_state(message.state(), std::get<VerifiedState>(out.fact.fact), out);
  }
  if (message.has_history()) {
    out.lists.push_back({ListProof::List::kHeaders, out.fact.certified.height.value(), out.fact.header.height.value(),
                         Bytes(out.fact.header.hash().view()), read_path(message.history().path()),
                         out.fact.certified.history_root});
  }
  out.checkpoint =
      checkpoint_payload(pinned.hash, out.fact.certified.epoch, out.fact.certified.height, out.fact.certified_hash);
  for (std::size_t i = 0; i < block.signatures.size(); ++i) {
    out.signatures.push_back({out.fact.validators.validators[out.fact.signers[i].value()], block.signatures[i]});
  }
  return out;
}

}  // namespace qilian::ledger
