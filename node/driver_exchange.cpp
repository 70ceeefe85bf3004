#include <spdlog/spdlog.h>

#include "consensus/wire.h"
#include "ledger/core/block.h"
#include "node/driver.h"

namespace qilian::node {
namespace {

using namespace ledger;

constexpr std::int64_t kAnswerTakenMs = 10'000;
constexpr std::int64_t kBlockAnswerMs = 1'000;
constexpr std::uint64_t kMaxBlocksServed = 512;
constexpr std::size_t kMaxBytesServed = 24ull << 20;
constexpr std::int64_t kServedIntervalMs = 1'000;
constexpr std::int64_t kComplainEveryMs = 1'000;
/// How long a source may take over blocks that no certificate covers yet.
constexpr std::int64_t kRunMs = 5'000;
constexpr std::size_t kPushedOnConnect = 2'000;

using Pointer = std::shared_ptr<const Transaction>;

// Gate point 1 without expiry: what every replica checks of an envelope alone.
Result<Pointer> verified(ByteView envelope, const GenesisHash& genesis) {
  QILIAN_TRY(auto transaction, Transaction::decode(envelope));
  if (const auto denial = contracts::check_static(transaction)) return fail(denial->code, denial->trace);
  QILIAN_TRY_VOID(verify_signatures(transaction, genesis));
  return std::make_shared<const Transaction>(std::move(transaction));
}

void trace(std::string_view direction, ReplicaId replica, const consensus::Message& message) {
  const auto header = consensus::signed_header(message);
  spdlog::trace("{} {}: {} view {} height {} sender {}", direction, replica.value(), consensus::name_of(message),
                header ? header->view.value() : 0, header ? header->sequence.value() : 0,
                consensus::sender_of(message).value());
}

}  // namespace

void Driver::on_connection(PeerIndex peer, bool connected) {
  spdlog::info("peer {} {}", config_.peers[peer].address.text(), connected ? "connected" : "disconnected");
  if (!connected) return;
  // What waits here may be unknown there: it was down, or its queue was full.
  const bool posted = inbox_.post(Inbox::kLocal, [this, peer] {
    std::size_t pushed = 0;
    for (const auto& transaction : mempool_.waiting()) {
      if (++pushed > kPushedOnConnect || !may_serve(peer, transaction->envelope().size())) break;
      mesh_->send(peer, FrameKind::kEnvelopePush, transaction->envelope());
    }
  });
  if (!posted) counters_.inbox_dropped.add();
}

void Driver::on_frame(PeerIndex peer, FrameKind kind, Bytes payload) {
  if (kind == FrameKind::kEnvelopePush || kind == FrameKind::kEnvelopeResponse) {
    return verify_envelope(peer, std::move(payload), kind == FrameKind::kEnvelopeResponse);
  }
  const std::size_t bytes = payload.size();
  Inbox::Task task = [this, peer, kind, payload = std::move(payload)] {
    if (kind == FrameKind::kConsensus) {
      handle_message(peer, payload);
    } else if (kind == FrameKind::kEnvelopeFetch) {
      if (const auto fetch = EnvelopeFetch::decode(payload)) serve_envelopes(peer, *fetch);
    } else if (kind == FrameKind::kBlockFetch) {
      if (const auto fetch = BlockFetch::decode(payload)) serve_blocks(peer, *fetch);
    } else if (kind == FrameKind::kBlockResponse) {
      if (const auto response = BlockResponse::decode(payload)) block_received(peer, *response);
    } else if (kind == FrameKind::kStatus) {
      if (const auto status = PeerStatus::decode(payload)) reported_[peer] = *status;
    }
  };
  const bool posted = inbox_.post(peer, std::move(task), bytes);
  if (!posted) counters_.inbox_dropped.add();
}

void Driver::handle_message(PeerIndex peer, ByteView payload) {
  const ReplicaId sender = id_of(peer);
  auto message = consensus::decode_message(payload);
  if (!message) return counters_.bad_messages.add();
  if (spdlog::should_log(spdlog::level::trace)) trace("from", sender, *message);
  auto verified_message = verifier_.verify(sender, *std::move(message));
  if (verified_message) return core_->step(consensus::MessageVerified{*std::move(verified_message)});
  const auto& error = verified_message.error();
  if (error.code == "message.stale" || error.code == "message.ahead") return counters_.stale_messages.add();
  counters_.bad_messages.add();
  if (steady_ms_ < next_complaint_ms_) return;
  next_complaint_ms_ = steady_ms_ + kComplainEveryMs;
  spdlog::warn("peer {}: {}: {}", config_.peers[peer].address.text(), error.code, error.message);
}

void Driver::verify_envelope(PeerIndex peer, Bytes envelope, bool asked_for) {
  const std::size_t size = envelope.size();
  const auto job = [this, peer, asked_for, bytes = std::move(envelope)] {
    auto transaction = verified(bytes, genesis().hash);
    if (!transaction) return counters_.bad_envelopes.add();
    const bool posted = inbox_.post(
        peer,
        [this, peer, asked_for, held = *std::move(transaction)] {
          asked_for ? envelope_fetched(held) : envelope_pushed(peer, held);
        },
        bytes.size());
    if (!posted) counters_.inbox_dropped.add();
  };
  if (!pool_.submit(VerificationPool::Lane::kEnvelopes, peer, job, size)) counters_.inbox_dropped.add();
}

void Driver::envelope_pushed(PeerIndex peer, Pointer transaction) {
  if (transaction->expires() <= executor_->header().time || executor_->executed(*transaction)) return;
  // A proposal may wait for exactly this envelope, whatever the mempool has room for.
  if (asked_envelopes_.contains(transaction->envelope_digest())) envelope_fetched(transaction);
  if (mempool_.admit(transaction, peer) != Mempool::Admission::kAdded) return;
  admitted_.push_back(info(*transaction));
}

void Driver::envelope_fetched(Pointer transaction) {
  if (asked_envelopes_.erase(transaction->envelope_digest()) == 0) return;
  mempool_.hold(transaction);
  fetched_.push_back(info(*transaction));
}

// Bounds what a peer's questions cost here: a few bytes ask for megabytes.
bool Driver::may_serve(PeerIndex peer, std::size_t bytes) {
  Served& served = served_[peer];
  if (steady_ms_ - served.since_ms >= kServedIntervalMs) served = {steady_ms_, 0};
  if (served.bytes + bytes > kMaxBytesServed) {
    counters_.unserved.add();
    return false;
  }
  served.bytes += bytes;
  return true;
}

void Driver::serve_envelopes(PeerIndex peer, const EnvelopeFetch& fetch) {
  for (const auto& digest : fetch.digests) {
    const auto transaction = mempool_.find(digest);
    if (!transaction) continue;
    if (!may_serve(peer, transaction->envelope().size())) return;
    mesh_->send(peer, FrameKind::kEnvelopeResponse, transaction->envelope());
  }
}

void Driver::serve_blocks(PeerIndex peer, const BlockFetch& fetch) {
  // One at a time for a peer: reading blocks shares its threads with what clients submit.
  if (serving_blocks_[peer].exchange(true)) return counters_.unserved.add();
  const bool submitted = pool_.submit(VerificationPool::Lane::kEnvelopes, peer, [this, peer, fetch] {
    const std::unique_ptr<std::atomic<bool>, void (*)(std::atomic<bool>*)> done(
        &serving_blocks_[peer], [](std::atomic<bool>* serving) { *serving = false; });
    std::size_t sent = 0;
    std::uint64_t last = std::min(fetch.to.value(), store().certified().value());
    last = std::min(last, fetch.from.value() + kMaxBlocksServed - 1);
    for (std::uint64_t height = fetch.from.value(); height <= last && sent < kMaxBytesServed; ++height) {
      auto block = store().block_frame(Height(height));
      if (!block) return;
      // Without a certificate of its own a block is covered by a later one's.
      const auto certificate = store().certificate(Height(height));
      const Bytes response = BlockResponse{certificate ? certificate->encode() : Bytes(), *std::move(block)}.encode();
      if (response.size() > max_payload(FrameKind::kBlockResponse)) return;
      mesh_->send(peer, FrameKind::kBlockResponse, response);
      sent += response.size();
    }
  });
  if (submitted) return;
  serving_blocks_[peer] = false;
  counters_.inbox_dropped.add();
}

void Driver::fetch_envelopes(const consensus::EnvelopeFetch& fetch) {
  std::optional<PeerIndex> source;
  for (const auto replica : fetch.sources) {
    const auto peer = peer_of(replica);
    if (!source && peer && mesh_->connected(*peer)) source = peer;
  }
  EnvelopeFetch request;
  const auto ask = [&] {
    if (source && !request.digests.empty()) mesh_->send(*source, FrameKind::kEnvelopeFetch, request.encode());
    request.digests.clear();
  };
  for (const auto& digest : fetch.envelopes) {
    // It may be here already: a second signature set of a body, or one that the core has forgotten meanwhile.
    if (const auto held = mempool_.find(digest)) {
      fetched_.push_back(info(*held));
      continue;
    }
    asked_envelopes_[digest] = steady_ms_ + kAnswerTakenMs;
    request.digests.push_back(digest);
    if (request.digests.size() == kMaxFetch) ask();
  }
  ask();
}

void Driver::fetch_blocks(const consensus::BlockFetch& fetch) {
  const bool running = catch_up_.has_value();
  catch_up_ = fetch;
  if (!running) ask_for_blocks();
}

// Asks one source for the next blocks; when its answer stays away or is bad, the next source, from the start of the
// run.
void Driver::ask_for_blocks() {
  run_.clear();
  run_bytes_ = 0;
  if (executor_->height() >= catch_up_->last) {
    catch_up_.reset();
    return;
  }
  catch_up_deadline_ms_ = steady_ms_ + kBlockAnswerMs;
  // Who signed the certificate has the block; of an old epoch they may all be gone.
  std::vector<PeerIndex> sources;
  for (const ReplicaId replica : catch_up_->sources) {
    if (const auto peer = peer_of(replica)) sources.push_back(*peer);
  }
  for (PeerIndex peer = 0; peer < config_.peers.size(); ++peer) {
    if (std::ranges::find(sources, peer) == sources.end()) sources.push_back(peer);
  }
  for (std::size_t tried = 0; tried < sources.size(); ++tried) {
    const std::optional<PeerIndex> peer = sources[catch_up_source_++ % sources.size()];
    if (!mesh_->connected(*peer)) continue;
    const BlockFetch request{executor_->height().next(), catch_up_->last};
    catch_up_asked_to_ = executor_->height().value() + kMaxBlocksServed;
    catch_up_peer_ = peer;
    catch_up_give_up_ms_ = steady_ms_ + kRunMs;
    mesh_->send(*peer, FrameKind::kBlockFetch, request.encode());
    return;
  }
}

void Driver::block_received(PeerIndex peer, const BlockResponse& response) {
  if (!catch_up_ || failed_) return;
  // From others only what proves itself, such as a late answer: anything else would spoil the run of the one that was
  // asked, and put the blame on it.
  if (peer != catch_up_peer_ && (!run_.empty() || response.certificate.empty())) return;
  const auto block = Block::decode(response.block);
  const auto header = block ? Header::decode(block->header) : Result<Header>(std::unexpect, block.error());
  if (!header) return counters_.bad_blocks.add();
  if (run_.empty()) {
    // Whatever the core handed out for this height is done first: the two ways to a block never race.
    drain();
    if (failed_ || !catch_up_) return;
  }
  if (header->height.value() != executor_->height().value() + 1 + run_.size()) return;
  run_.push_back(response.block);
  run_bytes_ += response.block.size();
  catch_up_deadline_ms_ = std::min(steady_ms_ + kBlockAnswerMs, catch_up_give_up_ms_);
  if (!response.certificate.empty()) {
    const auto certificate = BlockCertificate::decode(response.certificate);
    if (certificate) return install_run(peer, *certificate);
    counters_.bad_blocks.add();
    run_.clear();
    run_bytes_ = 0;
    if (peer == catch_up_peer_) ask_for_blocks();
    return;
  }
  const auto& last = catch_up_->certificate;
  if (header->height == last.height) return install_run(peer, {block->header, last.signers, last.signatures});
  if (run_.size() >= kMaxBlocksServed || run_bytes_ >= kMaxBytesServed) ask_for_blocks();
}

// Everything in the run is checked against the certificate of its last block before the first one is executed.
void Driver::install_run(PeerIndex peer, const BlockCertificate& certificate) {
  const auto run = std::exchange(run_, {});
  run_bytes_ = 0;
  const auto installed = executor_->install_run(run, certificate);
  if (!installed) {
    const auto& error = installed.error();
    const bool theirs = error.code == "executor.bad_block" || error.code == "executor.order" ||
                        error.code == "block.malformed" || error.code.starts_with("certificate.");
    if (!theirs) return fail(error);
    counters_.bad_blocks.add();
    if (steady_ms_ >= next_complaint_ms_) {
      next_complaint_ms_ = steady_ms_ + kComplainEveryMs;
      spdlog::warn("peer {}: blocks after {}: {}", config_.peers[peer].address.text(), executor_->height().value(),
                   error.message);
    }
    if (peer == catch_up_peer_) ask_for_blocks();
    return;
  }
  const auto header = Header::decode(certificate.header);
  const consensus::CheckpointCertificate covering{header->epoch, header->height, header->hash(), certificate.signers,
                                                  certificate.signatures};
  for (const auto& executed : *installed) {
    counters_.installed_blocks.add();
    std::vector<TransactionId> ids;
    for (const auto& outcome : executed.outcomes) ids.push_back(outcome.id);
    after_block(executed);
    if (failed_) return;
    core_->step(consensus::BlockInstalled{summary(executed.header, std::move(ids)), covering});
  }
  waiters_.certified(store().certified());
  catch_up_deadline_ms_ = steady_ms_ + kBlockAnswerMs;
  catch_up_give_up_ms_ = steady_ms_ + kRunMs;
  const std::uint64_t height = executor_->height().value();
  if (height >= std::min(catch_up_->last.value(), catch_up_asked_to_)) ask_for_blocks();
}

void Driver::submit(Pointer transaction, bool wait_certified, std::int64_t wait_ms, SubmissionReply reply) {
  const auto shared_reply = std::make_shared<SubmissionReply>(std::move(reply));
  const bool submitted = pool_.submit(
      VerificationPool::Lane::kEnvelopes, VerificationPool::kLocal,
      [this, transaction = std::move(transaction), wait_certified, wait_ms, shared_reply] {
        if (const auto denial = contracts::check_static(*transaction)) {
          counters_.refused.add();
          return (*shared_reply)(ledger::fail(denial->code, denial->trace));
        }
        if (const auto signatures = verify_signatures(*transaction, genesis().hash); !signatures) {
          counters_.refused.add();
          return (*shared_reply)(std::unexpected(signatures.error()));
        }
        const bool posted = inbox_.post(Inbox::kLocal, [this, transaction, wait_certified, wait_ms, shared_reply] {
          admit(transaction, wait_certified, wait_ms, *shared_reply);
        });
        if (!posted) (*shared_reply)(ledger::fail("node.full", "too much is waiting here; try again later"));
      });
  if (!submitted) (*shared_reply)(ledger::fail("node.full", "too much is waiting here; try again later"));
}

// The order of the gate's second point: expired, replayed, then what the contracts say of the latest state, then room.
void Driver::admit(Pointer transaction, bool wait_certified, std::int64_t wait_ms, const SubmissionReply& reply) {
  const auto refuse = [&](std::string code, std::string message) {
    counters_.refused.add();
    reply(ledger::fail(std::move(code), std::move(message)));
  };
  const TimeMs time = now();
  if (transaction->expires() <= time) {
    return refuse("COM-306", "the transaction expired; sign a new one with a later expiry");
  }
  if (executor_->executed(*transaction)) {
    return refuse("COM-305",
                  "this transaction was executed already; see GET /v1/transactions/" + transaction->id().hex());
  }
  if (!mempool_.find(transaction->id())) {
    if (const auto denial =
            contracts::admit(*store().latest(),
                             {.height = executor_->height().next(), .time = time, .genesis = &genesis()}, *transaction))
      return refuse(denial->code, denial->trace);
    const auto admission = mempool_.admit(transaction);
    if (admission == Mempool::Admission::kFull) return refuse("node.full", "the mempool is full; try again later");
    if (admission == Mempool::Admission::kKeyFull) {
      return refuse("node.key_full", "too many transactions of this lead key are waiting; try again later");
    }
    counters_.admitted.add();
    admitted_.push_back(info(*transaction));
    mesh_->broadcast(FrameKind::kEnvelopePush, transaction->envelope());
  }
  if (!wait_certified) return reply(Submission{});
  const auto answer = [reply](Waiters::End end, const Waiters::Place* place) {
    if (end == Waiters::End::kExpired) {
      reply(ledger::fail("COM-306", "the transaction expired before it came into a block"));
    } else {
      reply(Submission{place ? std::optional(*place) : std::nullopt});
    }
  };
  waiters_.add(transaction->id(), steady_ms_ + wait_ms, answer);
}

std::optional<PeerIndex> Driver::peer_of(ReplicaId replica) const {
  if (consensus::is_guest(replica)) {
    const PeerIndex guest = replica.value() - consensus::kFirstGuest;
    return guest < config_.peers.size() ? std::optional(guest) : std::nullopt;
  }
  for (PeerIndex i = 0; i < config_.peers.size(); ++i) {
    if (replicas_[i] == replica) return i;
  }
  return std::nullopt;
}

}  // namespace qilian::node
