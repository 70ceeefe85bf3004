// A network in one folder: genesis, keys, and one folder for each node. Made by `network create`, run by `network
// start` and `demo`.
//
//   DIR/genesis.toml, genesis.bin   what it started from, readable and compiled
//   DIR/passphrase                  of every key file below (0600); a real network keeps its keys on many machines
//   DIR/keys/NAME.pem               organisations and officers
//   DIR/node0/qiliand.toml          configuration, consensus.pem, node.pem, data/, qiliand.log, qiliand.pid
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/key_ring.h"
#include "ledger/core/genesis.h"

namespace qilian::cli {

struct NetworkNode {
  std::size_t replica = 0;
  std::string name;  ///< of the validator's organisation in the genesis file: "REG1"
  std::filesystem::path folder;
  std::uint16_t api_port = 0;
  std::string url() const;
};

/// Copyable: says where things are; processes are found by their pid files.
class Network {
 public:
  /// Makes the folder: fresh keys, compiled genesis, configurations with free ports, empty consensus logs. `nodes` of
  /// the genesis' validators are kept (0: all). Errors "network.exists", "genesis.*", "toml.*", "key.*", "process.*".
  static ledger::Result<Network> create(const std::filesystem::path& folder, const std::filesystem::path& genesis_file,
                                        std::size_t nodes);
  /// Opens what `create` made. Error "network.folder".
  static ledger::Result<Network> open(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return folder_; }
  const ledger::Genesis& genesis() const { return genesis_; }
  const std::vector<NetworkNode>& nodes() const { return nodes_; }
  std::filesystem::path genesis_file() const { return folder_ / "genesis.bin"; }

  /// Keys of the folder; missing ones are made where `create_missing`.
  ledger::Result<KeyFolder> keys(bool create_missing) const;

  /// The process of a node, or nothing when it does not run.
  std::optional<pid_t> running(std::size_t node) const;
  /// Starts one node; nothing happens where it runs already. Error "process.*".
  ledger::Result<void> start(std::size_t node) const;
  /// Waits until every node answers. Error "network.start" with the last lines of the log of one that does not.
  ledger::Result<void> wait_healthy(int timeout_ms) const;
  void kill(std::size_t node) const;
  /// Stops all nodes: terminates, and kills what is left after a while.
  void stop() const;

 private:
  std::filesystem::path folder_;
  ledger::Genesis genesis_;
  std::vector<NetworkNode> nodes_;
};

/// Whole file. Error "file.unreadable".
ledger::Result<ledger::Bytes> read_file(const std::filesystem::path& file);
/// Replaces the file. Error "file.unwritable".
ledger::Result<void> write_file(const std::filesystem::path& file, ledger::ByteView content);

}  // namespace qilian::cli
