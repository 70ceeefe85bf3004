// Clients that wait for their transaction to stand in a certified block.
#pragma once

#include <functional>
#include <map>
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
  using Callback = std::function<void(End)>;

  void add(const ledger::TransactionId& id, std::int64_t deadline_ms, Callback callback);
  /// It stands in block `height`; certification is what is missing.
  void executed(const ledger::TransactionId& id, ledger::Height height);
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
  void end(const ledger::TransactionId& id, End how);

  std::multimap<ledger::TransactionId, Waiting> waiting_;
  std::multimap<ledger::Height, ledger::TransactionId> executed_;
  std::int64_t next_check_ms_ = 0;
};

}  // namespace qilian::node
