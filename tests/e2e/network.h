// Real qiliand processes, four on loopback unless told otherwise, with keys, genesis and folders of their own, for
// suites that start, kill and question them.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/core/genesis.h"
#include "node/client/client.h"

namespace qilian::e2e {

/// An organisation of the test genesis with the key of its one officer.
struct Member {
  std::string uscc;
  ledger::SecretKey key;
};

/// Where a node runs. The default is this machine's loopback, each node on ports of its own.
struct Host {
  std::string address = "127.0.0.1";
  int network_namespace = -1;            ///< a descriptor that the process enters; -1: that of the test
  std::vector<std::string> environment;  ///< "NAME=value", added to the test's own
};

/// How the nodes are configured where a suite wants something other than the defaults.
struct Timing {
  std::uint32_t view_timeout_ms = 1'000;
  std::uint32_t view_timeout_cap_ms = 16'000;
};

class Network {
 public:
  /// Makes everything and initialises every log; starts nothing. Aborts the test where that fails.
  /// Of the members that can sign, the first `nodes()` are the validators and two more are clients.
  explicit Network(std::size_t nodes = 4) : Network(std::vector<Host>(nodes)) {}
  explicit Network(std::vector<Host> hosts, Timing timing = {});
  /// Kills what still runs and removes the folder, unless QILIAN_KEEP is set.
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  std::size_t nodes() const { return hosts_.size(); }
  void start(std::size_t node);
  /// The same where no file can grow past `max_file_bytes`: a disk that is full.
  void start_with_full_disk(std::size_t node, std::uint64_t max_file_bytes);
  /// The exit status of a node that ends by itself; fails the test where it does not in time.
  int wait_exit(std::size_t node, int timeout_ms);
  void start_all();
  /// SIGKILL, and waits for the end.
  void kill(std::size_t node);
  /// SIGTERM; the exit status.
  int terminate(std::size_t node);
  bool running(std::size_t node);
  /// SIGSTOP or SIGCONT.
  void signal(std::size_t node, int number);
  /// Waits until all running nodes answer, vote and see one another.
  void wait_ready(int timeout_ms = 30'000);

  client::Client client(std::size_t node, int timeout_ms = 40'000) const;
  std::uint16_t mesh_port(std::size_t node) const { return mesh_ports_[node]; }
  std::uint16_t api_port(std::size_t node) const { return api_ports_[node]; }
  const ledger::Genesis& genesis() const { return genesis_; }
  const std::vector<Member>& members() const { return members_; }
  std::filesystem::path folder(std::size_t node) const;
  std::string log(std::size_t node) const;

  /// A call that any member may make again and again (membership.undertake), signed by `member`.
  ledger::Bytes transaction(std::size_t member, std::uint64_t number) const;
  ledger::Bytes transaction(std::size_t member, std::uint64_t number, ledger::TimeMs expires,
                            const ledger::GenesisHash& chain) const;

  /// A number of /v1/status, e.g. "view" or "height.certified"; nothing where the node does not answer.
  std::optional<std::int64_t> status_number(std::size_t node, const std::string& name) const;
  std::int64_t metric(std::size_t node, const std::string& name) const;
  /// Waits until every running node has the same certified and executed height, and returns the state root that they
  /// all have. Fails the test where roots differ or time runs out.
  std::string wait_equal(int timeout_ms = 30'000);

 private:
  void make_genesis();
  void write_node(std::size_t node);
  std::string address(std::size_t node, std::uint16_t port) const;

  std::vector<Host> hosts_;
  Timing timing_;
  std::filesystem::path folder_;
  std::vector<Member> members_;
  std::vector<ledger::SecretKey> consensus_keys_;
  std::vector<ledger::SecretKey> node_keys_;
  std::vector<std::uint16_t> mesh_ports_;
  std::vector<std::uint16_t> api_ports_;
  ledger::Genesis genesis_;
  std::vector<std::optional<pid_t>> processes_;
};

/// Now, by the wall clock.
ledger::TimeMs wall_clock();
/// The value at a dotted path of a JSON object as text; empty where there is none.
std::string json_text(const std::string& json, const std::string& path);

}  // namespace qilian::e2e
