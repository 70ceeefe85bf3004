// Where a story plays: a chain in this process, or a network of nodes. The player knows no difference.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/story/story.h"
#include "cli/story/told.h"
#include "ledger/core/genesis.h"
#include "ledger/core/transaction.h"

namespace qilian::cli {

/// What became of one transaction.
struct Delivery {
  bool refused = false;  ///< at submission: it stands in no block
  std::string code;
  std::string trace;  ///< of the receipt; of a refusal its message
  std::string object;
  std::map<std::string, std::int64_t> versions;
  ledger::TransactionId id;
  ledger::Height height;
  ledger::TimeMs time;                    ///< of the block
  std::vector<std::string> certified_by;  ///< organisations (USCC) whose signatures certify the block
};

class Chain {
 public:
  virtual ~Chain() = default;

  virtual const ledger::Genesis& genesis() const = 0;
  /// Time that a new transaction's expiry counts from.
  virtual ledger::TimeMs now() = 0;
  /// Returns when a block at or after `time` can be made.
  virtual void wait_until(ledger::TimeMs time) = 0;
  /// Delivers and waits for the receipt. An error means that the chain could not be asked; a refusal is a Delivery.
  virtual Result<Delivery> submit(const ledger::Bytes& envelope) = 0;
  /// The object's current record, proved where the chain is not our own. Nothing: proved absent.
  virtual Result<std::optional<ledger::Bytes>> record(const ledger::Key& key) = 0;
  /// Answers one of the questions that a regulator asks: as of now, or as known and true at `at`.
  virtual Result<Told> ask(const std::string& question, const std::map<std::string, std::string>& arguments,
                           std::optional<ledger::TimeMs> at) = 0;
  /// Bytes of a fact certificate for a file: of the transaction, or of the object that the request names. Nothing where
  /// this chain is certified by nobody.
  virtual Result<std::optional<ledger::Bytes>> certificate(const CertificateRequest& request,
                                                           const ledger::TransactionId& id) = 0;
  /// Plays a fault. Returns one line of what happened; nothing where this chain has no nodes.
  virtual Result<std::optional<std::string>> fault(const Fault& fault) = 0;
  /// Units of time marks; null: by the calendar.
  virtual const UnitLengths* unit_lengths() const = 0;
};

}  // namespace qilian::cli
