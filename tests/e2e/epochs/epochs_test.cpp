// Validators come and go on real processes: a fifth one joins, one is removed while another sleeps, and what is
// certified afterwards is proved from the genesis alone.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <random>
#include <sstream>
#include <thread>

#include "contracts/validators.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/fact.h"
#include "node/client/key_file.h"
#include "tests/e2e/network.h"

using namespace qilian;
using e2e::json_text;
using e2e::Network;

namespace {

namespace fs = std::filesystem;
namespace pb = contracts::pb;
using ledger::Bytes;

const std::string kProgram = std::string(QILIAN_BINARY_DIR) + "/node/qiliand";

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  REQUIRE(out.good());
}

void wait_until(const std::string& what, const std::function<bool()>& holds, int seconds = 60) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!holds()) {
    REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, what);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

// Below the range from which the system takes ports for outgoing connections; the network's own are taken already.
std::uint16_t free_port() {
  static std::mt19937 random{std::random_device{}()};
  while (true) {
    const auto port = static_cast<std::uint16_t>(std::uniform_int_distribution(10'000, 32'000)(random));
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (free) return port;
  }
}

pid_t spawn(const std::vector<std::string>& words, const fs::path& log) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  return child;
}

int run(const std::vector<std::string>& words, const fs::path& log) {
  int status = 0;
  const pid_t child = spawn(words, log);
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The [[peers]] tables of a node's configuration, each with its text.
std::vector<std::string> peers_in(const fs::path& config) {
  const std::string text = read(config);
  std::vector<std::string> out;
  for (auto at = text.find("[[peers]]"); at != std::string::npos;) {
    const auto next = text.find("[[peers]]", at + 1);
    out.push_back(text.substr(at, next - at));
    at = next;
  }
  return out;
}

/// A node that the genesis does not know.
class Newcomer {
 public:
  Newcomer(const Network& network, std::uint16_t mesh_port, std::uint16_t api_port)
      : home_(network.folder(0).parent_path() / "newcomer"), api_port_(api_port) {
    fs::create_directories(home_);
    write(home_ / "genesis.bin", network.genesis().bytes);
    write(home_ / "passphrase", "e2e\n");
    REQUIRE(client::write_key_file(home_ / "node.pem", ledger::SecretKey::generate(), "e2e").has_value());
    std::string config =
        "[node]\ndata_dir = \"data\"\ngenesis = \"genesis.bin\"\n"
        "[keys]\nnode = \"node.pem\"\npassphrase_file = \"passphrase\"\n[mesh]\nlisten = \"127.0.0.1:" +
        std::to_string(mesh_port) + "\"\n[api]\nlisten = \"127.0.0.1:" + std::to_string(api_port) + "\"\n";
    config += peers_in(network.folder(1) / "node.toml").at(0);
    for (const std::string& peer : peers_in(network.folder(0) / "node.toml")) config += peer;
    write(home_ / "node.toml", config);
  }
  ~Newcomer() {
    if (process_) {
      ::kill(*process_, SIGKILL);
      ::waitpid(*process_, nullptr, 0);
    }
  }

  const fs::path& home() const { return home_; }
  void initialise() {
    REQUIRE(run({kProgram, "--config", (home_ / "node.toml").string(), "--init"}, home_ / "log") == 0);
  }
  void start() { process_ = spawn({kProgram, "--config", (home_ / "node.toml").string()}, home_ / "log"); }
  client::Client client() const { return client::Client::at("127.0.0.1:" + std::to_string(api_port_)).value(); }

 private:
  fs::path home_;
  std::uint16_t api_port_;
  std::optional<pid_t> process_;
};

/// A fresh key of the node in `home`, as its operator hands it to whoever writes the change.
void prepare(pb::GovernanceChangeValidators& change, const fs::path& home, const std::string& organisation) {
  const fs::path out = home / "prepared";
  fs::remove(out);
  REQUIRE_MESSAGE(run({kProgram, "--config", (home / "node.toml").string(), "--prepare-key", organisation}, out) == 0,
                  read(out));
  const std::string said = read(out);
  const std::string json = said.substr(said.find('{'));
  const auto bytes = [&](const char* name) { return ledger::from_hex(json_text(json, name)).value(); };
  pb::NextValidator* next = change.add_validators();
  next->set_organisation(json_text(json, "organisation"));
  next->set_consensus_key(bytes("consensus_key"));
  next->set_possession(bytes("possession"));
  next->set_node_key(bytes("node_key"));
  next->set_address(json_text(json, "address"));
}

Bytes signed_by(const Network& network, const std::vector<std::size_t>& members,
                const pb::GovernanceChangeValidators& change) {
  std::vector<const ledger::SecretKey*> keys;
  for (const std::size_t member : members) keys.push_back(&network.members()[member].key);
  ledger::BodyFields fields;
  for (const auto* key : keys) fields.signers.push_back(key->public_key());
  fields.lead = keys.front()->public_key();
  fields.expires = ledger::TimeMs(e2e::wall_clock().value() + 300'000);
  fields.nonce = ledger::FixedWriter().u64(change.epoch()).take();
  fields.call = "governance.change_validators";
  fields.arguments = ledger::encode(change);
  const Bytes body = ledger::encode_body(fields).value();
  std::ranges::sort(keys, {}, [](const ledger::SecretKey* key) { return key->public_key(); });
  std::vector<ledger::Signature> signatures;
  for (const auto* key : keys) signatures.push_back(ledger::sign_body(body, network.genesis().hash, *key));
  return ledger::assemble_envelope(body, signatures);
}

std::string status_of(client::Client client, const std::string& name) {
  const auto body = client.fetch("/v1/status");
  return body ? json_text(*body, name) : "";
}

void decide(client::Client client, const Bytes& envelope) {
  const auto submitted = client.submit(envelope);
  REQUIRE_MESSAGE(submitted.has_value(), (submitted ? "" : submitted.error().message));
  REQUIRE_MESSAGE(submitted->code == "OK", submitted->json);
}

void submit_some(const Network& network, client::Client client, std::uint64_t first) {
  for (std::uint64_t i = first; i < first + 5; ++i) {
    const auto submitted = client.submit(network.transaction(i % 4, i));
    REQUIRE_MESSAGE(submitted.has_value(), (submitted ? "" : submitted.error().message));
    CHECK(submitted->code == "OK");
    CHECK(submitted->certified);
  }
}

}  // namespace

TEST_CASE("a fifth validator joins, another one goes, and a later certificate is proved from the genesis alone") {
  Network network;
  network.start_all();
  network.wait_ready();
  submit_some(network, network.client(0), 0);

  Newcomer fifth(network, free_port(), free_port());
  pb::GovernanceChangeValidators joins;
  joins.set_epoch(1);
  for (std::size_t i = 0; i < 4; ++i) prepare(joins, network.folder(i), network.members()[i].uscc);
  prepare(joins, fifth.home(), network.members()[4].uscc);
  fifth.initialise();
  fifth.start();
  wait_until("the newcomer answers", [&] { return status_of(fifth.client(), "voting") == "false"; });

  const Bytes too_few = signed_by(network, {0, 1}, joins);
  const auto refused = network.client(0).submit(too_few);
  CHECK((!refused || refused->code == "COM-206"));
  decide(network.client(0), signed_by(network, {0, 1, 2}, joins));
  for (std::size_t i = 0; i < 4; ++i) {
    wait_until("node " + std::to_string(i) + " votes in epoch 1\n" + network.log(i), [&] {
      return status_of(network.client(i), "epoch") == "1" && status_of(network.client(i), "voting") == "true";
    });
    CHECK_FALSE(fs::exists(network.folder(i) / "consensus.pem"));
  }
  wait_until("the newcomer votes", [&] { return status_of(fifth.client(), "voting") == "true"; });
  CHECK(status_of(fifth.client(), "replica") == "4");
  CHECK(status_of(fifth.client(), "validators") == "5");
  submit_some(network, fifth.client(), 100);

  // Power off in the new epoch, and without the old key.
  network.kill(2);
  network.start(2);
  wait_until("node 2 votes again\n" + network.log(2), [&] { return status_of(network.client(2), "voting") == "true"; });
  submit_some(network, network.client(2), 200);

  // Node 1 goes while node 3 sleeps: its key is ready, the hand-over it has to catch up with.
  pb::GovernanceChangeValidators goes;
  goes.set_epoch(2);
  for (const std::size_t i : {std::size_t{0}, std::size_t{2}, std::size_t{3}})
    prepare(goes, network.folder(i), network.members()[i].uscc);
  prepare(goes, fifth.home(), network.members()[4].uscc);
  network.kill(3);
  decide(fifth.client(), signed_by(network, {0, 1, 2, 4}, goes));
  for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
    wait_until("node " + std::to_string(i) + " votes in epoch 2", [&] {
      return status_of(network.client(i), "epoch") == "2" && status_of(network.client(i), "voting") == "true";
    });
  }
  submit_some(network, network.client(0), 300);
  wait_until("node 1 observes", [&] {
    return status_of(network.client(1), "epoch") == "2" && status_of(network.client(1), "voting") == "false" &&
           status_of(network.client(1), "retiring") == "false";
  });
  network.start(3);
  wait_until("node 3 follows the hand-over and votes\n", [&] {
    return status_of(network.client(3), "epoch") == "2" && status_of(network.client(3), "voting") == "true";
  });
  CHECK(status_of(network.client(3), "replica") == "2");

  const auto last = fifth.client().submit(network.transaction(5, 400));
  REQUIRE(last.has_value());
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
    std::optional<Bytes> certificate;
    wait_until("node " + std::to_string(i) + " proves it", [&] {
      auto got = network.client(i).fetch("/v1/certificates/transaction/" + last->id, "application/octet-stream");
      if (got) certificate = *got;
      return certificate.has_value();
    });
    const auto fact = ledger::verify_fact(*certificate, network.genesis());
    REQUIRE_MESSAGE(fact.has_value(), (fact ? "" : fact.error().message));
    CHECK(fact->validators.epoch == ledger::Epoch(2));
    CHECK(fact->validators.size() == 4);
    CHECK(fact->signers.size() == 3);
  }
  // A removed validator starts again, without any key.
  network.kill(1);
  network.start(1);
  wait_until("node 1 follows after a restart\n" + network.log(1),
             [&] { return status_of(network.client(1), "epoch") == "2"; });
  network.wait_equal();
}
