#include "node/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <charconv>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

namespace qilian::node {
namespace {

using ledger::Error;
using ledger::fail;
using ledger::Result;

// Reads one table and remembers which keys somebody asked for; what nobody asked for is an unknown key.
class Section {
 public:
  Section(const toml::table& table, std::string name, const std::filesystem::path& file, std::optional<Error>& error)
      : table_(table), name_(std::move(name)), file_(file), error_(error) {}

  std::string text(std::string_view key, std::optional<std::string> absent = std::nullopt) {
    const toml::node* node = find(key, absent.has_value());
    if (!node) return absent.value_or("");
    const auto value = node->value_exact<std::string>();
    if (!value) complain("config.type", key, node, "must be a string");
    return value.value_or("");
  }

  std::optional<std::string> optional_text(std::string_view key) {
    const toml::node* node = find(key, true);
    if (!node) return std::nullopt;
    const auto value = node->value_exact<std::string>();
    if (!value) complain("config.type", key, node, "must be a string");
    return value;
  }

  template <class Number>
  void number(std::string_view key, Number& out, std::uint64_t smallest, std::uint64_t largest) {
    const toml::node* node = find(key, true);
    if (!node) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value) return complain("config.type", key, node, "must be a whole number");
    if (*value < 0 || static_cast<std::uint64_t>(*value) < smallest || static_cast<std::uint64_t>(*value) > largest) {
      return complain("config.range", key, node, fmt::format("must lie between {} and {}", smallest, largest));
    }
    out = static_cast<Number>(*value);
  }

  Address address(std::string_view key) {
    const auto parsed = Address::parse(text(key));
    if (!parsed) complain("config.address", key, table_.get(key), parsed.error().message);
    return parsed.value_or(Address{});
  }

  const toml::node* find(std::string_view key, bool optional) {
    known_.emplace(key);
    const toml::node* node = table_.get(key);
    if (!node && !optional) complain("config.missing", key, nullptr, "is missing");
    return node;
  }

  void complain(std::string code, std::string_view key, const toml::node* node, std::string_view what) {
    if (error_) return;
    const auto line = node ? node->source().begin.line : table_.source().begin.line;
    error_ = Error{std::move(code),
                   fmt::format("{}:{}: {}{} {}", file_.string(), line, name_.empty() ? "" : name_ + ".", key, what)};
  }

  void finish() {
    for (const auto& [key, node] : table_) {
      if (known_.contains(std::string(key.str()))) continue;
      if (error_) return;
      std::string candidates;
      for (const auto& known : known_) candidates += (candidates.empty() ? "" : ", ") + known;
      error_ = Error{"config.unknown_key",
                     fmt::format("{}:{}: unknown key {}{}; known here: {}", file_.string(), key.source().begin.line,
                                 name_.empty() ? "" : name_ + ".", key.str(), candidates)};
    }
  }

 private:
  const toml::table& table_;
  std::string name_;
  const std::filesystem::path& file_;
  std::optional<Error>& error_;
  std::set<std::string, std::less<>> known_;
};

constexpr std::uint64_t kMillion = 1'000'000;
constexpr std::uint64_t kMaxBytes = 1ull << 40;

class Parser {
 public:
  Parser(const toml::table& root, const std::filesystem::path& file) : file_(file), top_(root, "", file, error_) {}

  Result<Config> parse() {
    read("node", true, [&](Section& s) {
      config_.data_dir = path(s.text("data_dir"));
      config_.genesis_file = path(s.text("genesis"));
    });
    read("keys", true, [&](Section& s) {
      if (const auto consensus = s.optional_text("consensus")) config_.consensus_key_file = path(*consensus);
      config_.node_key_file = path(s.text("node"));
      if (const auto name = s.optional_text("passphrase_file")) config_.passphrase_file = path(*name);
      config_.passphrase_env = s.optional_text("passphrase_env");
      if (config_.passphrase_file.has_value() == config_.passphrase_env.has_value()) {
        s.complain("config.passphrase", "passphrase_file", nullptr, "or keys.passphrase_env: give exactly one of them");
      }
    });
    read("mesh", true, [&](Section& s) { config_.mesh_listen = s.address("listen"); });
    read("api", true, [&](Section& s) {
      config_.api_listen = s.address("listen");
      config_.api_tier = s.text("tier", config_.api_tier);
      const bool known =
          config_.api_tier == "public" || config_.api_tier == "member" || config_.api_tier == "regulator";
      if (!known) s.complain("config.range", "tier", s.find("tier", true), "is public, member or regulator");
    });
    read("log", false, [&](Section& s) { log(s); });
    read("limits", false, [&](Section& s) { limits(s); });
    read("timers", false, [&](Section& s) { timers(s); });
    peers();
    top_.finish();
    if (error_) return std::unexpected(*error_);
    return std::move(config_);
  }

 private:
  template <class Reader>
  void read(std::string_view name, bool required, Reader reader) {
    const toml::node* node = top_.find(name, !required);
    if (!node) return;
    const toml::table* table = node->as_table();
    if (!table) return top_.complain("config.type", name, node, "must be a table");
    Section section(*table, std::string(name), file_, error_);
    reader(section);
    section.finish();
  }

  std::filesystem::path path(const std::string& text) const { return file_.parent_path() / text; }

  void one_of(Section& s, std::string_view key, std::string& out, std::initializer_list<std::string_view> allowed) {
    const auto value = s.optional_text(key);
    if (!value) return;
    for (const auto candidate : allowed) {
      if (*value == candidate) {
        out = *value;
        return;
      }
    }
    s.complain("config.value", key, s.find(key, true), fmt::format("must be one of {}", fmt::join(allowed, ", ")));
  }

  void log(Section& s) {
    one_of(s, "level", config_.log_level, {"trace", "debug", "info", "warn", "error"});
    one_of(s, "format", config_.log_format, {"text", "json"});
  }

  void limits(Section& s) {
    auto& limits = config_.limits;
    s.number("mempool_transactions", limits.mempool_transactions, 1, 10 * kMillion);
    s.number("mempool_bytes", limits.mempool_bytes, 1 << 20, kMaxBytes);
    s.number("mempool_transactions_per_key", limits.mempool_transactions_per_key, 1, 10 * kMillion);
    s.number("mesh_connections", limits.mesh_connections, 1, 65'535);
    s.number("mesh_connections_per_address", limits.mesh_connections_per_address, 1, 65'535);
    s.number("mesh_handshake_timeout_ms", limits.mesh_handshake_timeout_ms, 10, kMillion);
    s.number("mesh_queue_bytes", limits.mesh_queue_bytes, 1 << 20, kMaxBytes);
    s.number("api_connections", limits.api_connections, 1, 65'535);
    s.number("api_request_timeout_ms", limits.api_request_timeout_ms, 10, kMillion);
    s.number("api_wait_timeout_ms", limits.api_wait_timeout_ms, 10, kMillion);
    s.number("verification_threads", limits.verification_threads, 0, 256);
    s.number("verification_queue", limits.verification_queue, 16, kMillion);
    s.number("log_segment_bytes", limits.log_segment_bytes, 1 << 16, kMaxBytes);
  }

  void timers(Section& s) {
    auto& timers = config_.timers;
    s.number("tick_ms", timers.tick_ms, 1, 1'000);
    s.number("batch_delay_ms", timers.batch_delay_ms, 0, 10'000);
    s.number("view_timeout_ms", timers.view_timeout_ms, 10, kMillion);
    s.number("view_timeout_cap_ms", timers.view_timeout_cap_ms, 10, kMillion);
    s.number("resend_ms", timers.resend_ms, 10, kMillion);
  }

  void peers() {
    const toml::node* node = top_.find("peers", true);
    if (!node) return;
    const toml::array* array = node->as_array();
    if (!array) return top_.complain("config.type", "peers", node, "must be [[peers]] tables");
    if (array->size() > kMaxPeers / 2) return top_.complain("config.value", "peers", node, "are more than 128");
    for (std::size_t i = 0; i < array->size(); ++i) {
      const toml::table* table = array->get(i)->as_table();
      if (!table) return top_.complain("config.type", "peers", node, "must be [[peers]] tables");
      Section section(*table, fmt::format("peers[{}]", i), file_, error_);
      peer(section, *table);
      section.finish();
    }
  }

  void peer(Section& s, const toml::table& table) {
    PeerConfig peer;
    const auto bytes = ledger::from_hex(s.text("node_key"));
    const auto key = bytes ? ledger::PublicKey::from(*bytes) : std::nullopt;
    if (!key) return s.complain("config.key", "node_key", table.get("node_key"), "must be 64 hexadecimal digits");
    peer.node_key = *key;
    peer.address = s.address("address");
    std::uint32_t replica = 0;
    s.number("replica", replica, 0, 99);
    if (table.contains("replica")) peer.replica = ledger::ReplicaId(replica);
    for (const auto& other : config_.peers) {
      if (other.node_key == peer.node_key) s.complain("config.key", "node_key", &table, "is listed twice");
      if (other.replica && other.replica == peer.replica)
        s.complain("config.value", "replica", &table, "is listed twice");
    }
    config_.peers.push_back(std::move(peer));
  }

  const std::filesystem::path& file_;
  std::optional<Error> error_;
  Section top_;
  Config config_;
};

}  // namespace

std::string Address::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

Result<Address> Address::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return fail("config.address", "must be host:port");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fail("config.address", "must be host:port, an IPv6 host in brackets");
  }
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (host.empty() || code != std::errc() || end != digits.data() + digits.size()) {
    return fail("config.address", "must be host:port with a port from 0 to 65535");
  }
  return Address{std::string(host), port};
}

Result<Config> Config::load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail("config.open", fmt::format("{}: cannot be opened", file.string()));
  std::ostringstream text;
  text << in.rdbuf();
  return parse(text.str(), file);
}

Result<Config> Config::parse(std::string_view text, const std::filesystem::path& file) {
  try {
    const toml::table root = toml::parse(text, file.string());
    return Parser(root, file).parse();
  } catch (const toml::parse_error& error) {
    return fail("config.syntax",
                fmt::format("{}:{}: {}", file.string(), error.source().begin.line, error.description()));
  }
}

}  // namespace qilian::node
