// The node's configuration: one TOML file, checked completely before anything starts.
//
//   [node]                                    # every path is relative to the folder of the file
//   data_dir = "data"                         # ledger/, consensus/ inside it
//   genesis = "genesis.bin"                   # the compiled genesis that the network pins
//
//   [keys]
//   consensus = "consensus.pem"               # encrypted PKCS#8, Ed25519 (node/client/key_file.h); absent: observes
//   node = "node.pem"                         # the same format; its public key is what peers pin
//   passphrase_file = "passphrase"            # its first line; or passphrase_env = "QILIAN_PASSPHRASE"
//
//   [mesh]
//   listen = "127.0.0.1:7001"
//
//   [api]
//   listen = "127.0.0.1:8001"                 # plain HTTP: loopback, or behind a proxy that ends TLS
//   tier = "regulator"                        # to whom questions are answered at most: public, member, regulator
//
//   [log]
//   level = "info"                            # trace, debug, info, warn, error
//   format = "text"                           # text or json
//
//   [limits]                                  # every one may be left out
//   mempool_transactions = 20000
//
//   [timers]
//   view_timeout_ms = 1000
//
//   [[peers]]                                 # every other node of the mesh
//   node_key = "<64 hex digits>"
//   address = "127.0.0.1:7002"
//   replica = 1                               # its place in the genesis set; absent for an observer
#pragma once

#include <filesystem>
#include <vector>

#include "ledger/core/signature.h"

namespace qilian::node {

/// "host:port"; IPv6 hosts in brackets. Port 0 asks the system for a free one (tests).
struct Address {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
  std::string text() const;
  /// Error "config.address".
  static ledger::Result<Address> parse(std::string_view text);
};

/// Peers that a node may have in all: the configured ones, half of it at most, and those that the ledger names.
inline constexpr std::size_t kMaxPeers = 256;

struct PeerConfig {
  ledger::PublicKey node_key;
  Address address;
  std::optional<ledger::ReplicaId> replica;
};

/// Named bounds of queues and caches; what happens past each is said where it is used.
struct LimitsConfig {
  std::uint32_t mempool_transactions = 20'000;
  std::uint64_t mempool_bytes = 128ull << 20;
  std::uint32_t mempool_transactions_per_key = 5'000;
  std::uint32_t mesh_connections = 64;  ///< accepted and not yet authenticated, all addresses
  std::uint32_t mesh_connections_per_address = 16;
  std::uint32_t mesh_handshake_timeout_ms = 5'000;
  std::uint64_t mesh_queue_bytes = 64ull << 20;  ///< per peer
  std::uint32_t api_connections = 256;
  std::uint32_t api_request_timeout_ms = 15'000;  ///< to read one request, and between two
  std::uint32_t api_wait_timeout_ms = 30'000;     ///< the longest ?wait=certified
  std::uint32_t verification_threads = 0;         ///< 0 = one per core, at most 4
  std::uint32_t verification_queue = 16'384;
  std::uint64_t log_segment_bytes = 64ull << 20;
};

struct TimersConfig {
  std::uint32_t tick_ms = 20;
  std::uint32_t batch_delay_ms = 10;  ///< how long a primary waits for a fuller batch
  std::uint32_t view_timeout_ms = 1'000;
  std::uint32_t view_timeout_cap_ms = 16'000;
  std::uint32_t resend_ms = 500;
};

struct Config {
  std::filesystem::path data_dir;
  std::filesystem::path genesis_file;
  std::optional<std::filesystem::path> consensus_key_file;
  std::filesystem::path node_key_file;
  std::optional<std::filesystem::path> passphrase_file;
  std::optional<std::string> passphrase_env;
  Address mesh_listen;
  Address api_listen;
  std::string api_tier = "regulator";  ///< to whom questions are answered at most: "public", "member", "regulator"
  std::string log_level = "info";
  std::string log_format = "text";
  LimitsConfig limits;
  TimersConfig timers;
  std::vector<PeerConfig> peers;

  /// Errors "config.*" name the file, the key and the line; an unknown or misspelt key is one of them.
  static ledger::Result<Config> load(const std::filesystem::path& file);
  /// The same from text; `file` serves messages and is what relative paths start from.
  static ledger::Result<Config> parse(std::string_view text, const std::filesystem::path& file);
};

}  // namespace qilian::node
