#include "tests/sim/simulation.h"

#include <algorithm>

#include "consensus/wire.h"
#include "ledger/core/hash.h"
#include "tests/sim/fake_crypto.h"

namespace qilian::sim {

using namespace consensus;

namespace {

class Simulation final : public World {
 public:
  explicit Simulation(const Options& options);
  Outcome run();

  std::int64_t now() const override { return now_; }
  void at(std::int64_t time_ms, std::function<void()> action) override {
    events_.emplace(std::pair(std::max(time_ms, now_), next_event_++), std::move(action));
  }
  void send(std::uint32_t from, std::uint32_t to, std::shared_ptr<const Message> message) override;
  void ask(std::uint32_t from, std::uint32_t to, std::function<std::function<void()>(Replica&)> answer) override;
  Random& random() override { return random_; }
  Oracle& oracle() override { return *oracle_; }
  Counters& counters() override { return counters_; }
  std::size_t size() const override { return n_; }

 private:
  bool reaches(std::uint32_t from, std::uint32_t to) const {
    return group_[from] == group_[to] && !(mute_link_ == std::pair(from, to));
  }
  std::int64_t delay();
  void deliver(std::uint32_t from, std::uint32_t to, const Message& message);
  void plan_faults();
  void crash_and_restart();
  void partition();
  void heal();
  void submit();
  void resubmit();
  bool finished() const;

  Options options_;
  Random random_;
  std::size_t n_ = 4;
  std::int64_t now_ = 1'000;
  std::uint64_t next_event_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::optional<Oracle> oracle_;
  Counters counters_;
  std::vector<std::uint32_t> group_;
  std::pair<std::uint32_t, std::uint32_t> mute_link_{~0U, ~0U};
  std::uint64_t loss_ = 0, duplication_ = 0, slow_ = 0;
  bool healed_ = false;
  std::vector<EnvelopeInfo> transactions_;
  std::string setup_;
  std::uint64_t trace_ = 0;
};

Simulation::Simulation(const Options& options) : options_(options), random_(options.seed) {
  static constexpr std::size_t kSizes[] = {4, 4, 4, 4, 7, 5, 4, 6};
  static constexpr std::uint32_t kWindows[] = {32, 8, 4, 2};
  n_ = kSizes[random_.below(std::size(kSizes))];
  const std::uint32_t window = kWindows[random_.below(std::size(kWindows))];
  loss_ = random_.chance(30) ? 0 : random_.below(25);
  duplication_ = random_.below(15);
  slow_ = random_.below(20);
  std::set<std::uint32_t> byzantine;
  std::map<std::uint32_t, Behaviour> behaviours;
  const std::size_t faulty = random_.below(ledger::max_faulty(n_) + 1);
  while (byzantine.size() < faulty) {
    // The first primary is the most interesting one.
    const auto who = static_cast<std::uint32_t>(random_.chance(50) ? 0 : random_.below(n_));
    if (!byzantine.insert(who).second) continue;
    static constexpr Behaviour kKinds[] = {Behaviour::kEquivocator, Behaviour::kEquivocator, Behaviour::kSilentPrimary,
                                           Behaviour::kMute};
    behaviours[who] = kKinds[random_.below(std::size(kKinds))];
  }
  setup_ = "n=" + std::to_string(n_) + " window=" + std::to_string(window) + " loss=" + std::to_string(loss_) + "%";
  for (const auto& [who, behaviour] : behaviours) {
    static constexpr const char* kNames[] = {"honest", "equivocator", "silent primary", "mute"};
    setup_ += " " + std::to_string(who) + "=" + kNames[static_cast<int>(behaviour)];
  }
  oracle_.emplace(n_, byzantine, window);
  group_.assign(n_, 0);
  const GenesisHash genesis = GenesisHash::of(ledger::sha256({"simulated genesis"}));
  for (std::uint32_t i = 0; i < n_; ++i) {
    const Behaviour behaviour = behaviours.contains(i) ? behaviours[i] : Behaviour::kHonest;
    replicas_.push_back(std::make_unique<Replica>(*this, i, behaviour, genesis, fake_validators(n_), window,
                                                  random_.between(-300, 300)));
  }
}

std::int64_t Simulation::delay() {
  if (healed_) return random_.between(1, 15);
  return random_.chance(slow_) ? random_.between(1, 700) : random_.between(1, 25);
}

void Simulation::send(std::uint32_t from, std::uint32_t to, std::shared_ptr<const Message> message) {
  if (!reaches(from, to) || (!healed_ && random_.chance(loss_))) {
    ++counters_.dropped;
    return;
  }
  const int copies = !healed_ && random_.chance(duplication_) ? 2 : 1;
  counters_.duplicated += static_cast<std::uint64_t>(copies - 1);
  for (int i = 0; i < copies; ++i) {
    at(now_ + delay(), [this, from, to, message] { deliver(from, to, *message); });
  }
}

void Simulation::deliver(std::uint32_t from, std::uint32_t to, const Message& message) {
  if (!replicas_[to]->up()) return;
  ++counters_.deliveries;
  ++counters_.by_kind[std::string(name_of(message))];
  trace_ = checksum(name_of(message), trace_ * 31 + static_cast<std::uint64_t>(now_) * 7 + from * 3 + to);
  if (!options_.wire) return replicas_[to]->receive(from, message);
  const auto decoded = decode_message(encode_message(message));
  if (!decoded)
    return oracle_->state(to, 0, [&] {
      CoreStatus status;
      status.stopped = "an honest message does not survive the wire: " + decoded.error().message;
      return status;
    }());
  replicas_[to]->receive(from, *decoded);
}

void Simulation::ask(std::uint32_t from, std::uint32_t to, std::function<std::function<void()>(Replica&)> answer) {
  if (!reaches(from, to) || (!healed_ && random_.chance(loss_))) return;
  at(now_ + delay(), [this, from, to, answer] {
    if (!replicas_[to]->up() || !reaches(to, from)) return;
    at(now_ + delay(), answer(*replicas_[to]));
  });
}

void Simulation::crash_and_restart() {
  const auto who = random_.below(n_);
  replicas_[who]->crash();
  at(now_ + random_.between(10, 2'500), [this, who] {
    if (!replicas_[who]->up()) replicas_[who]->start();
  });
}

void Simulation::partition() {
  ++counters_.partitions;
  if (random_.chance(30)) {
    // One direction of one link.
    mute_link_ = {static_cast<std::uint32_t>(random_.below(n_)), static_cast<std::uint32_t>(random_.below(n_))};
  } else {
    for (auto& group : group_) group = static_cast<std::uint32_t>(random_.below(2));
  }
  at(now_ + random_.between(100, 3'000), [this] {
    mute_link_ = {~0U, ~0U};
    group_.assign(n_, 0);
  });
}

void Simulation::plan_faults() {
  const std::int64_t end = now_ + options_.fault_ms;
  const auto sprinkle = [&](std::uint64_t most, auto action) {
    for (std::uint64_t i = random_.below(most + 1); i > 0; --i) {
      at(random_.between(now_, end - 1), [this, action] {
        if (!healed_) (this->*action)();
      });
    }
  };
  sprinkle(8, &Simulation::crash_and_restart);
  sprinkle(5, &Simulation::partition);
  for (int i = 0; i < 40; ++i) at(random_.between(now_, end - 1), [this] { submit(); });
  at(end, [this] { heal(); });
}

void Simulation::submit() {
  EnvelopeInfo info;
  const bool twin = !transactions_.empty() && random_.chance(8);
  ledger::FixedWriter name;
  name.u64(options_.seed).u64(transactions_.size());
  info.digest = EnvelopeDigest::of(ledger::sha256({name.take(), "envelope"}));
  // At times a second set of signatures for a body that is under way: another envelope with the same id.
  info.id = twin ? transactions_[random_.below(transactions_.size())].id : TransactionId::of(info.digest);
  info.lead = fake_key(static_cast<std::uint32_t>(random_.below(3)) + 50);
  info.expires = TimeMs(now_ + 10'000'000);
  info.size = 300;
  transactions_.push_back(info);
  const auto first = static_cast<std::uint32_t>(random_.below(n_));
  for (std::uint32_t i = 0; i < n_; ++i) {
    if (i != first && (!reaches(first, i) || random_.chance(loss_))) continue;
    at(now_ + (i == first ? 0 : delay()), [this, i, info] { replicas_[i]->admit(info); });
  }
}

void Simulation::resubmit() {
  // Clients that got no answer try again, everywhere.
  for (const EnvelopeInfo& info : transactions_) {
    for (const auto& replica : replicas_) replica->admit(info);
  }
  at(now_ + 1'000, [this] { resubmit(); });
}

void Simulation::heal() {
  healed_ = true;
  group_.assign(n_, 0);
  mute_link_ = {~0U, ~0U};
  for (const auto& replica : replicas_) {
    if (!replica->up()) replica->start();
  }
  resubmit();
}

bool Simulation::finished() const {
  if (!healed_) return false;
  std::optional<Height> head;
  for (const auto& replica : replicas_) {
    if (!replica->honest()) continue;
    if (!replica->up()) return false;
    const CoreStatus status = replica->status();
    if (status.stable != status.executed || (head && *head != status.executed)) return false;
    head = status.executed;
    for (const EnvelopeInfo& info : transactions_) {
      if (!replica->executed(info.id)) return false;
    }
  }
  return true;
}

Outcome Simulation::run() {
  for (const auto& replica : replicas_) replica->start();
  plan_faults();
  const std::int64_t deadline = now_ + options_.fault_ms + options_.liveness_ms;
  std::int64_t next_look = now_;
  bool done = false;
  while (!events_.empty() && oracle_->violation().empty() && now_ < deadline && !done) {
    auto event = events_.extract(events_.begin());
    now_ = event.key().first;
    event.mapped()();
    if (now_ >= next_look) {
      next_look = now_ + 100;
      done = finished();
    }
  }
  Outcome outcome;
  outcome.failure = oracle_->violation();
  if (outcome.failure.empty() && !done) {
    outcome.failure = "not everything was executed everywhere in time:";
    for (const auto& replica : replicas_) {
      if (!replica->up()) continue;
      const CoreStatus s = replica->status();
      outcome.failure += " [" + std::to_string(replica->self()) + (s.in_view ? " view " : " changing to view ") +
                         std::to_string(s.view.value()) + " L=" + std::to_string(s.stable.value()) +
                         " executed=" + std::to_string(s.executed.value()) +
                         " certified=" + std::to_string(s.certified.value()) + " pending=" + std::to_string(s.pending) +
                         (s.voting ? "" : " not voting") + "]";
    }
  }
  ledger::FixedWriter trace;
  trace.u64(trace_);
  for (const auto& replica : replicas_) {
    if (!replica->up()) continue;
    trace.raw(replica->core().fingerprint().view());
    counters_.view_changes += replica->status().view_changes;
    counters_.blocks = std::max(counters_.blocks, replica->status().executed.value());
  }
  counters_.transactions = transactions_.size();
  outcome.setup = setup_;
  outcome.counters = counters_;
  outcome.trace = ledger::sha256({trace.take()});
  return outcome;
}

}  // namespace

Outcome run(const Options& options) { return Simulation(options).run(); }

}  // namespace qilian::sim
