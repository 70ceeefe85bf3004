#include "tests/e2e/network.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "contracts/credit.pb.h"
#include "contracts/kinds.h"
#include "contracts/membership.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/uscc.h"
#include "node/client/key_file.h"

namespace qilian::e2e {
namespace {

namespace fs = std::filesystem;
namespace kind = contracts::kind;
namespace pb = contracts::pb;
using namespace ledger;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kClients = 2;  // members beside the validators

// A port that nobody listens on, below the range from which the system takes ports for outgoing connections.
std::uint16_t free_port() {
  static std::mt19937 random{std::random_device{}()};
  static std::set<int> given;
  while (true) {
    const int port = std::uniform_int_distribution(10'000, 32'000)(random);
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (free && given.insert(port).second) return static_cast<std::uint16_t>(port);
  }
}

std::string uscc(std::size_t number) {
  std::string text = "11620000000" + std::to_string(100'000 + number);
  return text + uscc_check_character(text).value();
}

void write(const fs::path& file, ByteView bytes) {
  std::ofstream out(file, std::ios::binary);
  out << bytes;
  REQUIRE(out.good());
}

pid_t spawn(const std::vector<std::string>& words, const fs::path& log, const Host& host,
            std::uint64_t max_file_bytes = 0) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a suite that dies leaves no node behind
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    if (host.network_namespace >= 0 && ::setns(host.network_namespace, CLONE_NEWNET) != 0) ::_exit(126);
    for (const auto& variable : host.environment) ::putenv(const_cast<char*>(variable.c_str()));
    if (max_file_bytes > 0) {
      // Writes beyond it fail with EFBIG, as long as the signal is ignored.
      const rlimit limit{max_file_bytes, max_file_bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::signal(SIGXFSZ, SIG_IGN);
    }
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  return child;
}

int wait_for(pid_t process) {
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const std::string kProgram = std::string(QILIAN_BINARY_DIR) + "/node/qiliand";

}  // namespace

TimeMs wall_clock() {
  return TimeMs(std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

std::string json_text(const std::string& text, const std::string& path) {
  boost::system::error_code error;
  const auto document = boost::json::parse(text, error);
  const boost::json::value* value = error ? nullptr : &document;
  std::istringstream names(path);
  for (std::string name; value && std::getline(names, name, '.');) {
    const auto* object = value->if_object();
    value = object ? object->if_contains(name) : nullptr;
  }
  if (!value || value->is_null()) return "";
  return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
}

Network::Network(std::vector<Host> hosts, Timing timing)
    : hosts_(std::move(hosts)), timing_(timing), processes_(hosts_.size()) {
  std::string pattern = (fs::temp_directory_path() / "qilian-e2e-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  for (std::size_t i = 0; i < nodes() + kClients; ++i) members_.push_back({uscc(i), SecretKey::generate()});
  for (std::size_t i = 0; i < nodes(); ++i) {
    consensus_keys_.push_back(SecretKey::generate());
    node_keys_.push_back(SecretKey::generate());
    mesh_ports_.push_back(free_port());
    api_ports_.push_back(free_port());
  }
  make_genesis();
  for (std::size_t i = 0; i < nodes(); ++i) write_node(i);
}

Network::~Network() {
  for (std::size_t i = 0; i < nodes(); ++i) {
    if (processes_[i]) kill(i);
  }
  if (std::getenv("QILIAN_KEEP")) {
    std::fprintf(stderr, "kept: %s\n", folder_.c_str());
    return;
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Network::make_genesis() {
  Genesis fields;
  fields.chain = "e2e";
  fields.time = TimeMs(wall_clock().value() - 60'000);
  const auto put = [&](Kind number, const std::string& id, const google::protobuf::Message& record) {
    fields.records[{number, id}] = encode(record);
  };
  pb::ValidatorOrganisations validators;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    pb::Organisation organisation;
    organisation.set_uscc(member.uscc);
    organisation.set_name("Organisation " + std::to_string(i));
    organisation.set_kind(i < 2 ? pb::Organisation::AGENCY : pb::Organisation::ENTERPRISE);
    organisation.set_region("620000");
    if (i < 2) {
      pb::RoleGrant& role = *organisation.add_roles();
      role.set_role("REGULATOR");
      role.set_since(fields.time.value());
    }
    organisation.add_roles()->set_role("VALIDATOR");
    organisation.add_officers()->set_officer_id("officer");
    organisation.set_basis("genesis");
    organisation.set_status(pb::Organisation::ADMITTED);
    organisation.set_applied_at(fields.time.value());
    organisation.set_admitted_at(fields.time.value());
    put(kind::kOrganisation, member.uscc, organisation);
    pb::Key key;
    key.set_public_key(member.key.public_key().view().data(), PublicKey::kSize);
    key.set_algorithm("ed25519");
    key.set_organisation(member.uscc);
    key.set_officer_id("officer");
    key.set_from(fields.time.value());
    key.set_status(pb::Key::ACTIVE);
    put(kind::kKey, member.key.public_key().hex(), key);
    if (i < nodes()) {
      validators.add_organisations(member.uscc);
      fields.validators.validators.push_back({member.uscc, consensus_keys_[i].public_key()});
    }
  }
  put(kind::kValidatorOrganisations, "current", validators);
  pb::CreditRules rules;
  rules.set_version(1);
  rules.set_base(700);
  rules.set_grade_aa(900);
  rules.set_grade_a(800);
  rules.set_grade_b(600);
  rules.set_grade_c(400);
  put(kind::kCreditRules, "current", rules);
  auto compiled = Genesis::compile(fields);
  REQUIRE_MESSAGE(compiled.has_value(), (compiled ? "" : compiled.error().message));
  genesis_ = *std::move(compiled);
}

void Network::write_node(std::size_t node) {
  const fs::path home = folder(node);
  fs::create_directories(home);
  write(home / "genesis.bin", genesis_.bytes);
  write(home / "passphrase", "e2e\n");
  REQUIRE(client::write_key_file(home / "consensus.pem", consensus_keys_[node], "e2e").has_value());
  REQUIRE(client::write_key_file(home / "node.pem", node_keys_[node], "e2e").has_value());
  std::ostringstream config;
  config << "[node]\ndata_dir = \"data\"\ngenesis = \"genesis.bin\"\n"
         << "[keys]\nconsensus = \"consensus.pem\"\nnode = \"node.pem\"\npassphrase_file = \"passphrase\"\n"
         << "[mesh]\nlisten = \"" << address(node, mesh_ports_[node]) << "\"\n"
         << "[api]\nlisten = \"" << address(node, api_ports_[node]) << "\"\n"
         << "[timers]\nview_timeout_ms = " << timing_.view_timeout_ms
         << "\nview_timeout_cap_ms = " << timing_.view_timeout_cap_ms << "\n"
         << "[limits]\nmesh_handshake_timeout_ms = 1500\napi_request_timeout_ms = 2000\nlog_segment_bytes = 262144\n";
  if (const char* level = std::getenv("QILIAN_LOG")) config << "[log]\nlevel = \"" << level << "\"\n";
  for (std::size_t i = 0; i < nodes(); ++i) {
    if (i == node) continue;
    config << "[[peers]]\nnode_key = \"" << node_keys_[i].public_key().hex() << "\"\naddress = \""
           << address(i, mesh_ports_[i]) << "\"\nreplica = " << i << "\n";
  }
  write(home / "node.toml", config.str());
  const pid_t process =
      spawn({kProgram, "--config", (home / "node.toml").string(), "--init"}, home / "log", hosts_[node]);
  REQUIRE_MESSAGE(wait_for(process) == 0, log(node));
}

std::string Network::address(std::size_t node, std::uint16_t port) const {
  return hosts_[node].address + ":" + std::to_string(port);
}

fs::path Network::folder(std::size_t node) const { return folder_ / ("node-" + std::to_string(node)); }

std::string Network::log(std::size_t node) const {
  std::ifstream in(folder(node) / "log");
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void Network::start(std::size_t node) {
  REQUIRE_FALSE(processes_[node].has_value());
  processes_[node] =
      spawn({kProgram, "--config", (folder(node) / "node.toml").string()}, folder(node) / "log", hosts_[node]);
}

void Network::start_with_full_disk(std::size_t node, std::uint64_t max_file_bytes) {
  REQUIRE_FALSE(processes_[node].has_value());
  processes_[node] = spawn({kProgram, "--config", (folder(node) / "node.toml").string()}, folder(node) / "log",
                           hosts_[node], max_file_bytes);
}

int Network::wait_exit(std::size_t node, int timeout_ms) {
  const auto end = Clock::now() + milliseconds(timeout_ms);
  int status = 0;
  while (::waitpid(*processes_[node], &status, WNOHANG) == 0) {
    REQUIRE_MESSAGE(Clock::now() < end, log(node));
    std::this_thread::sleep_for(milliseconds(20));
  }
  processes_[node].reset();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Network::start_all() {
  for (std::size_t i = 0; i < nodes(); ++i) start(i);
}

void Network::kill(std::size_t node) {
  REQUIRE(processes_[node].has_value());
  ::kill(*processes_[node], SIGKILL);
  wait_for(*processes_[node]);
  processes_[node].reset();
}

int Network::terminate(std::size_t node) {
  REQUIRE(processes_[node].has_value());
  ::kill(*processes_[node], SIGTERM);
  const int status = wait_for(*processes_[node]);
  processes_[node].reset();
  return status;
}

bool Network::running(std::size_t node) {
  if (!processes_[node]) return false;
  int status = 0;
  if (::waitpid(*processes_[node], &status, WNOHANG) != *processes_[node]) return true;
  processes_[node].reset();
  return false;
}

void Network::signal(std::size_t node, int number) {
  REQUIRE(processes_[node].has_value());
  REQUIRE(::kill(*processes_[node], number) == 0);
}

client::Client Network::client(std::size_t node, int timeout_ms) const {
  return client::Client::at(address(node, api_ports_[node]), {.timeout_ms = timeout_ms}).value();
}

void Network::wait_ready(int timeout_ms) {
  const auto end = Clock::now() + milliseconds(timeout_ms);
  std::size_t up = 0;
  for (std::size_t i = 0; i < nodes(); ++i) up += running(i) ? 1 : 0;
  for (std::size_t i = 0; i < nodes(); ++i) {
    while (processes_[i]) {
      REQUIRE_MESSAGE(running(i), log(i));
      const auto body = client(i).fetch("/v1/status");
      std::size_t connected = 0;
      if (body) {
        for (auto at = body->find("\"connected\":true"); at != std::string::npos;
             at = body->find("\"connected\":true", at + 1))
          ++connected;
      }
      if (body && json_text(*body, "voting") == "true" && connected + 1 >= up) break;
      REQUIRE_MESSAGE(Clock::now() < end, log(i));
      std::this_thread::sleep_for(milliseconds(20));
    }
  }
}

Bytes Network::transaction(std::size_t member, std::uint64_t number) const {
  return transaction(member, number, TimeMs(wall_clock().value() + 300'000), genesis_.hash);
}

Bytes Network::transaction(std::size_t member, std::uint64_t number, TimeMs expires, const GenesisHash& chain) const {
  pb::MembershipUndertake arguments;
  for (int stage = pb::Undertaking::COLLECT; stage <= pb::Undertaking::USE; ++stage) {
    arguments.mutable_undertaking()->add_stages(static_cast<pb::Undertaking::Stage>(stage));
  }
  arguments.mutable_undertaking()->set_text('\x01' + std::string(32, 'u'));
  BodyFields fields;
  fields.signers = {members_[member].key.public_key()};
  fields.lead = members_[member].key.public_key();
  fields.expires = expires;
  fields.nonce = FixedWriter().u64(number).take();
  fields.call = "membership.undertake";
  fields.arguments = encode(arguments);
  const Bytes body = encode_body(fields).value();
  return assemble_envelope(body, {sign_body(body, chain, members_[member].key)});
}

std::optional<std::int64_t> Network::status_number(std::size_t node, const std::string& name) const {
  const auto body = client(node).fetch("/v1/status");
  const std::string text = body ? json_text(*body, name) : "";
  return text.empty() ? std::nullopt : std::optional<std::int64_t>(std::stoll(text));
}

std::int64_t Network::metric(std::size_t node, const std::string& name) const {
  const auto page = client(node).fetch("/metrics");
  REQUIRE(page.has_value());
  const auto at = page->find("\n" + name + " ");
  REQUIRE_MESSAGE(at != std::string::npos, name);
  return std::stoll(page->substr(at + name.size() + 2));
}

std::string Network::wait_equal(int timeout_ms) {
  const auto end = Clock::now() + milliseconds(timeout_ms);
  while (true) {
    std::set<std::string> certified, executed, roots;
    for (std::size_t i = 0; i < nodes(); ++i) {
      if (!running(i)) continue;
      const auto body = client(i).fetch("/v1/status");
      certified.insert(body ? json_text(*body, "height.certified") : "none");
      executed.insert(body ? json_text(*body, "height.executed") : "none");
      roots.insert(body ? json_text(*body, "state_root") : "none");
    }
    if (certified.size() == 1 && executed == certified && !certified.contains("none")) {
      REQUIRE(roots.size() == 1);
      return *roots.begin();
    }
    if (Clock::now() >= end) {
      for (std::size_t i = 0; i < nodes(); ++i) {
        const auto body = client(i).fetch("/v1/status");
        MESSAGE("node " << i << ": " << (body ? *body : body.error().message) << "\n" << log(i));
      }
    }
    REQUIRE(Clock::now() < end);
    std::this_thread::sleep_for(milliseconds(50));
  }
}

}  // namespace qilian::e2e
