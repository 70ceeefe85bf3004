#include "cli/story/performance.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <thread>

#include "cli/plain_words.h"
#include "cli/story/live.h"
#include "cli/story/player.h"

namespace qilian::cli {
namespace {

constexpr std::uint64_t kMutationSeed = 20260101;
constexpr int kInterrupted = 130;

/// One certificate, checked as its receiver would: the file, the genesis file, nothing else.
std::vector<Check> check_offline(const std::filesystem::path& file, const std::filesystem::path& genesis_file,
                                 std::size_t mutations, std::string& said) {
  std::vector<Check> checks;
  const auto genesis_bytes = read_file(genesis_file);
  const auto genesis = genesis_bytes ? ledger::Genesis::decode(*genesis_bytes)
                                     : Result<ledger::Genesis>(std::unexpected(genesis_bytes.error()));
  const auto bytes = read_file(file);
  if (!genesis || !bytes) {
    checks.push_back({"certificate", "readable", "unreadable", false});
    return checks;
  }
  const auto fact = ledger::verify_fact(*bytes, *genesis);
  checks.push_back({"certificate", "verified", fact ? "verified" : fact.error().code + ": " + fact.error().message,
                    fact.has_value()});
  if (!fact) return checks;
  const Mutations tried = try_mutations(*bytes, *genesis, mutations, kMutationSeed);
  checks.push_back({"damaged copies", fmt::format("{} of {} refused", tried.tried, tried.tried),
                    fmt::format("{} of {} refused{}{}", tried.refused, tried.tried,
                                tried.first_accepted.empty() ? "" : "; accepted: ", tried.first_accepted),
                    tried.refused == tried.tried});
  said = fmt::format("{}: {} bytes, {} signatures; {} of {} damaged copies refused", file.filename().string(),
                     bytes->size(), fact->signers.size(), tried.refused, tried.tried);
  return checks;
}

}  // namespace

Result<Totals> perform(const Performance& performance) {
  const Network& network = performance.network;
  const std::filesystem::path certificates = network.folder() / "certificates";
  std::error_code ignored;
  std::filesystem::create_directories(certificates, ignored);
  QILIAN_TRY(KeyFolder keys, network.keys(true));
  LiveChain chain(network, performance.story.live_units);
  // Fresh for each run: the same story may be told twice on one chain, and its transactions are other ones then.
  Player player(performance.story, chain, keys, performance.output, ledger::SecretKey::generate().public_key().hex(),
                certificates);
  auto played = player.play();
  network.stop();
  if (!played) return played;

  Totals totals = *played;
  for (const std::filesystem::path& file : player.certificates()) {
    std::string said = file.filename().string();
    const std::vector<Check> checks = check_offline(file, network.genesis_file(), performance.mutations, said);
    totals.add(checks);
    performance.output.note("离线验证", "offline, with genesis.bin alone", said, checks);
  }
  return totals;
}

struct StopGuard::Watch {
  explicit Watch(const Network& watched) : network(watched) {}
  Network network;
  std::atomic<bool> armed = true;
  std::atomic<bool> ended = false;
  std::thread thread;
};

StopGuard::StopGuard(const Network& network) : watch_(std::make_unique<Watch>(network)) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  watch_->thread = std::thread([watch = watch_.get(), signals] {
    const timespec pause{.tv_sec = 0, .tv_nsec = 50'000'000};
    while (!watch->ended) {
      if (sigtimedwait(&signals, nullptr, &pause) < 0) continue;
      if (watch->armed) {
        watch->network.stop();
        // The player may have been starting a node just then.
        watch->network.stop();
      }
      fmt::print(stderr, "\nqilian: interrupted{}\n", watch->armed ? "; the network was stopped" : "");
      _exit(kInterrupted);
    }
  });
}

StopGuard::~StopGuard() {
  if (watch_->armed) watch_->network.stop();
  watch_->ended = true;
  watch_->thread.join();
}

void StopGuard::disarm() { watch_->armed = false; }

}  // namespace qilian::cli
