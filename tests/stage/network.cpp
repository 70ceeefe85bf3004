#include "tests/stage/network.h"

namespace qilian::stage {

using namespace consensus;

Network::Network(const Settings& settings, std::vector<std::uint32_t> twins) {
  for (std::uint32_t i = 0; i < settings.validators.size(); ++i) replicas_.emplace_back(settings, i, ReplicaId(i));
  for (const std::uint32_t twin : twins) {
    replicas_.emplace_back(settings, static_cast<std::uint32_t>(replicas_.size()), ReplicaId(twin));
  }
  group_.assign(replicas_.size(), 0);
}

std::vector<std::uint32_t> Network::places_of(ReplicaId validator) const {
  std::vector<std::uint32_t> out;
  for (const Replica& replica : replicas_) {
    if (replica.self() == validator) out.push_back(replica.place());
  }
  return out;
}

ledger::Result<void> Network::start(std::uint32_t place) {
  QILIAN_TRY_VOID(replicas_[place].start(*this, now_));
  later(kTickMs, TickDue{place, replicas_[place].life()});
  return {};
}

void Network::start_all() {
  for (std::uint32_t i = 0; i < replicas_.size(); ++i) QILIAN_CHECK(start(i).has_value());
}

bool Network::step(std::int64_t until) {
  if (events_.empty() || events_.begin()->first.first > until) {
    now_ = std::max(now_, until);
    return false;
  }
  auto event = events_.extract(events_.begin());
  now_ = event.key().first;
  serve(event.mapped());
  return true;
}

void Network::run(std::int64_t ms) {
  const std::int64_t until = now_ + ms;
  while (step(until)) continue;
}

void Network::serve(const Event& event) {
  if (const auto* delivery = std::get_if<Delivery>(&event)) {
    Replica& to = replicas_[delivery->to];
    if (!to.up()) return;
    delivered(to, delivery->from, *delivery->message, to.receive(*this, delivery->from, delivery->message));
  } else if (const auto* tick = std::get_if<TickDue>(&event)) {
    Replica& replica = replicas_[tick->place];
    if (!replica.up() || replica.life() != tick->life) return;
    replica.tick(*this, now_);
    later(kTickMs, *tick);
  } else if (const auto* blocks = std::get_if<BlocksDue>(&event)) {
    Replica& replica = replicas_[blocks->place];
    const Replica& source = replicas_[blocks->source];
    if (!replica.up() || !source.up() || !reaches(source.place(), replica.place())) return;
    std::vector<Block> found;
    for (const auto& [height, block] : source.chain()) {
      if (height >= blocks->fetch.first && height <= blocks->fetch.last) found.push_back(block);
    }
    replica.install(*this, found, blocks->fetch.certificate);
  } else if (const auto* envelopes = std::get_if<EnvelopesDue>(&event)) {
    Replica& replica = replicas_[envelopes->place];
    const Replica& source = replicas_[envelopes->source];
    if (!replica.up() || !source.up() || !reaches(source.place(), replica.place())) return;
    std::vector<EnvelopeInfo> found;
    for (const EnvelopeDigest& digest : envelopes->fetch.envelopes) {
      if (const EnvelopeInfo* info = source.envelope(digest)) found.push_back(*info);
    }
    replica.hold(*this, found);
  }
}

void Network::lose_all() {
  std::erase_if(events_, [](const auto& event) { return !std::holds_alternative<TickDue>(event.second); });
}

void Network::post(ReplicaId from, std::uint32_t place, const Verified<Message>& message) {
  later(kHopMs, Delivery{from, place, message});
}

void Network::send(Replica& from, std::optional<ReplicaId> to, const Verified<Message>& message) {
  const auto header = signed_header(*message);
  for (const Replica& replica : replicas_) {
    if (replica.self() == from.self() || (to && *to != replica.self())) continue;
    // A twin learns nothing from what its other half signed.
    if (header && header->sender == replica.self() && places_of(replica.self()).size() > 1) continue;
    if (passes(from.place(), replica.place(), *message)) {
      later(kHopMs, Delivery{from.self(), replica.place(), message});
    }
  }
}

void Network::fetch_blocks(Replica& replica, const BlockFetch& fetch) {
  for (const ReplicaId source : fetch.sources) {
    for (const std::uint32_t place : places_of(source)) {
      if (reaches(replica.place(), place)) later(2 * kHopMs, BlocksDue{replica.place(), place, fetch});
    }
  }
}

void Network::fetch_envelopes(Replica& replica, const EnvelopeFetch& fetch) {
  for (const ReplicaId source : fetch.sources) {
    for (const std::uint32_t place : places_of(source)) {
      if (reaches(replica.place(), place)) later(2 * kHopMs, EnvelopesDue{replica.place(), place, fetch});
    }
  }
}

}  // namespace qilian::stage
