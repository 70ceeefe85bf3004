#include "node/config.h"

#include <doctest/doctest.h>

using qilian::node::Address;
using qilian::node::Config;

namespace {

const std::string kKey(64, 'a');

std::string good() {
  return "[node]\n"
         "data_dir = \"data\"\n"
         "genesis = \"/etc/qilian/genesis.bin\"\n"
         "[keys]\n"
         "consensus = \"consensus.pem\"\n"
         "node = \"node.pem\"\n"
         "passphrase_file = \"passphrase\"\n"
         "[mesh]\n"
         "listen = \"127.0.0.1:7001\"\n"
         "[api]\n"
         "listen = \"[::1]:8001\"\n"
         "[[peers]]\n"
         "node_key = \"" +
         kKey +
         "\"\n"
         "address = \"127.0.0.1:7002\"\n"
         "replica = 1\n";
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

qilian::ledger::Error error_of(const std::string& text) {
  const auto config = Config::parse(text, "/net/node-0/node.toml");
  REQUIRE_FALSE(config.has_value());
  return config.error();
}

}  // namespace

TEST_CASE("a complete configuration is read, relative paths from the file's folder") {
  const auto config = Config::parse(good(), "/net/node-0/node.toml");
  REQUIRE(config.has_value());
  CHECK(config->data_dir == "/net/node-0/data");
  CHECK(config->genesis_file == "/etc/qilian/genesis.bin");
  CHECK(config->consensus_key_file == "/net/node-0/consensus.pem");
  CHECK(config->mesh_listen == Address{"127.0.0.1", 7001});
  CHECK(config->api_listen == Address{"::1", 8001});
  REQUIRE(config->peers.size() == 1);
  CHECK(config->peers[0].node_key.hex() == kKey);
  CHECK(config->peers[0].replica == qilian::ledger::ReplicaId(1));
  CHECK(config->limits.mempool_transactions == 20'000);
}

TEST_CASE("limits, timers and the log are taken from the file") {
  const auto config = Config::parse(
      good() + "[limits]\nmempool_transactions = 7\n[timers]\ntick_ms = 5\n[log]\nlevel = \"debug\"\n", "node.toml");
  REQUIRE(config.has_value());
  CHECK(config->limits.mempool_transactions == 7);
  CHECK(config->timers.tick_ms == 5);
  CHECK(config->log_level == "debug");
}

TEST_CASE("the API's tier is regulator unless the file says less, and only the three are known") {
  CHECK(Config::parse(good(), "node.toml")->api_tier == "regulator");
  const std::string listen = "listen = \"[::1]:8001\"\n";
  CHECK(Config::parse(replaced(good(), listen, listen + "tier = \"public\"\n"), "node.toml")->api_tier == "public");
  CHECK(error_of(replaced(good(), listen, listen + "tier = \"everybody\"\n")).code == "config.range");
  CHECK(error_of(replaced(good(), listen, listen + "tier = 1\n")).code == "config.type");
}

TEST_CASE("a misspelt key is an error that names key and line") {
  const auto error = error_of(replaced(good(), "data_dir", "data_dri"));
  CHECK(error.code == "config.missing");
  const auto extra = error_of(replaced(good(), "data_dir = \"data\"\n", "data_dir = \"data\"\ndatadir = \"x\"\n"));
  CHECK(extra.code == "config.unknown_key");
  CHECK(extra.message.find("node.toml:3: unknown key node.datadir") != std::string::npos);
}

TEST_CASE("an unknown table, an unknown key of a peer and an unknown limit are errors") {
  CHECK(error_of(good() + "[metrics]\nx = 1\n").code == "config.unknown_key");
  CHECK(error_of(good() + "name = \"x\"\n").message.find("peers[0].name") != std::string::npos);
  CHECK(error_of(good() + "[limits]\nmempool_transaction = 7\n").code == "config.unknown_key");
}

TEST_CASE("values of a wrong type, range or form are errors with their line") {
  const auto range = error_of(good() + "[limits]\nmempool_transactions = 0\n");
  CHECK(range.code == "config.range");
  CHECK(range.message.find("node.toml:17") != std::string::npos);
  CHECK(error_of(good() + "[limits]\nmempool_transactions = \"many\"\n").code == "config.type");
  CHECK(error_of(good() + "[log]\nlevel = \"loud\"\n").code == "config.value");
  CHECK(error_of(replaced(good(), "127.0.0.1:7001", "127.0.0.1")).code == "config.address");
  CHECK(error_of(replaced(good(), "127.0.0.1:7001", "127.0.0.1:70000")).code == "config.address");
  CHECK(error_of(replaced(good(), kKey, "abc")).code == "config.key");
  CHECK(error_of(replaced(good(), "[mesh]", "[mesh")).code == "config.syntax");
}

TEST_CASE("exactly one source of the passphrase is asked for") {
  CHECK(error_of(replaced(good(), "passphrase_file = \"passphrase\"\n", "")).code == "config.passphrase");
  CHECK(error_of(replaced(good(), "passphrase_file", "passphrase_env = \"X\"\npassphrase_file")).code ==
        "config.passphrase");
}

TEST_CASE("a peer's key or replica listed twice is an error") {
  const std::string peer = "[[peers]]\nnode_key = \"" + kKey + "\"\naddress = \"127.0.0.1:7003\"\n";
  CHECK(error_of(good() + peer).code == "config.key");
  const std::string other =
      "[[peers]]\nnode_key = \"" + std::string(64, 'b') + "\"\naddress = \"127.0.0.1:7003\"\nreplica = 1\n";
  CHECK(error_of(good() + other).code == "config.value");
}

TEST_CASE("an address is a host and a port") {
  CHECK(Address::parse("node-1.example:80").has_value());
  CHECK(Address::parse("[fe80::1]:80")->text() == "[fe80::1]:80");
  for (const char* bad : {"", ":80", "host", "host:", "host:x", "host:99999", "fe80::1:80", "host:80x"}) {
    CAPTURE(bad);
    CHECK_FALSE(Address::parse(bad).has_value());
  }
}
