#include "node/node.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <mutex>
#include <sstream>

#include "contracts/validators.h"
#include "ledger/core/uscc.h"
#include "node/api/routes.h"
#include "node/api/server.h"
#include "node/client/key_file.h"
#include "node/driver.h"

namespace qilian::node {
namespace {

namespace fs = std::filesystem;
using namespace ledger;

Result<Genesis> read_genesis(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  if (in) bytes << in.rdbuf();
  if (!in) return fail("genesis.open", fmt::format("node.genesis: {}: cannot be read", file.string()));
  auto genesis = Genesis::decode(bytes.str());
  if (!genesis) return fail(genesis.error().code, fmt::format("{}: {}", file.string(), genesis.error().message));
  QILIAN_TRY_VOID(contracts::check_genesis(*genesis));
  return genesis;
}

Result<Bytes> passphrase(const Config& config) {
  return config.passphrase_file ? client::passphrase_from_file(*config.passphrase_file)
                                : client::passphrase_from_env(*config.passphrase_env);
}

fs::path key_folder(const Config& config) { return config.data_dir / "keys"; }

// One process at a time in a data directory: two would vote with one key.
class DirectoryLock {
 public:
  static Result<DirectoryLock> take(const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    const fs::path file = directory / "lock";
    DirectoryLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.file_ < 0)
      return fail("node.data_dir", fmt::format("node.data_dir: {}: cannot be written", directory.string()));
    if (::flock(lock.file_, LOCK_EX | LOCK_NB) != 0) {
      return fail("node.data_dir", fmt::format("node.data_dir: {}: another qiliand uses it", directory.string()));
    }
    return lock;
  }
  ~DirectoryLock() {
    if (file_ >= 0) ::close(file_);
  }
  DirectoryLock(DirectoryLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_;
};

// Opens the log; a validator without one that it can trust observes, and says so.
Result<std::optional<ConsensusLog::Opened>> open_log(const Config& config, const GenesisHash& genesis) {
  auto opened = ConsensusLog::open(config.data_dir / "consensus", genesis, config.limits.log_segment_bytes);
  if (opened) {
    if (opened->cut_torn_tail) spdlog::warn("the consensus log ended in an unfinished write, which was cut");
    return std::optional<ConsensusLog::Opened>(std::move(*opened));
  }
  const auto& error = opened.error();
  if (error.code != "log.missing" && error.code != "log.corrupt") return std::unexpected(error);
  spdlog::critical(
      "{}: this replica only observes; a new validator runs `qiliand --init` once, an old one needs a new key "
      "(--prepare-key, then governance.change_validators)",
      error.message);
  return std::optional<ConsensusLog::Opened>();
}

class RunningNode final : public Node {
 public:
  explicit RunningNode(DirectoryLock lock) : lock_(std::move(lock)) {}
  ~RunningNode() override { stop(); }

  Result<void> open(const Config& config) {
    QILIAN_TRY(const Genesis genesis, read_genesis(config.genesis_file));
    QILIAN_TRY(const Bytes secret, passphrase(config));
    QILIAN_TRY(const SecretKey node_key, client::read_key_file(config.node_key_file, secret));
    Driver::Setup setup;
    setup.config = config;
    setup.node_key = node_key.public_key();
    QILIAN_TRY(setup.keys, ConsensusKeys::open(key_folder(config), config.consensus_key_file, secret));
    store::Options options;
    options.directory = config.data_dir / "ledger";
    options.log = [](std::string_view line) { spdlog::info("ledger: {}", line); };
    QILIAN_TRY(setup.executor, Executor::open(options, genesis));
    if (config.consensus_key_file || setup.keys.any()) {
      QILIAN_TRY(auto log, open_log(config, genesis.hash));
      if (log) setup.log.emplace(std::move(*log));
    }
    setup.on_fatal = [this](const Error& error) { fatal(error); };
    QILIAN_TRY(driver_, Driver::create(std::move(setup), metrics_));

    Mesh::Events events;
    events.frame = [this](PeerIndex peer, FrameKind kind, Bytes payload) {
      driver_->on_frame(peer, kind, std::move(payload));
    };
    events.connection = [this](PeerIndex peer, bool connected) { driver_->on_connection(peer, connected); };
    events.notice = [](const std::string& line) { spdlog::warn("mesh: {}", line); };
    QILIAN_TRY(mesh_, Mesh::start({genesis.hash, config.mesh_listen, driver_->peers(), config.limits}, node_key,
                                  std::move(events), metrics_));
    driver_->start(*mesh_);
    QILIAN_TRY(server_, HttpServer::start(config.api_listen, config.limits,
                                          make_routes(*driver_, metrics_, config.limits, config.api_tier), metrics_));
    spdlog::info("chain {} ({}), node key {}, mesh {} port {}, API {} port {}", genesis.chain,
                 genesis.hash.hex().substr(0, 16), node_key.public_key().hex(), config.mesh_listen.host, mesh_->port(),
                 config.api_listen.host, server_->port());
    return {};
  }

  Result<void> run() override {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    int caught = 0;
    sigwait(&signals, &caught);
    stop();
    const std::lock_guard lock(mutex_);
    if (fatal_) return std::unexpected(*fatal_);
    spdlog::info("ended by signal {}", caught);
    return {};
  }

 private:
  void fatal(const Error& error) {
    {
      const std::lock_guard lock(mutex_);
      if (!fatal_) fatal_ = error;
    }
    spdlog::critical("{}: {}", error.code, error.message);
    ::kill(::getpid(), SIGTERM);
  }

  // Nothing new comes in, then nothing goes out, then the driver ends its turn and fsyncs.
  void stop() {
    if (server_) server_->stop();
    if (mesh_) mesh_->stop();
    if (driver_) driver_->stop();
  }

  DirectoryLock lock_;
  std::mutex mutex_;
  std::optional<Error> fatal_;
  Metrics metrics_;
  std::unique_ptr<Driver> driver_;
  std::unique_ptr<Mesh> mesh_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace

Result<void> Node::initialise(const Config& config) {
  QILIAN_TRY(const Genesis genesis, read_genesis(config.genesis_file));
  QILIAN_TRY(const Bytes secret, passphrase(config));
  QILIAN_TRY(const auto keys, ConsensusKeys::open(key_folder(config), config.consensus_key_file, secret));
  const auto key = keys.first();
  if (!key) {
    return fail("node.not_validator",
                "keys.consensus is not set and no key was prepared (--prepare-key): an observer needs no --init");
  }
  QILIAN_TRY(const auto lock, DirectoryLock::take(config.data_dir));
  const Bytes first = consensus::encode_record(consensus::StartRecord{genesis.hash, *key});
  QILIAN_TRY_VOID(ConsensusLog::initialise(config.data_dir / "consensus", genesis.hash, first));
  if (!genesis.validators.find(*key))
    spdlog::warn("no validator of the genesis has this key: the node observes until governance admits it");
  return {};
}

Result<std::string> Node::prepare_key(const Config& config, const std::string& organisation,
                                      const std::string& address) {
  QILIAN_TRY(const Genesis genesis, read_genesis(config.genesis_file));
  QILIAN_TRY(const Bytes secret, passphrase(config));
  QILIAN_TRY(const SecretKey node_key, client::read_key_file(config.node_key_file, secret));
  QILIAN_TRY_VOID(Uscc::parse(organisation));
  const std::string reached = address.empty() ? config.mesh_listen.text() : address;
  QILIAN_TRY_VOID(Address::parse(reached));
  QILIAN_TRY(const SecretKey key, ConsensusKeys::prepare(key_folder(config), secret));
  const Bytes payload =
      contracts::possession_payload(genesis.hash, {organisation, key.public_key()}, node_key.public_key(), reached);
  return fmt::format(
      "{{\"organisation\":\"{}\",\"consensus_key\":\"{}\",\"possession\":\"{}\",\"node_key\":\"{}\","
      "\"address\":\"{}\"}}",
      organisation, key.public_key().hex(), to_hex(key.sign(payload).view()), node_key.public_key().hex(), reached);
}

Result<std::unique_ptr<Node>> Node::start(const Config& config) {
  QILIAN_TRY(auto lock, DirectoryLock::take(config.data_dir));
  auto node = std::make_unique<RunningNode>(std::move(lock));
  QILIAN_TRY_VOID(node->open(config));
  return std::unique_ptr<Node>(std::move(node));
}

}  // namespace qilian::node
