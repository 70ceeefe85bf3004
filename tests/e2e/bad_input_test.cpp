#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <thread>

#include "node/mesh/identity.h"
#include "tests/e2e/network.h"

using namespace qilian;
using e2e::json_text;
using e2e::Network;

namespace {

// A TCP connection that says what it is told; a read gives up after five seconds.
class Raw {
 public:
  explicit Raw(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience{5, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~Raw() { ::close(socket_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  void send(std::string_view bytes) { static_cast<void>(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL)); }
  // Everything until the other side closes; nothing where it does not.
  std::optional<std::string> read_to_end() {
    std::string out;
    char buffer[4096];
    while (true) {
      const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
      if (got > 0) out.append(buffer, static_cast<std::size_t>(got));
      if (got == 0 || (got < 0 && errno == ECONNRESET)) return out;
      if (got < 0) return std::nullopt;
    }
  }
  int native() const { return socket_; }

 private:
  int socket_;
};

struct Refusal {
  int status = 0;
  std::string code;
};

Refusal post(const Network& network, std::size_t node, std::string envelope) {
  auto client = network.client(node);
  const auto response = client.post("/v1/transactions?wait=certified", "application/octet-stream", std::move(envelope));
  REQUIRE_MESSAGE(response.has_value(), (response ? "" : response.error().message));
  CHECK(json_text(response->body, "message") != "");
  return {response->status, json_text(response->body, "code")};
}

// S + L (L = the group's order): another encoding of the same signature, which a strict verifier refuses.
ledger::Signature plus_order(const ledger::Signature& signature) {
  constexpr unsigned char kOrder[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                        0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                        0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  ledger::Signature out = signature;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = static_cast<unsigned char>(out.bytes[32 + i]) + kOrder[i] + carry;
    out.bytes[32 + i] = static_cast<char>(sum & 0xff);
    carry = sum >> 8;
  }
  return out;
}

// A counter may move a moment after the other side saw its connection close; it is given a second to reach `value`.
std::int64_t metric_reaching(const Network& network, const char* name, std::int64_t value) {
  for (int i = 0; i < 50 && network.metric(0, name) < value; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  return network.metric(0, name);
}

}  // namespace

TEST_CASE("bad transactions get their stated errors, and the nodes go on") {
  Network network;
  network.start_all();
  network.wait_ready();
  const ledger::Bytes good = network.transaction(4, 1);
  const auto decoded = ledger::Transaction::decode(good).value();
  const auto now = e2e::wall_clock();

  {
    // Malformed.
    CHECK(post(network, 0, "").code == "COM-101");
    CHECK(post(network, 0, "garbage").status == 400);
    for (const std::size_t size : {1ul, good.size() / 2, good.size() - 1}) {
      CHECK(post(network, 0, good.substr(0, size)).status == 400);
    }
    CHECK(post(network, 0, good + std::string("\x18\x01", 2)).code == "COM-102");
    // Oversized: as an envelope, and beyond what a request may hold.
    CHECK(post(network, 0, std::string(ledger::kMaxEnvelopeBytes + 1, 'x')).status == 413);
    {
      Raw raw(network.api_port(0));
      raw.send("POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
      const auto answer = raw.read_to_end();
      REQUIRE(answer.has_value());
      CHECK(answer->find(" 413 ") != std::string::npos);
    }
    // Wrong chain.
    const ledger::GenesisHash other_chain = *ledger::GenesisHash::from(std::string(32, 'o'));
    const auto wrong = post(network, 0, network.transaction(4, 2, ledger::TimeMs(now.value() + 60'000), other_chain));
    CHECK(wrong.code == "COM-201");
    CHECK(wrong.status == 403);
    // Unsigned: without the signature, and with zeros in its place.
    CHECK(post(network, 0, ledger::assemble_envelope(decoded.body(), {})).code == "COM-101");
    CHECK(post(network, 0, ledger::assemble_envelope(decoded.body(), {ledger::Signature{}})).code == "COM-201");
    // S + L.
    CHECK(post(network, 0, ledger::assemble_envelope(decoded.body(), {plus_order(decoded.signatures()[0])})).code ==
          "COM-201");
    // Expired.
    CHECK(post(network, 0, network.transaction(4, 3, ledger::TimeMs(now.value() - 1), network.genesis().hash)).code ==
          "COM-306");
    // A key that nobody registered.
    const auto stranger = ledger::SecretKey::generate();
    ledger::BodyFields fields;
    fields.signers = {stranger.public_key()};
    fields.lead = stranger.public_key();
    fields.expires = ledger::TimeMs(now.value() + 60'000);
    fields.nonce = "stranger";
    fields.call = decoded.call();
    fields.arguments = decoded.arguments();
    const auto body = ledger::encode_body(fields).value();
    CHECK(post(network, 0, ledger::assemble_envelope(body, {ledger::sign_body(body, network.genesis().hash, stranger)}))
              .code == "COM-202");
    // Replayed, at the node that had it and at another one.
    const auto once = network.client(0).submit(good);
    REQUIRE(once.has_value());
    CHECK(once->code == "OK");
    CHECK(post(network, 0, good).code == "COM-305");
    CHECK(post(network, 0, good).status == 409);
    network.wait_equal();
    CHECK(post(network, 2, good).code == "COM-305");
    // Not JSON, not hexadecimal, another method, an unknown path.
    auto client = network.client(1);
    CHECK(client.post("/v1/transactions", "application/json", "{\"envelope\":\"zz\"}")->status == 400);
    CHECK(client.post("/v1/transactions", "application/json", "[")->status == 400);
    CHECK(client.post("/v1/status", "application/json", "{}")->status == 405);
    CHECK(client.get("/v1/nothing")->status == 404);
    CHECK(client.get("/v1/transactions/zz")->status == 400);
    CHECK(client.get("/v1/transactions/" + std::string(64, '0'))->status == 404);
    CHECK(client.get("/v1/objects/dragon/1")->status == 400);
    CHECK(client.get("/v1/blocks/-1")->status == 400);
    CHECK(client.get("/v1/blocks/999999")->status == 404);
  }

  const auto after = network.client(3).submit(network.transaction(5, 100));
  REQUIRE(after.has_value());
  CHECK(after->code == "OK");
  network.wait_equal();
}

TEST_CASE("garbage on the API's port is answered or dropped, counted, and harmless") {
  Network network;
  network.start_all();
  network.wait_ready();
  const auto before = network.metric(0, "qilian_api_bad_requests_total");
  {
    Raw raw(network.api_port(0));
    raw.send("\x16\x03\x01 this is no HTTP\r\n\r\n");
    const auto answer = raw.read_to_end();
    REQUIRE(answer.has_value());
    CHECK(answer->find(" 400 ") != std::string::npos);
  }
  {
    Raw raw(network.api_port(0));
    raw.send("GET /" + std::string(40'000, 'a') + " HTTP/1.1\r\n\r\n");
    CHECK(raw.read_to_end().has_value());
  }
  {
    // One who never finishes his request is dropped after the configured two seconds.
    Raw raw(network.api_port(0));
    raw.send("GET /v1/status HTTP/1.1\r\nHost:");
    CHECK(raw.read_to_end().has_value());
  }
  CHECK(metric_reaching(network, "qilian_api_bad_requests_total", before + 3) >= before + 3);
  CHECK(network.client(0).submit(network.transaction(4, 1)).has_value());
}

TEST_CASE("garbage, silence and an unknown key on the mesh's port are dropped and counted, and agreement goes on") {
  Network network;
  network.start_all();
  network.wait_ready();
  const auto failures = network.metric(0, "qilian_mesh_handshake_failures_total");
  const auto unknown = network.metric(0, "qilian_mesh_unknown_keys_total");
  {
    Raw raw(network.mesh_port(0));
    raw.send(std::string(5'000, 'g'));
    CHECK(raw.read_to_end().has_value());
  }
  {
    Raw silent(network.mesh_port(0));
    CHECK(silent.read_to_end().has_value());
  }
  CHECK(metric_reaching(network, "qilian_mesh_handshake_failures_total", failures + 2) >= failures + 2);
  {
    const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    REQUIRE(node::use_identity(context.get(), ledger::SecretKey::generate()).has_value());
    Raw raw(network.mesh_port(0));
    const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context.get()), SSL_free);
    SSL_set_fd(tls.get(), raw.native());
    // In TLS 1.3 the client is done before the server looks at its certificate; the refusal comes with the first read.
    char byte = 0;
    const bool refused = SSL_connect(tls.get()) != 1 || SSL_read(tls.get(), &byte, 1) <= 0;
    CHECK(refused);
  }
  CHECK(metric_reaching(network, "qilian_mesh_unknown_keys_total", unknown + 1) == unknown + 1);
  const auto submitted = network.client(0).submit(network.transaction(4, 1));
  REQUIRE(submitted.has_value());
  CHECK(submitted->code == "OK");
  network.wait_equal();
}

TEST_CASE("start errors say what is wrong: a port in use, a directory in use, a log made twice") {
  Network network;
  network.start(0);
  for (int i = 0; i < 500 && !network.client(0).get("/healthz"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto run = [&](const std::string& arguments) {
    const std::string command = std::string(QILIAN_BINARY_DIR) + "/node/qiliand " + arguments + " > " +
                                (network.folder(0) / "second.log").string() + " 2>&1";
    const int status = std::system(command.c_str());
    std::string text;
    std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen((network.folder(0) / "second.log").c_str(), "r"),
                                               std::fclose);
    for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) text += static_cast<char>(c);
    return std::pair(WEXITSTATUS(status), text);
  };
  const std::string config = "--config " + (network.folder(0) / "node.toml").string();
  const auto [twice, twice_text] = run(config);
  CHECK(twice == 2);
  CHECK(twice_text.find("another qiliand uses it") != std::string::npos);
  CHECK(network.terminate(0) == 0);
  const auto [again, again_text] = run(config + " --init");
  CHECK(again == 2);
  CHECK(again_text.find("log.exists") != std::string::npos);
  const int holder = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(network.mesh_port(0));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int reuse = 1;
  ::setsockopt(holder, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  REQUIRE(::bind(holder, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(holder, 1) == 0);
  const auto [port, port_text] = run(config);
  CHECK(port == 2);
  CHECK(port_text.find("mesh.listen") != std::string::npos);
  ::close(holder);
  const auto [missing, missing_text] = run("--config /nonexistent.toml");
  CHECK(missing == 2);
  CHECK(missing_text.find("config.open") != std::string::npos);
}
