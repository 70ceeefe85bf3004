#include "cli/network.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "cli/genesis_file.h"
#include "cli/process.h"
#include "cli/toml_value.h"
#include "ledger/core/hash.h"
#include "node/client/client.h"
#include "node/client/key_file.h"

namespace qilian::cli {
namespace {

namespace fs = std::filesystem;
using ledger::fail;

constexpr const char* kProgram = "qiliand";
constexpr int kStopGraceMs = 5'000;
constexpr std::size_t kPassphraseBytes = 24;

/// A network that runs for the first time in this folder must not find anything of another one.
ledger::Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    return fail("network.exists",
                fmt::format("{} is not empty; name a new folder, or remove this one", folder.string()));
  }
  fs::create_directories(folder / "keys", error);
  if (error) return fail("network.folder", fmt::format("{}: {}", folder.string(), error.message()));
  fs::permissions(folder / "keys", fs::perms::owner_all, error);
  return {};
}

ledger::Result<void> write_private(const fs::path& file, ledger::ByteView content) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return fail("file.unwritable", fmt::format("{}: cannot be made", file.string()));
  const bool written = ::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  ::close(fd);
  if (!written) return fail("file.unwritable", fmt::format("{}: cannot be written", file.string()));
  return {};
}

std::string node_config(std::size_t node, const std::vector<std::string>& names,
                        const std::vector<ledger::PublicKey>& node_keys, const std::vector<std::uint16_t>& ports) {
  const std::size_t n = names.size();
  std::string out = fmt::format(
      "# Node {0} of this network, run for {1}. Paths are relative to this file; node/README.md lists every key.\n"
      "[node]\ndata_dir = \"data\"\ngenesis = \"../genesis.bin\"\n\n"
      "[keys]\nconsensus = \"../keys/consensus-{1}.pem\"\nnode = \"../keys/node-{1}.pem\"\npassphrase_file = "
      "\"../passphrase\"\n\n"
      "[mesh]\nlisten = \"127.0.0.1:{2}\"\n\n[api]\nlisten = \"127.0.0.1:{3}\"\n",
      node, names[node], ports[node], ports[n + node]);
  for (std::size_t peer = 0; peer < n; ++peer) {
    if (peer == node) continue;
    out += fmt::format("\n[[peers]]  # {}\nnode_key = \"{}\"\naddress = \"127.0.0.1:{}\"\nreplica = {}\n", names[peer],
                       node_keys[peer].hex(), ports[peer], peer);
  }
  return out;
}

std::string last_lines(const fs::path& file, std::size_t count) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
    if (lines.size() > count) lines.erase(lines.begin());
  }
  std::string out;
  for (const std::string& line : lines) out += "\n  " + line;
  return out;
}

}  // namespace

ledger::Result<ledger::Bytes> read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail("file.unreadable", fmt::format("{}: cannot be read; check the path", file.string()));
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

ledger::Result<void> write_file(const fs::path& file, ledger::ByteView content) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << content;
  if (!out.flush())
    return fail("file.unwritable",
                fmt::format("{}: cannot be written; check the folder and its rights", file.string()));
  return {};
}

std::string NetworkNode::url() const { return fmt::format("http://127.0.0.1:{}", api_port); }

ledger::Result<Network> Network::create(const fs::path& folder, const fs::path& genesis_file, std::size_t nodes) {
  QILIAN_TRY_VOID(make_folder(folder));
  const ledger::Bytes passphrase = ledger::to_hex(ledger::SecretKey::generate().seed().substr(0, kPassphraseBytes));
  QILIAN_TRY_VOID(write_private(folder / kPassphraseFile, passphrase + "\n"));
  KeyFolder keys(folder / "keys", passphrase, true);

  QILIAN_TRY(const ledger::Bytes text, read_file(genesis_file));
  QILIAN_TRY_VOID(write_file(folder / "genesis.toml", text));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  QILIAN_TRY(const CompiledGenesis compiled,
             compile_genesis_file(genesis_file, keys,
                                  {.creation_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count(),
                                   .validators = nodes}));
  QILIAN_TRY_VOID(write_file(folder / "genesis.bin", compiled.genesis.bytes));

  const std::vector<std::string>& names = compiled.validator_names;
  std::vector<ledger::PublicKey> node_keys;
  for (const std::string& name : names) {
    QILIAN_TRY(const ledger::SecretKey key, keys.key("node-" + name));
    node_keys.push_back(key.public_key());
  }
  const std::vector<std::uint16_t> ports = free_ports(2 * names.size());
  if (ports.size() != 2 * names.size()) return fail("network.ports", "no free TCP ports on 127.0.0.1");

  std::string index = "# Nodes of this network, in replica order.\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    const fs::path home = folder / fmt::format("node{}", i);
    std::error_code error;
    fs::create_directories(home, error);
    QILIAN_TRY_VOID(write_file(home / "qiliand.toml", node_config(i, names, node_keys, ports)));
    index += fmt::format("\n[[node]]\nname = \"{}\"\napi_port = {}\n", names[i], ports[names.size() + i]);
  }
  QILIAN_TRY_VOID(write_file(folder / "network.toml", index));

  // The consensus logs are made once, here: a node whose log is missing later has lost it, and must not start from an
  // empty one.
  QILIAN_TRY(const fs::path program, find_program(kProgram));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const fs::path home = folder / fmt::format("node{}", i);
    QILIAN_TRY(const int status,
               run_process(program, {"--config", (home / "qiliand.toml").string(), "--init"}, home / "qiliand.log"));
    if (status != 0) {
      return fail("network.init", fmt::format("qiliand --init of node {} ended with {}:{}", i, status,
                                              last_lines(home / "qiliand.log", 6)));
    }
  }
  return open(folder);
}

ledger::Result<Network> Network::open(const fs::path& folder) {
  const fs::path index = folder / "network.toml";
  const auto root = read_toml_file(index.string());
  if (!root) {
    return fail("network.folder", fmt::format("{} holds no network ({}); `qilian network create {}` makes one",
                                              folder.string(), root.error().message, folder.string()));
  }
  Network out;
  out.folder_ = fs::absolute(folder);
  QILIAN_TRY(const ledger::Bytes bytes, read_file(folder / "genesis.bin"));
  QILIAN_TRY(out.genesis_, ledger::Genesis::decode(bytes));
  TomlReader reader(*root, index.string());
  for (const TomlValue* table : reader.tables("node")) {
    TomlReader node(*table, index.string());
    NetworkNode read;
    read.replica = out.nodes_.size();
    read.name = node.text("name");
    read.api_port = static_cast<std::uint16_t>(node.integer("api_port"));
    read.folder = out.folder_ / fmt::format("node{}", read.replica);
    QILIAN_TRY_VOID(node.finish());
    out.nodes_.push_back(std::move(read));
  }
  QILIAN_TRY_VOID(reader.finish());
  return out;
}

ledger::Result<KeyFolder> Network::keys(bool create_missing) const {
  QILIAN_TRY(const ledger::Bytes passphrase, client::passphrase_from_file(folder_ / kPassphraseFile));
  return KeyFolder(folder_ / "keys", passphrase, create_missing);
}

std::optional<pid_t> Network::running(std::size_t node) const {
  std::ifstream in(nodes_.at(node).folder / "qiliand.pid");
  pid_t pid = 0;
  if (!(in >> pid) || !process_runs(pid, kProgram)) return std::nullopt;
  return pid;
}

ledger::Result<void> Network::start(std::size_t node) const {
  if (running(node)) return {};
  const fs::path& home = nodes_.at(node).folder;
  QILIAN_TRY(const fs::path program, find_program(kProgram));
  QILIAN_TRY(const pid_t pid,
             start_process(program, {"--config", (home / "qiliand.toml").string()}, home / "qiliand.log"));
  return write_file(home / "qiliand.pid", std::to_string(pid) + "\n");
}

ledger::Result<void> Network::wait_healthy(int timeout_ms) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (const NetworkNode& node : nodes_) {
    while (true) {
      auto asked = client::Client::at(node.url(), {.timeout_ms = 2'000});
      if (asked && asked->fetch("/healthz")) break;
      if (!running(node.replica) || std::chrono::steady_clock::now() > deadline) {
        return fail("network.start", fmt::format("node {} ({}) {}; its log ends:{}", node.replica, node.name,
                                                 running(node.replica) ? "does not answer" : "ended",
                                                 last_lines(node.folder / "qiliand.log", 8)));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  return {};
}

void Network::kill(std::size_t node) const {
  if (const auto pid = running(node)) kill_process(*pid, kProgram);
}

void Network::stop() const {
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    if (const auto pid = running(node)) ask_to_stop(*pid, kProgram);
  }
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    if (const auto pid = running(node)) stop_process(*pid, kProgram, kStopGraceMs);
    std::error_code ignored;
    fs::remove(nodes_[node].folder / "qiliand.pid", ignored);
  }
}

}  // namespace qilian::cli
