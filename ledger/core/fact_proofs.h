// A verified certificate taken apart into the proofs of which it consists: what the exports (`export_cose.h`,
// `export_note.h`) write down in other people's formats.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ledger/core/fact.h"
#include "ledger/core/merkle_map.h"

namespace qilian::ledger {

/// An entry stands at an index of an RFC 9162 list of this size and root.
struct ListProof {
  enum class List { kTransactions, kJournal, kHeaders };
  List list = List::kTransactions;
  std::uint64_t size = 0;
  std::uint64_t index = 0;
  Bytes entry;  ///< the leaf's data: a transaction leaf, a journal leaf, a header hash
  std::vector<Digest> path;
  Digest root;
};

/// "transactions", "journal" or "headers".
std::string_view name_of(ListProof::List list);

/// What the map holds for the key under the fact's state_root.
struct MapEvidence {
  Key key;
  std::optional<Bytes> value;  ///< MapValue, which binds the journal's root; nothing: the key is absent
  MapProof proof;              ///< its leaf only where another key's leaf proves the absence
};

struct SignedBy {
  Validator validator;
  Signature signature;
};

struct FactProofs {
  VerifiedFact fact;
  Bytes header;     ///< of the fact; its roots are those of transactions and map
  Bytes certified;  ///< the same, or the later header whose history_root is the root of the list of headers
  /// From the fact upwards: the transaction, or every journal entry that the certificate ships (neighbours too); then
  /// the older header in the list of headers.
  std::vector<ListProof> lists;
  std::optional<MapEvidence> map;
  /// What every signature covers.
  Bytes checkpoint;
  std::vector<SignedBy> signatures;
};

/// Most journal entries that are taken apart: each becomes a proof of its own.
inline constexpr std::size_t kMaxListProofs = 4'096;

/// Verifies the certificate (errors as verify_fact), then takes it apart. Error "export.size" past kMaxListProofs. Time
/// and size: n log n in the entries shipped.
Result<FactProofs> take_apart(ByteView certificate, const Genesis& pinned);

}  // namespace qilian::ledger
