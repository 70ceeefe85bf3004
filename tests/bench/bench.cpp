// Four nodes on this machine, TLS and fsync on, over HTTP: throughput, latency to a certified block, CPU per
// transaction and node; then the speed at which a node's files are audited.
//
// The load is evidence.record (存证) by the genesis' organisations, one Ed25519 signature each, signed before the clock
// starts. Every client keeps one transaction in flight and waits until its block is certified. The client's own CPU is
// told apart.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "cli/network.h"
#include "contracts/evidence.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/fact.h"
#include "ledger/core/hash.h"
#include "ledger/core/transaction.h"
#include "machine.h"
#include "node/client/client.h"
#include "node/offline/audit.h"
#include "node/offline/directory.h"

namespace qilian::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Settings {
  std::size_t transactions = 5000;
  std::size_t clients = 64;
  std::filesystem::path folder;
  std::filesystem::path genesis = "genesis/gansu-live.toml";
};

struct Load {
  std::vector<ledger::Bytes> envelopes;
};

struct Sample {
  std::int64_t latency_us = 0;
  bool certified = false;
};

/// Who signs: organisations of the genesis whose first officer's key lies in the network's folder.
struct Author {
  std::string organisation;
  ledger::SecretKey key;
};

std::int64_t us_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count();
}

/// The bench cannot go on: says why and ends.
template <class T>
T need(ledger::Result<T> result) {
  if (!result) {
    fmt::print(stderr, "bench: {}: {}\n", result.error().code, result.error().message);
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

ledger::Bytes envelope(const Author& author, const ledger::GenesisHash& genesis, std::uint64_t number) {
  contracts::pb::EvidenceRecord record;
  record.set_id(fmt::format("BENCH-{}", number));
  record.set_kind("log");
  record.set_recorder(author.organisation);
  auto* subject = record.add_subjects();
  subject->set_kind(contracts::pb::Subject::ORG);
  subject->set_id(author.organisation);
  record.set_digest("\x01" + ledger::sha256({fmt::format("bench {}", number)}).str());
  record.set_origin_system("bench");
  record.set_collector(author.organisation);
  record.set_method("hash of a generated line");
  record.set_tool_version("1");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  ledger::BodyFields fields;
  fields.signers = {author.key.public_key()};
  fields.lead = author.key.public_key();
  fields.expires = ledger::TimeMs(std::chrono::duration_cast<std::chrono::milliseconds>(now).count() + 540'000);
  fields.nonce = fmt::format("{:016x}", number);
  fields.call = "evidence.record";
  fields.arguments = ledger::encode(record);
  const ledger::Bytes body = need(ledger::encode_body(fields));
  return ledger::assemble_envelope(body, {ledger::sign_body(body, genesis, author.key)});
}

Load make_load(const cli::Network& network, std::size_t count) {
  auto keys = need(network.keys(false));
  std::vector<Author> authors;
  for (const auto& [name, organisation] : {std::pair{"REG1", "11620000DEM000014C"},
                                           {"REG2", "11620000DEM0000227"},
                                           {"VEN", "91620100DEM00041XD"},
                                           {"NOT", "32621000DEM000719T"}}) {
    authors.push_back({organisation, need(keys.key(name))});
  }
  Load load;
  load.envelopes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    load.envelopes.push_back(envelope(authors[i % authors.size()], network.genesis().hash, i));
  }
  return load;
}

/// The first transaction that did not end in a certified OK says why; the counts tell how many followed.
void complain_once(const ledger::Result<client::Submitted>& submitted) {
  static std::once_flag told;
  std::call_once(told, [&] {
    if (!submitted)
      fmt::print(stderr, "bench: {}: {}\n", submitted.error().code, submitted.error().message);
    else
      fmt::print(stderr, "bench: {} {}\n", submitted->code, submitted->receipt_json);
  });
}

/// One client: takes the next envelope until none is left.
void run_client(const std::string& url, const Load& load, std::atomic<std::size_t>& next,
                std::vector<Sample>& samples) {
  auto client = need(client::Client::at(url));
  for (std::size_t i = next++; i < load.envelopes.size(); i = next++) {
    const auto start = Clock::now();
    const auto submitted = client.submit(load.envelopes[i]);
    samples[i] = {us_since(start), submitted && submitted->certified && submitted->code == "OK"};
    if (!samples[i].certified) complain_once(submitted);
  }
}

double milliseconds_at(const std::vector<std::int64_t>& sorted, double quantile) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[at]) / 1000;
}

std::int64_t own_cpu_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000LL + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

/// A record with its whole history, nothing left out: what shows that it was never revoked. Size, and time to verify.
void weigh_certificate(const cli::Network& network) {
  auto client = need(client::Client::at(network.nodes()[0].url()));
  const std::string bytes =
      need(client.fetch("/v1/certificates/object/evidence/BENCH-0?claim=history", "application/octet-stream"));
  std::vector<std::int64_t> times;
  for (int i = 0; i < 100; ++i) {
    const auto start = Clock::now();
    need(ledger::verify_fact(bytes, network.genesis()));
    times.push_back(us_since(start));
  }
  std::sort(times.begin(), times.end());
  fmt::print("certificate   {} bytes (a record with its whole history), verified in {:.2f} ms (median of 100)\n",
             bytes.size(), milliseconds_at(times, 0.5));
}

/// A stopped node's ledger, executed again from its files: how much faster than the network it can be checked.
bool audit_node(const Settings& settings, const ledger::Genesis& genesis, double network_rate) {
  const auto quiet = need(node::QuietLedger::open(settings.folder / "node0"));
  const auto start = Clock::now();
  const auto report = need(node::audit(quiet.directory(), genesis));
  const double seconds = static_cast<double>(us_since(start)) / 1e6;
  const double rate = static_cast<double>(report.transactions) / seconds;
  fmt::print(
      "audit node0   {:.0f} transactions/s ({} blocks, {} transactions, {} certificates in {:.2f} s), {:.1f} times the "
      "network\n",
      rate, report.blocks, report.transactions, report.certificates, seconds, rate / std::max(network_rate, 1.0));
  if (report.finding) fmt::print(stderr, "bench: the audit found: {}\n", report.finding->text());
  return !report.finding;
}

int run(const Settings& settings) {
  fmt::print("machine       {}\n", machine_name());
  const auto network = need(cli::Network::create(settings.folder, settings.genesis, 0));
  struct Stop {
    const cli::Network& network;
    ~Stop() { network.stop(); }
  } stop{network};
  for (std::size_t i = 0; i < network.nodes().size(); ++i) need(network.start(i));
  need(network.wait_healthy(20'000));

  const auto signing = Clock::now();
  const Load load = make_load(network, settings.transactions);
  fmt::print("load          {} x evidence.record, one signature, {} bytes an envelope; signed beforehand in {:.1f} s\n",
             load.envelopes.size(), load.envelopes.front().size(), static_cast<double>(us_since(signing)) / 1e6);

  std::vector<std::int64_t> cpu_before;
  for (std::size_t i = 0; i < network.nodes().size(); ++i) cpu_before.push_back(cpu_us(*network.running(i)));
  const std::int64_t client_before = own_cpu_us();

  std::atomic<std::size_t> next = 0;
  std::vector<Sample> samples(load.envelopes.size());
  const auto start = Clock::now();
  std::vector<std::thread> clients;
  for (std::size_t c = 0; c < settings.clients; ++c) {
    clients.emplace_back(run_client, network.nodes()[c % network.nodes().size()].url(), std::cref(load), std::ref(next),
                         std::ref(samples));
  }
  for (auto& client : clients) client.join();
  const double seconds = static_cast<double>(us_since(start)) / 1e6;

  std::vector<std::int64_t> latencies;
  for (const auto& sample : samples) {
    if (sample.certified) latencies.push_back(sample.latency_us);
  }
  std::sort(latencies.begin(), latencies.end());
  const auto done = static_cast<double>(latencies.size());
  fmt::print(
      "network       {} nodes on loopback, mutual TLS 1.3, one fsync a turn; {} clients, each with one in flight\n",
      network.nodes().size(), settings.clients);
  fmt::print("throughput    {:.0f} transactions/s ({} of {} certified OK in {:.2f} s)\n", done / seconds,
             latencies.size(), samples.size(), seconds);
  fmt::print("latency       p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms, from submission to the certified block\n",
             milliseconds_at(latencies, 0.5), milliseconds_at(latencies, 0.99), milliseconds_at(latencies, 1));
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    const auto used = static_cast<double>(cpu_us(*network.running(i)) - cpu_before[i]);
    fmt::print("cpu node{}     {:.0f} us a transaction\n", i, used / std::max(done, 1.0));
  }
  fmt::print("cpu client    {:.0f} us a transaction\n",
             static_cast<double>(own_cpu_us() - client_before) / std::max(done, 1.0));
  weigh_certificate(network);
  network.stop();
  const bool audited = audit_node(settings, network.genesis(), done / seconds);
  return audited && latencies.size() == samples.size() ? 0 : 1;
}

int usage(int status) {
  fmt::print(
      "usage: bench [--transactions N] [--clients C] [--genesis FILE] [--dir DIR]\n"
      "  N transactions (5000) by C clients (64) against four fresh nodes in DIR (a temporary folder, removed "
      "afterwards)\n");
  return status;
}

}  // namespace
}  // namespace qilian::bench

int main(int argc, char** argv) {
  using namespace qilian::bench;
  Settings settings;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--help" || option == "-h") return usage(0);
    if (i + 1 == argc) return usage(2);
    const std::string value = argv[i + 1];
    if (option == "--transactions")
      settings.transactions = std::strtoull(value.c_str(), nullptr, 10);
    else if (option == "--clients")
      settings.clients = std::strtoull(value.c_str(), nullptr, 10);
    else if (option == "--genesis")
      settings.genesis = value;
    else if (option == "--dir")
      settings.folder = value;
    else
      return usage(2);
  }
  if (settings.transactions == 0 || settings.clients == 0 || settings.clients > 1024) return usage(2);
  const bool temporary = settings.folder.empty();
  if (temporary) {
    std::string pattern = (std::filesystem::temp_directory_path() / "qilian-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) return usage(1);
    settings.folder = std::filesystem::path(pattern) / "network";
  }
  const int status = run(settings);
  if (temporary) std::filesystem::remove_all(settings.folder.parent_path());
  return status;
}
