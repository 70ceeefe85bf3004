#include "cli/story/live.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "cli/json_read.h"
#include "cli/story/in_process.h"
#include "contracts/kinds.h"

namespace qilian::cli {
namespace {

using client::Client;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kRequestTimeoutMs = 8'000;
/// How long one transaction may take: a view change, and then some.
constexpr milliseconds kPatience{40'000};
constexpr milliseconds kPause{15};
constexpr int kStartTimeoutMs = 15'000;

std::string object_path(const ledger::Key& key, const std::string& claim) {
  const contracts::KindName* kind = contracts::find_kind(key.kind);
  return fmt::format("/v1/certificates/object/{}/{}?claim={}", kind == nullptr ? "unknown" : kind->name,
                     Client::percent_encode(key.id), claim);
}

bool is_ledger_code(const std::string& code) { return code.size() == 7 && code[3] == '-'; }

}  // namespace

LiveChain::LiveChain(Network network, UnitLengths units) : network_(std::move(network)), units_(std::move(units)) {}

ledger::TimeMs LiveChain::now() {
  return ledger::TimeMs(
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

void LiveChain::wait_until(ledger::TimeMs time) {
  while (now() < time) std::this_thread::sleep_for(milliseconds(time.value() - now().value()));
}

Result<Client*> LiveChain::connection() {
  if (!network_.running(node_)) move_on();
  if (!client_) {
    QILIAN_TRY(Client made, Client::at(network_.nodes().at(node_).url(), {.timeout_ms = kRequestTimeoutMs}));
    client_ = std::make_unique<Client>(std::move(made));
  }
  return client_.get();
}

void LiveChain::move_on() {
  client_.reset();
  for (std::size_t i = 1; i <= network_.nodes().size(); ++i) {
    const std::size_t next = (node_ + i) % network_.nodes().size();
    if (network_.running(next)) {
      node_ = next;
      return;
    }
  }
}

Result<Delivery> LiveChain::submit(const ledger::Bytes& envelope) {
  const auto deadline = steady_clock::now() + kPatience;
  std::optional<ledger::TransactionId> id;
  if (const auto decoded = ledger::Transaction::decode(envelope)) id = decoded->id();
  bool sent = false;
  while (true) {
    QILIAN_TRY(Client * node, connection());
    const auto answer = node->submit(envelope, true, kRequestTimeoutMs / 2);
    if (answer && answer->certified) break;
    if (!answer && is_ledger_code(answer.error().code) && !(sent && answer.error().code == "COM-305")) {
      Delivery refusal;
      refusal.refused = true;
      refusal.code = answer.error().code;
      refusal.trace = answer.error().message;
      return refusal;
    }
    sent = true;
    // A node that already has it says COM-305; whether it stands in a certified block, the certificate tells.
    if (id && fetch_certificate("/v1/certificates/transaction/" + id->hex())) break;
    if (!answer && !is_ledger_code(answer.error().code)) move_on();
    if (steady_clock::now() > deadline) {
      return fail("story.timeout",
                  fmt::format("the transaction stood in no certified block after {} s", kPatience.count() / 1000));
    }
    std::this_thread::sleep_for(kPause);
  }
  QILIAN_TRY(const ledger::VerifiedFact fact, fetch_fact("/v1/certificates/transaction/" + id->hex()));
  const auto* transaction = std::get_if<ledger::VerifiedTransaction>(&fact.fact);
  if (transaction == nullptr) return fail("story.certificate", "the node sent the certificate of something else");
  QILIAN_TRY(Delivery out, delivery_from_receipt(transaction->receipt));
  out.height = fact.header.height;
  out.time = fact.header.time;
  for (const ledger::ReplicaId signer : fact.signers)
    out.certified_by.push_back(fact.validators.validators.at(signer.value()).organisation);
  seen_ = std::max(seen_, fact.header.height);
  return out;
}

Result<ledger::Bytes> LiveChain::fetch_certificate(const std::string& path) {
  QILIAN_TRY(Client * node, connection());
  return node->fetch(path, "application/octet-stream");
}

Result<ledger::VerifiedFact> LiveChain::fetch_fact(const std::string& path, ledger::Bytes* bytes) {
  const auto deadline = steady_clock::now() + kPatience;
  while (true) {
    const auto certificate = fetch_certificate(path);
    if (certificate) {
      QILIAN_TRY(ledger::VerifiedFact fact, ledger::verify_fact(*certificate, genesis()));
      if (fact.certified.height >= seen_) {
        if (bytes != nullptr) *bytes = *certificate;
        return fact;
      }
    } else if (certificate.error().code == "client.io") {
      move_on();
    } else {
      return std::unexpected(certificate.error());
    }
    if (steady_clock::now() > deadline)
      return fail("story.timeout", "no node answers with a certificate that is recent enough");
    std::this_thread::sleep_for(kPause);
  }
}

Result<std::optional<ledger::Bytes>> LiveChain::record(const ledger::Key& key) {
  auto fact = fetch_fact(object_path(key, "current"));
  if (!fact) {
    // Absence has to be proved as well; the refusal to prove presence alone says nothing.
    const auto absent = fetch_fact(object_path(key, "absent"));
    if (!absent) return std::unexpected(fact.error());
    const auto* state = std::get_if<ledger::VerifiedState>(&absent->fact);
    if (state == nullptr || state->key != key || state->claim != ledger::Claim::kAbsent) {
      return fail("story.certificate", "the node sent the certificate of something else");
    }
    return std::optional<ledger::Bytes>();
  }
  const auto* state = std::get_if<ledger::VerifiedState>(&fact->fact);
  if (state == nullptr || state->key != key || state->claim != ledger::Claim::kCurrent || state->entries.empty()) {
    return fail("story.certificate", "the node sent the certificate of something else");
  }
  return state->entries.back().record;
}

// Answers are a node's word so far: they bear no proof, and only certified blocks are asked about.
Result<Told> LiveChain::ask(const std::string& question, const std::map<std::string, std::string>& arguments,
                            std::optional<ledger::TimeMs> at) {
  std::string path = fmt::format("/v1/questions/{}?", question);
  for (const auto& [name, value] : arguments) path += fmt::format("{}={}&", name, Client::percent_encode(value));
  path += at ? fmt::format("at={}", at->value()) : fmt::format("height={}", seen_.value());
  const auto deadline = steady_clock::now() + kPatience;
  while (true) {
    QILIAN_TRY(Client * node, connection());
    const auto answer = node->fetch(path);
    if (answer) return told_by_node(*answer);
    // Another node than the one that answered last may be a block behind.
    const bool later = answer.error().code == "client.io" || answer.error().code == "store.pending" ||
                       answer.error().code == "node.busy";
    if (!later || steady_clock::now() > deadline) return std::unexpected(answer.error());
    if (answer.error().code == "client.io") move_on();
    std::this_thread::sleep_for(kPause);
  }
}

Result<std::optional<ledger::Bytes>> LiveChain::certificate(const CertificateRequest& request,
                                                            const ledger::TransactionId& id) {
  std::string path = "/v1/certificates/transaction/" + id.hex();
  if (!request.kind.empty()) {
    const contracts::KindName* kind = contracts::find_kind(request.kind);
    if (kind == nullptr) return fail("story.kind", fmt::format("there is no kind of object '{}'", request.kind));
    path = object_path({kind->kind, request.id}, request.claim);
  }
  ledger::Bytes bytes;
  QILIAN_TRY([[maybe_unused]] const ledger::VerifiedFact fact, fetch_fact(path, &bytes));
  return std::optional<ledger::Bytes>(std::move(bytes));
}

Result<std::optional<std::string>> LiveChain::fault(const Fault& fault) {
  Result<std::string> line = fault.kind == Fault::Kind::kKill      ? kill(fault.node)
                             : fault.kind == Fault::Kind::kRestart ? restart()
                                                                   : wait_equal();
  if (!line) return std::unexpected(line.error());
  return std::optional<std::string>(*std::move(line));
}

Result<std::string> LiveChain::status(std::size_t node) {
  QILIAN_TRY(Client asked, Client::at(network_.nodes().at(node).url(), {.timeout_ms = kRequestTimeoutMs}));
  return asked.fetch("/v1/status");
}

Result<std::size_t> LiveChain::choose(const std::string& which) {
  if (which != "primary" && which != "backup") {
    const std::size_t number = which.size() == 1 ? static_cast<std::size_t>(which[0] - '0') : network_.nodes().size();
    if (number >= network_.nodes().size())
      return fail("story.fault", fmt::format("'{}' is no node of this network", which));
    return number;
  }
  QILIAN_TRY([[maybe_unused]] Client * node, connection());
  QILIAN_TRY(const std::string said, status(node_));
  const std::size_t n = network_.nodes().size();
  const auto primary = static_cast<std::size_t>(json_number_at(said, "primary").value_or(0)) % n;
  if (which == "primary") return primary;
  return (primary + n - 1) % n;
}

Result<std::string> LiveChain::kill(const std::string& which) {
  QILIAN_TRY(const std::size_t node, choose(which));
  network_.kill(node);
  killed_.push_back(node);
  return fmt::format("node {} ({}) got SIGKILL", node, network_.nodes().at(node).name);
}

Result<std::string> LiveChain::restart() {
  std::string line;
  for (const std::size_t node : killed_) {
    QILIAN_TRY_VOID(network_.start(node));
    line += fmt::format("{}node {} ({})", line.empty() ? "" : ", ", node, network_.nodes().at(node).name);
  }
  QILIAN_TRY_VOID(network_.wait_healthy(kStartTimeoutMs));
  const auto deadline = steady_clock::now() + kPatience;
  for (const std::size_t node : killed_) {
    while (true) {
      const auto said = status(node);
      const auto executed = said ? json_number_at(*said, "height.executed") : std::nullopt;
      if (executed && *executed >= static_cast<std::int64_t>(seen_.value())) break;
      if (steady_clock::now() > deadline) {
        return fail("story.fault", fmt::format("node {} did not catch up to block {}", node, seen_.value()));
      }
      std::this_thread::sleep_for(kPause);
    }
  }
  killed_.clear();
  return fmt::format("{} runs again and holds block {}", line, seen_.value());
}

Result<std::string> LiveChain::wait_equal() {
  const auto deadline = steady_clock::now() + kPatience;
  while (true) {
    std::string root;
    std::string height;
    bool equal = true;
    for (const NetworkNode& node : network_.nodes()) {
      const auto said = status(node.replica);
      const std::string its_root = said ? json_at(*said, "state_root").value_or("") : "";
      const std::string its_height = said ? json_at(*said, "height.executed").value_or("") : "";
      if (node.replica == 0) {
        root = its_root;
        height = its_height;
      }
      equal = equal && !its_root.empty() && its_root == root && its_height == height;
    }
    if (equal)
      return fmt::format("{} on all {} nodes at block {}", root.substr(0, 16), network_.nodes().size(), height);
    if (steady_clock::now() > deadline) return fail("story.fault", "the nodes' state roots are not equal");
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace qilian::cli
