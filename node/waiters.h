// Clients that wait for their transaction to stand in a certified block.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "ledger/core/types.h"

namespace qilian::node {

/// Owner: the driver, on its thread. Each callback is called exactly once, at the latest at its deadline or at
/// `fail_all`.
class Waiters {
 public:
  enum class End {
    kCertified,  ///< its block has a certificate, or a later block's certificate covers it
    kTimedOut,   ///< accepted, and not certified yet
    kExpired,    ///< it left the mempool without being executed
  };
  /// Where it stands, kept so that nobody has to read the block again for each client.
  struct Place {
    ledger::Height height;
    std::uint32_t index = 0;
    ledger::Bytes receipt;
  };
  /// `place` is there for kCertified alone.
  using Callback = std::function<void(End, const Place* place)>;

  void add(const ledger::TransactionId& id, std::int64_t deadline_ms, Callback callback);
  /// It was executed; certification of its block is what is missing.
  void executed(const ledger::TransactionId& id, Place place);
  /// Every block up to here is certified.
  void certified(ledger::Height height);
  /// It will not be executed.
  void expired(const ledger::TransactionId& id);
  void time_out(std::int64_t now_ms);
  void fail_all();

  std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::int64_t deadline_ms = 0;
    Callback callback;
  };
  void end(const ledger::TransactionId& id, End how, const Place* place);

  std::multimap<ledger::TransactionId, Waiting> waiting_;
  std::multimap<ledger::Height, std::pair<ledger::TransactionId, Place>> executed_;
  std::int64_t next_check_ms_ = 0;
};

}  // namespace qilian::node
