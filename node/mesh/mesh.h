// The mesh: one TLS 1.3 connection to every configured peer, both sides known by their pinned node keys.
//
// Of two nodes the one with the smaller public key dials, and dials again with growing pauses whenever the connection
// is gone. A connection of an unknown key, of another genesis, that breaks the framing, is silent for kSilence or does
// not finish its handshake in time is dropped and counted. While a connection of a peer is alive, a second one of the
// same key is refused: two processes with one key do not take turns. Queues: per peer, `queue_bytes` of frames not yet
// written. Envelopes, blocks and fetches may fill half of it, consensus messages all; what does not fit, and what is
// sent while the peer is not connected, is dropped and counted. Protocols above retransmit. Threads: one of its own,
// which runs a strand per connection; `send` from any.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "node/config.h"
#include "node/mesh/frame.h"
#include "node/metrics.h"

namespace qilian::node {

/// Position in the configuration's list of peers.
using PeerIndex = std::uint32_t;

class Mesh {
 public:
  struct Options {
    ledger::GenesisHash genesis;
    Address listen;
    std::vector<PeerConfig> peers;
    LimitsConfig limits;
  };
  /// Called on the mesh's thread: hand over and return. After stop() nothing is called any more.
  struct Events {
    std::function<void(PeerIndex, FrameKind, ledger::Bytes payload)> frame;
    std::function<void(PeerIndex, bool connected)> connection;
    /// One line for the log: a dropped connection and why.
    std::function<void(std::string)> notice;
  };

  /// Binds at once; the thread runs from here on. Errors "mesh.listen" (the port is taken), "mesh.identity".
  static ledger::Result<std::unique_ptr<Mesh>> start(const Options& options, const ledger::SecretKey& node_key,
                                                     Events events, Metrics& metrics);
  virtual ~Mesh() = default;

  /// Pins another peer, whose index is the next one; kMaxPeers at most. Thread-safe against all others; calls of this
  /// one come from one thread.
  virtual void add_peer(const PeerConfig& peer) = 0;
  /// Queues one frame. REQUIRES: payload.size() <= max_payload(kind).
  virtual void send(PeerIndex peer, FrameKind kind, ledger::ByteView payload) = 0;
  /// To every connected peer; encoded once.
  virtual void broadcast(FrameKind kind, ledger::ByteView payload) = 0;
  virtual bool connected(PeerIndex peer) const = 0;
  /// The port that is bound, where the configuration asked for port 0.
  virtual std::uint16_t port() const = 0;
  /// Closes everything and joins the thread.
  virtual void stop() = 0;
};

}  // namespace qilian::node
