#include "node/mesh/mesh.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <span>
#include <thread>

#include "node/mesh/identity.h"

namespace qilian::node {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using ledger::Bytes;
using ledger::ByteView;
using ledger::fail;
using ledger::PublicKey;
using ledger::Result;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Completion with an error code instead of an exception.
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kWriteBytes = 256 * 1024;
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{2'000};
constexpr milliseconds kKeepAlive{1'000};
constexpr milliseconds kTellAgain{30'000};
constexpr milliseconds kSilence{6'000};
// A peer's name may lead to another address tomorrow.
constexpr milliseconds kResolveAgain{30'000};
// Handshakes that an address of a configured peer may have under way even while strangers hold all others.
constexpr std::size_t kReservedForPeer = 2;

using FrameBytes = std::shared_ptr<const Bytes>;

struct Link;

// One configured peer: its queue, and the connection that is in use.
struct Peer {
  PeerConfig config;
  Series* dropped = nullptr;
  Series* up = nullptr;

  mutable std::mutex mutex;
  std::shared_ptr<Link> link;
  std::deque<FrameBytes> queue;
  std::size_t queued_bytes = 0;
  bool wake_posted = false;
  Clock::time_point told_of_second{};

  // The mesh's thread alone: where the peer is said to be, and from where it came last.
  std::vector<asio::ip::address> addresses;
  std::optional<asio::ip::address> seen;
};

// One connection, accepted or dialled. Everything in it belongs to its strand.
struct Link {
  Link(asio::strand<asio::io_context::executor_type> on, tcp::socket socket, asio::ssl::context& context)
      : strand(std::move(on)), stream(std::move(socket), context), wake(strand), watch(strand) {}

  void close() {
    error_code ignored;
    stream.lowest_layer().close(ignored);
    wake.cancel();
    watch.cancel();
    closed = true;
  }

  asio::strand<asio::io_context::executor_type> strand;
  asio::ssl::stream<tcp::socket> stream;
  asio::steady_timer wake;
  asio::steady_timer watch;
  FrameSplitter splitter;
  std::optional<PeerIndex> peer;
  bool unknown_key = false;
  bool established = false;
  bool closed = false;
  Clock::time_point heard = Clock::now();
};
using LinkPointer = std::shared_ptr<Link>;

class TlsMesh final : public Mesh {
 public:
  TlsMesh(const Options& options, Events events, Metrics& metrics)
      : options_(options),
        events_(std::move(events)),
        acceptor_(io_),
        context_(asio::ssl::context::tls),
        metrics_(metrics),
        handshake_failures_(
            metrics.counter("qilian_mesh_handshake_failures_total", "Connections that did not get through TLS")),
        unknown_keys_(
            metrics.counter("qilian_mesh_unknown_keys_total", "Connections whose key is not a configured peer's")),
        refused_(
            metrics.counter("qilian_mesh_refused_total", "Connections refused for a bound or as a peer's second one")),
        bad_frames_(
            metrics.counter("qilian_mesh_bad_frames_total", "Connections dropped for a frame that breaks the rules")),
        bytes_in_(metrics.counter("qilian_mesh_received_bytes_total", "Bytes received inside TLS")),
        bytes_out_(metrics.counter("qilian_mesh_sent_bytes_total", "Bytes sent inside TLS")) {
    for (const PeerConfig& peer : options_.peers) append(peer);
  }

  ~TlsMesh() override { stop(); }

  Result<void> open(const ledger::SecretKey& node_key) {
    own_key_ = node_key.public_key();
    QILIAN_TRY_VOID(use_identity(context_.native_handle(), node_key));
    error_code error;
    const auto host = asio::ip::make_address(options_.listen.host, error);
    const tcp::endpoint endpoint(host, options_.listen.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error) {
      return fail("mesh.listen",
                  fmt::format("cannot listen on mesh.listen = {}: {}", options_.listen.text(), error.message()));
    }
    asio::co_spawn(io_, accept(), asio::detached);
    for (PeerIndex i = 0; i < peers().size(); ++i) reach(i);
    thread_ = std::thread([this] { io_.run(); });
    return {};
  }

  void add_peer(const PeerConfig& peer) override {
    const PeerIndex index = append(peer);
    asio::post(io_, [this, index] { reach(index); });
  }

  void send(PeerIndex index, FrameKind kind, ByteView payload) override {
    QILIAN_CHECK(index < peers().size());
    enqueue(*peers_[index], kind, std::make_shared<const Bytes>(encode_frame(kind, payload)));
  }

  void broadcast(FrameKind kind, ByteView payload) override {
    const auto frame = std::make_shared<const Bytes>(encode_frame(kind, payload));
    for (const auto& peer : peers()) enqueue(*peer, kind, frame);
  }

  bool connected(PeerIndex index) const override {
    const std::lock_guard lock(peers_[index]->mutex);
    return peers_[index]->link != nullptr;
  }

  std::uint16_t port() const override { return port_; }

  void stop() override {
    stopping_ = true;
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  // What is there stays where it is: any thread may look while another one appends.
  std::span<const std::unique_ptr<Peer>> peers() const {
    return {peers_.data(), peer_count_.load(std::memory_order_acquire)};
  }

  PeerIndex append(const PeerConfig& config) {
    const auto index = static_cast<PeerIndex>(peers().size());
    QILIAN_CHECK(index < kMaxPeers);
    const auto label = fmt::format("peer=\"{}\"", config.address.text());
    auto& peer = peers_[index];
    peer = std::make_unique<Peer>();
    peer->config = config;
    peer->dropped =
        &metrics_.counter("qilian_mesh_dropped_frames_total", "Frames not sent: queue full or not connected", label);
    peer->up = &metrics_.gauge("qilian_mesh_connected", "1 while the peer is connected", label);
    peer_count_.store(index + 1, std::memory_order_release);
    return index;
  }

  void reach(PeerIndex index) {
    Peer& peer = *peers_[index];
    error_code error;
    const auto literal = asio::ip::make_address(peer.config.address.host, error);
    if (!error)
      peer.addresses = {literal};
    else
      asio::co_spawn(io_, resolve(index), asio::detached);
    if (own_key_ < peer.config.node_key) asio::co_spawn(io_, dial(index), asio::detached);
  }

  void enqueue(Peer& peer, FrameKind kind, FrameBytes frame) {
    const std::lock_guard lock(peer.mutex);
    const bool bulk = kind != FrameKind::kConsensus && kind != FrameKind::kStatus;
    const std::uint64_t limit = bulk ? options_.limits.mesh_queue_bytes / 2 : options_.limits.mesh_queue_bytes;
    if (!peer.link || peer.queued_bytes + frame->size() > limit) {
      peer.dropped->add();
      return;
    }
    peer.queued_bytes += frame->size();
    peer.queue.push_back(std::move(frame));
    if (peer.wake_posted) return;
    peer.wake_posted = true;
    asio::post(peer.link->strand, [link = peer.link] { link->wake.cancel(); });
  }

  asio::awaitable<void> accept() {
    while (!stopping_) {
      auto strand = asio::make_strand(io_);
      auto [error, socket] = co_await acceptor_.async_accept(strand, kAwait);
      if (error) {
        // Out of file descriptors, most likely: give others time to close theirs.
        asio::steady_timer pause(io_, kFirstPause);
        co_await pause.async_wait(kAwait);
        continue;
      }
      error_code ignored;
      const auto from = socket.remote_endpoint(ignored).address();
      if (!has_room(from)) {
        refused_.add();
        continue;
      }
      ++handshaking_;
      ++handshaking_from_[from];
      auto link = std::make_shared<Link>(strand, std::move(socket), context_);
      asio::co_spawn(strand, accepted(std::move(link), from), asio::detached);
    }
  }

  // Strangers may hold every common slot; they cannot keep a peer out.
  bool has_room(const asio::ip::address& from) const {
    const auto found = handshaking_from_.find(from);
    const std::size_t held = found == handshaking_from_.end() ? 0 : found->second;
    if (held >= options_.limits.mesh_connections_per_address) return false;
    if (handshaking_ < options_.limits.mesh_connections) return true;
    return held < kReservedForPeer && std::ranges::any_of(
                                          peers(),
                                          [&](const auto& peer) {
                                            return peer->seen == from ||
                                                   std::ranges::find(peer->addresses, from) != peer->addresses.end();
                                          });
  }

  // Keeps the addresses of a peer that is configured by name.
  asio::awaitable<void> resolve(PeerIndex index) {
    Peer& peer = *peers_[index];
    tcp::resolver resolver(io_);
    asio::steady_timer pause(io_);
    while (!stopping_) {
      auto [failed, endpoints] = co_await resolver.async_resolve(peer.config.address.host, "", kAwait);
      if (!failed) {
        peer.addresses.clear();
        for (const auto& endpoint : endpoints) peer.addresses.push_back(endpoint.endpoint().address());
      }
      pause.expires_after(kResolveAgain);
      co_await pause.async_wait(kAwait);
    }
  }

  asio::awaitable<void> accepted(LinkPointer link, asio::ip::address from) {
    const bool good = co_await handshake(link, asio::ssl::stream_base::server, std::nullopt);
    --handshaking_;
    if (--handshaking_from_[from] == 0) handshaking_from_.erase(from);
    if (good) {
      peers_[*link->peer]->seen = from;
      co_await run(link);
    }
    link->close();
  }

  asio::awaitable<void> dial(PeerIndex index) {
    const PeerConfig& config = peers_[index]->config;
    milliseconds pause = kFirstPause;
    while (!stopping_) {
      auto strand = asio::make_strand(io_);
      tcp::resolver resolver(strand);
      auto [failed, endpoints] =
          co_await resolver.async_resolve(config.address.host, std::to_string(config.address.port), kAwait);
      for (const auto& endpoint : endpoints) {
        auto link = std::make_shared<Link>(strand, tcp::socket(strand), context_);
        asio::co_spawn(strand, watch(link), asio::detached);
        auto [refused] = co_await link->stream.lowest_layer().async_connect(endpoint.endpoint(), kAwait);
        if (!refused && co_await handshake(link, asio::ssl::stream_base::client, index)) {
          const auto since = Clock::now();
          co_await run(link);
          if (Clock::now() - since > kKeepAlive) pause = kFirstPause;
        }
        link->close();
      }
      asio::steady_timer timer(io_, pause);
      co_await timer.async_wait(kAwait);
      pause = std::min(pause * 2, kLongestPause);
    }
  }

  // TLS and both hellos. `expected` is the one peer that a dialled connection may lead to.
  asio::awaitable<bool> handshake(LinkPointer link, asio::ssl::stream_base::handshake_type side,
                                  std::optional<PeerIndex> expected) {
    error_code ignored;
    link->stream.lowest_layer().set_option(tcp::no_delay(true), ignored);
    if (!expected) asio::co_spawn(link->strand, watch(link), asio::detached);
    link->stream.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    link->stream.set_verify_callback([this, raw = link.get(), expected](bool, asio::ssl::verify_context& verify) {
      X509_STORE_CTX* store = verify.native_handle();
      const auto key = raw_public_key(X509_STORE_CTX_get_current_cert(store));
      const auto peer = key ? find(*key) : std::nullopt;
      raw->unknown_key = !peer || (expected && *expected != *peer);
      if (!raw->unknown_key) raw->peer = peer;
      return X509_STORE_CTX_get_error_depth(store) == 0 && !raw->unknown_key;
    });
    auto [error] = co_await link->stream.async_handshake(side, kAwait);
    if (error || !link->peer) {
      (link->unknown_key ? unknown_keys_ : handshake_failures_).add();
      if (link->unknown_key && !stopping_)
        events_.notice("a connection whose key is not a configured peer's was dropped");
      co_return false;
    }
    const Bytes hello = encode_frame(FrameKind::kHello, Hello{options_.genesis}.encode());
    co_await asio::async_write(link->stream, asio::buffer(hello), kAwait);
    while (true) {
      auto next = link->splitter.next();
      if (!next || (*next && (*next)->kind != FrameKind::kHello)) {
        bad_frames_.add();
        co_return false;
      }
      if (*next) {
        const auto theirs = Hello::decode((*next)->payload);
        if (theirs && theirs->genesis == options_.genesis) break;
        bad_frames_.add();
        events_.notice(
            fmt::format("peer {} follows another genesis and was dropped", peers_[*link->peer]->config.address.text()));
        co_return false;
      }
      if (!co_await read_some(link)) {
        handshake_failures_.add();
        co_return false;
      }
    }
    co_return establish(link);
  }

  // Makes the link the peer's one connection, unless a living one is there.
  bool establish(const LinkPointer& link) {
    Peer& peer = *peers_[*link->peer];
    {
      const std::lock_guard lock(peer.mutex);
      if (peer.link) {
        refused_.add();
        if (const auto now = Clock::now(); now - peer.told_of_second > kTellAgain) {
          peer.told_of_second = now;
          events_.notice(fmt::format("a second process connects with the key of peer {}; it is refused",
                                     peer.config.address.text()));
        }
        return false;
      }
      peer.link = link;
      peer.queue.clear();
      peer.queued_bytes = 0;
      peer.wake_posted = false;
    }
    link->established = true;
    link->heard = Clock::now();
    peer.up->set(1);
    events_.connection(*link->peer, true);
    return true;
  }

  asio::awaitable<void> run(LinkPointer link) {
    asio::co_spawn(link->strand, write(link), asio::detached);
    while (true) {
      auto next = link->splitter.next();
      if (!next || (*next && (*next)->kind == FrameKind::kHello)) {
        bad_frames_.add();
        break;
      }
      if (*next) {
        if (!stopping_) events_.frame(*link->peer, (*next)->kind, Bytes((*next)->payload));
      } else if (!co_await read_some(link)) {
        break;
      }
    }
    link->close();
    Peer& peer = *peers_[*link->peer];
    {
      const std::lock_guard lock(peer.mutex);
      peer.link = nullptr;
      peer.queue.clear();
      peer.queued_bytes = 0;
    }
    peer.up->set(0);
    if (!stopping_) events_.connection(*link->peer, false);
  }

  asio::awaitable<bool> read_some(LinkPointer link) {
    char* room = link->splitter.room(kReadBytes);
    auto [error, size] = co_await link->stream.async_read_some(asio::buffer(room, kReadBytes), kAwait);
    if (error) co_return false;
    link->splitter.wrote(size);
    link->heard = Clock::now();
    bytes_in_.add(static_cast<std::int64_t>(size));
    co_return true;
  }

  // Takes what is queued, many frames in one write, and sleeps while there is nothing.
  asio::awaitable<void> write(LinkPointer link) {
    Peer& peer = *peers_[*link->peer];
    Bytes joined;
    while (!link->closed) {
      joined.clear();
      {
        const std::lock_guard lock(peer.mutex);
        if (peer.link != link) co_return;
        while (!peer.queue.empty() && (joined.empty() || joined.size() + peer.queue.front()->size() <= kWriteBytes)) {
          joined += *peer.queue.front();
          peer.queue.pop_front();
        }
        peer.queued_bytes -= joined.size();
        peer.wake_posted = !joined.empty();
      }
      if (joined.empty()) {
        link->wake.expires_after(kSilence);
        co_await link->wake.async_wait(kAwait);
        continue;
      }
      auto [error, size] = co_await asio::async_write(link->stream, asio::buffer(joined), kAwait);
      if (error) co_return link->close();
      bytes_out_.add(static_cast<std::int64_t>(size));
    }
  }

  // Ends a connection that does not finish its handshake in time or falls silent.
  asio::awaitable<void> watch(LinkPointer link) {
    const auto begun = Clock::now();
    const milliseconds patience(options_.limits.mesh_handshake_timeout_ms);
    while (!link->closed) {
      link->watch.expires_after(std::min(patience, kKeepAlive));
      co_await link->watch.async_wait(kAwait);
      const auto now = Clock::now();
      if (link->established ? now - link->heard > kSilence : now - begun >= patience) link->close();
    }
  }

  std::optional<PeerIndex> find(const PublicKey& key) const {
    for (PeerIndex i = 0; i < peers().size(); ++i) {
      if (peers_[i]->config.node_key == key) return i;
    }
    return std::nullopt;
  }

  Options options_;
  Events events_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::ssl::context context_;
  PublicKey own_key_;
  std::uint16_t port_ = 0;
  std::array<std::unique_ptr<Peer>, kMaxPeers> peers_;
  std::atomic<PeerIndex> peer_count_ = 0;
  std::atomic<bool> stopping_ = false;
  std::size_t handshaking_ = 0;
  std::map<asio::ip::address, std::size_t> handshaking_from_;
  Metrics& metrics_;
  Series& handshake_failures_;
  Series& unknown_keys_;
  Series& refused_;
  Series& bad_frames_;
  Series& bytes_in_;
  Series& bytes_out_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Mesh>> Mesh::start(const Options& options, const ledger::SecretKey& node_key, Events events,
                                          Metrics& metrics) {
  auto mesh = std::make_unique<TlsMesh>(options, std::move(events), metrics);
  QILIAN_TRY_VOID(mesh->open(node_key));
  return std::unique_ptr<Mesh>(std::move(mesh));
}

}  // namespace qilian::node
