// A whole node: what the configuration names, opened in order, wired together, ended in order.
#pragma once

#include <memory>

#include "node/config.h"

namespace qilian::node {

class Node {
 public:
  /// Writes the first record of the consensus log, once in a validator's life: a running node never does. Errors
  /// "log.exists", "node.not_validator", "key.*", "genesis.*".
  static ledger::Result<void> initialise(const Config& config);

  /// Makes a fresh consensus key in data/keys for an epoch to come, and returns what governance.change_validators asks
  /// of a next validator, as JSON: keys, address (mesh.listen unless another one is given) and proof of possession.
  /// Works beside a running node. Errors "key.*", "genesis.*", "config.address", MEM-101.
  static ledger::Result<std::string> prepare_key(const Config& config, const std::string& organisation,
                                                 const std::string& address);

  /// Reads keys and genesis, recovers ledger and core, binds both ports and runs. Every error says what to do; the
  /// caller prints it.
  static ledger::Result<std::unique_ptr<Node>> start(const Config& config);
  virtual ~Node() = default;

  /// Blocks until SIGTERM or SIGINT (fine) or a fatal error (returned), then ends cleanly.
  /// REQUIRES: both signals were blocked before `start`, so that every thread inherits that.
  virtual ledger::Result<void> run() = 0;
};

}  // namespace qilian::node
