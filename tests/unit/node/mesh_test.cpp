#include "node/mesh/mesh.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace qilian;
using namespace qilian::node;
using ledger::Bytes;

namespace {

// One end of a mesh that remembers what it heard.
struct End {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<FrameKind, Bytes>> frames;
  int connects = 0;
  int disconnects = 0;
  Metrics metrics;
  std::unique_ptr<Mesh> mesh;

  ~End() {
    if (mesh) mesh->stop();
  }

  void start(const ledger::SecretKey& key, std::uint16_t port, std::vector<PeerConfig> peers,
             const Bytes& genesis = Bytes(32, 'g'), std::uint64_t queue_bytes = 1 << 20) {
    Mesh::Options options;
    options.genesis = *ledger::GenesisHash::from(genesis);
    options.listen = {"127.0.0.1", port};
    options.peers = std::move(peers);
    options.limits.mesh_queue_bytes = queue_bytes;
    Mesh::Events events;
    events.frame = [this](PeerIndex, FrameKind kind, Bytes payload) {
      const std::lock_guard lock(mutex);
      frames.emplace_back(kind, std::move(payload));
      changed.notify_all();
    };
    events.connection = [this](PeerIndex, bool connected) {
      const std::lock_guard lock(mutex);
      ++(connected ? connects : disconnects);
      changed.notify_all();
    };
    events.notice = [](const std::string&) {};
    auto started = Mesh::start(options, key, std::move(events), metrics);
    REQUIRE_MESSAGE(started.has_value(), (started ? "" : started.error().message));
    mesh = *std::move(started);
  }

  template <class Condition>
  bool wait(Condition condition, int timeout_ms = 10'000) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::milliseconds(timeout_ms), condition);
  }
};

struct Keys {
  ledger::SecretKey smaller = ledger::SecretKey::generate();
  ledger::SecretKey larger = ledger::SecretKey::generate();
  Keys() {
    if (larger.public_key() < smaller.public_key()) std::swap(smaller, larger);
  }
};

// The one with the smaller key dials, so the other one's port is what must be known.
PeerConfig peer(const ledger::SecretKey& key, std::uint16_t port) {
  return {key.public_key(), {"127.0.0.1", port}, std::nullopt};
}

// A TCP connection from 127.0.0.`from` that says nothing.
int connect_from(int from, std::uint16_t port) {
  const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(out >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(0x7F000000u + static_cast<std::uint32_t>(from));
  REQUIRE(::bind(out, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  REQUIRE(::connect(out, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return out;
}

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("two nodes that know one another's keys exchange frames both ways, in order") {
  const Keys keys;
  End listener, dialler;
  listener.start(keys.larger, 0, {peer(keys.smaller, 1)});
  dialler.start(keys.smaller, 0, {peer(keys.larger, listener.mesh->port())});
  REQUIRE(listener.wait([&] { return listener.connects == 1; }));
  REQUIRE(dialler.wait([&] { return dialler.connects == 1; }));
  CHECK(dialler.mesh->connected(0));
  for (int i = 0; i < 100; ++i) dialler.mesh->send(0, FrameKind::kConsensus, std::to_string(i));
  listener.mesh->broadcast(FrameKind::kEnvelopePush, Bytes(200'000, 'e'));
  REQUIRE(listener.wait([&] { return listener.frames.size() == 100; }));
  for (int i = 0; i < 100; ++i) CHECK(listener.frames[static_cast<std::size_t>(i)].second == std::to_string(i));
  REQUIRE(dialler.wait([&] { return dialler.frames.size() == 1; }));
  CHECK(dialler.frames[0].second == Bytes(200'000, 'e'));
}

TEST_CASE("a connection that ends is made again") {
  const Keys keys;
  End dialler;
  std::uint16_t port = 0;
  {
    End listener;
    listener.start(keys.larger, 0, {peer(keys.smaller, 1)});
    port = listener.mesh->port();
    dialler.start(keys.smaller, 0, {peer(keys.larger, port)});
    REQUIRE(dialler.wait([&] { return dialler.connects == 1; }));
  }
  REQUIRE(dialler.wait([&] { return dialler.disconnects == 1; }));
  CHECK_FALSE(dialler.mesh->connected(0));
  End again;
  again.start(keys.larger, port, {peer(keys.smaller, 1)});
  CHECK(dialler.wait([&] { return dialler.connects == 2; }));
}

TEST_CASE("a node of another genesis never gets through") {
  const Keys keys;
  End listener, dialler;
  listener.start(keys.larger, 0, {peer(keys.smaller, 1)});
  dialler.start(keys.smaller, 0, {peer(keys.larger, listener.mesh->port())}, Bytes(32, 'h'));
  CHECK(eventually([&] { return listener.metrics.counter("qilian_mesh_bad_frames_total", "").value() > 0; }));
  CHECK(listener.connects == 0);
  CHECK(dialler.connects == 0);
}

TEST_CASE("a key that is not pinned is dropped and counted, also by the one who dials") {
  const Keys keys;
  const auto stranger = ledger::SecretKey::generate();
  End listener, dialler;
  listener.start(keys.larger, 0, {peer(stranger, 1)});
  dialler.start(keys.smaller, 0, {peer(keys.larger, listener.mesh->port())});
  CHECK(eventually([&] { return listener.metrics.counter("qilian_mesh_unknown_keys_total", "").value() > 0; }));
  CHECK(listener.connects == 0);

  // The dialler expects a key that the other side does not have.
  ledger::SecretKey expected = ledger::SecretKey::generate();
  while (expected.public_key() < keys.smaller.public_key()) expected = ledger::SecretKey::generate();
  End other;
  other.start(keys.smaller, 0, {peer(expected, listener.mesh->port())});
  CHECK(eventually([&] { return other.metrics.counter("qilian_mesh_unknown_keys_total", "").value() > 0; }));
  CHECK(other.connects == 0);
}

TEST_CASE("a second process with a connected peer's key is refused while the first one lives") {
  const Keys keys;
  End listener, first, second;
  listener.start(keys.larger, 0, {peer(keys.smaller, 1)});
  first.start(keys.smaller, 0, {peer(keys.larger, listener.mesh->port())});
  REQUIRE(listener.wait([&] { return listener.connects == 1; }));
  second.start(keys.smaller, 0, {peer(keys.larger, listener.mesh->port())});
  CHECK(eventually([&] { return listener.metrics.counter("qilian_mesh_refused_total", "").value() > 0; }));
  CHECK(listener.connects == 1);
  CHECK(listener.disconnects == 0);
  first.mesh->send(0, FrameKind::kConsensus, "still here");
  CHECK(listener.wait([&] { return listener.frames.size() == 1; }));
}

TEST_CASE("strangers at many addresses that never finish a handshake do not keep a peer out") {
  const Keys keys;
  End listener;
  listener.start(keys.larger, 0, {peer(keys.smaller, 1)});
  // 16 connections from each of 127.0.0.2 to 127.0.0.6: more than all 64 slots, held for the whole test.
  std::vector<int> sockets;
  for (int from = 2; from <= 6; ++from) {
    for (int i = 0; i < 16; ++i) sockets.push_back(connect_from(from, listener.mesh->port()));
  }
  REQUIRE(eventually([&] { return listener.metrics.counter("qilian_mesh_refused_total", "").value() >= 16; }));
  End dialler;
  dialler.start(keys.smaller, 0, {peer(keys.larger, listener.mesh->port())});
  // Before the strangers' handshakes time out.
  CHECK(listener.wait([&] { return listener.connects == 1; }, 3'000));
  for (const int socket : sockets) ::close(socket);
}

TEST_CASE("what is sent to a peer that is not connected, or beyond its queue, is dropped and counted") {
  const Keys keys;
  End dialler;
  dialler.start(keys.smaller, 0, {peer(keys.larger, 1)});
  dialler.mesh->send(0, FrameKind::kConsensus, "nobody there");
  const std::string label = "peer=\"127.0.0.1:1\"";
  CHECK(dialler.metrics.counter("qilian_mesh_dropped_frames_total", "", label).value() == 1);

  End listener, small;
  listener.start(keys.larger, 0, {peer(keys.smaller, 1)});
  const auto port = listener.mesh->port();
  small.start(keys.smaller, 0, {peer(keys.larger, port)}, Bytes(32, 'g'), 1'000);
  REQUIRE(small.wait([&] { return small.connects == 1; }));
  small.mesh->send(0, FrameKind::kEnvelopePush, Bytes(600, 'e'));
  CHECK(small.metrics.counter("qilian_mesh_dropped_frames_total", "", "peer=\"127.0.0.1:" + std::to_string(port) + "\"")
            .value() == 1);
  small.mesh->send(0, FrameKind::kConsensus, Bytes(600, 'c'));
  CHECK(listener.wait([&] { return listener.frames.size() == 1; }));
  CHECK(listener.frames[0].first == FrameKind::kConsensus);
}

TEST_CASE("a port that is taken is an error that names the setting") {
  const Keys keys;
  End first;
  first.start(keys.larger, 0, {});
  Mesh::Options options;
  options.listen = {"127.0.0.1", first.mesh->port()};
  Metrics metrics;
  const auto second = Mesh::start(options, keys.smaller, {}, metrics);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == "mesh.listen");
  CHECK(second.error().message.find("mesh.listen") != std::string::npos);
}
