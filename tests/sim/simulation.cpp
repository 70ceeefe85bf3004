#include "tests/sim/simulation.h"

#include <algorithm>

#include "consensus/wire.h"
#include "ledger/core/hash.h"
#include "tests/sim/event_queue.h"
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
    events_.push(std::max(time_ms, now_), {std::move(action), nullptr, 0, 0});
  }
  void send(std::uint32_t from, std::uint32_t to, std::shared_ptr<const Message> message) override;
  void ask(std::uint32_t from, std::uint32_t to, std::function<std::function<void()>(Replica&)> answer) override;
  Random& random() override { return random_; }
  Oracle& oracle() override { return *oracle_; }
  Counters& counters() override { return counters_; }
  std::size_t size() const override { return n_; }
  std::size_t nodes() const override { return n_ + spares_; }
  const PlannedChanges& planned_changes() const override { return changes_; }
  void epoch_began(std::uint32_t node) override;
  std::int64_t timeout_ms() const override { return options_.timeout_ms; }

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
  void submit(bool may_repeat = true);
  void submit_change();
  Seats next_seats();
  void resubmit();
  bool finished();

  Options options_;
  Random random_;
  std::size_t n_ = 4;
  std::size_t spares_ = 0;  ///< nodes that may join; none where the validators stay
  Random change_random_;    ///< of its own, so that runs without changes do not depend on them
  PlannedChanges changes_;
  std::int64_t now_ = 1'000;
  /// A message on its way, or anything else.
  struct Event {
    std::function<void()> action;
    std::shared_ptr<const Message> message;
    std::uint32_t from = 0, to = 0;
  };
  EventQueue<Event> events_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::optional<Oracle> oracle_;
  Counters counters_;
  std::vector<std::uint32_t> group_;
  std::pair<std::uint32_t, std::uint32_t> mute_link_{~0U, ~0U};
  std::uint64_t loss_ = 0, duplication_ = 0, slow_ = 0;
  bool healed_ = false;
  std::int64_t healed_ms_ = 0;
  std::int64_t timeout_at_healing_ms_ = 1;
  int unsubmitted_ = 0;  ///< after healing
  std::vector<EnvelopeInfo> transactions_;
  /// Not executed everywhere yet: the transaction and since when it can expect to be.
  std::map<std::size_t, std::int64_t> waiting_;
  std::int64_t longest_wait_ms_ = 0;
  std::string setup_;
  std::uint64_t trace_ = 0;
};

Simulation::Simulation(const Options& options)
    : options_(options), random_(options.seed), change_random_(options.seed ^ 0x65706F6368ULL) {
  // The small ones more often: they show the same in less time.
  static constexpr std::size_t kSizes[] = {4, 4, 4, 4, 4, 4, 7, 7, 5, 5, 4, 6, 6, 4, 7, 10};
  static constexpr std::uint32_t kWindows[] = {32, 8, 4, 2};
  n_ = kSizes[random_.below(std::size(kSizes))];
  if (random_.below(400) == 0) n_ = 31;
  if (options.n != 0) n_ = options.n;
  const std::uint32_t window = kWindows[random_.below(std::size(kWindows))];
  loss_ = random_.chance(30) ? 0 : random_.below(25);
  duplication_ = random_.below(15);
  slow_ = random_.below(20);
  // Most runs look at every signature anew, some remember them as a node does.
  const std::size_t cache = random_.chance(10) ? 256 : 0;
  const std::span<const ActorKind> kinds = actor_kinds();
  const ActorKind* drawn = &kinds[random_.below(kinds.size())];
  std::set<std::uint32_t> byzantine;
  std::map<std::uint32_t, const ActorKind*> actors;
  std::size_t faulty = random_.below(ledger::max_faulty(n_) + 1);
  if (options.actor != nullptr) faulty = ledger::max_faulty(n_);
  while (byzantine.size() < faulty) {
    // The first primary is the most interesting one.
    const auto who = static_cast<std::uint32_t>(random_.chance(50) ? 0 : random_.below(n_));
    if (!byzantine.insert(who).second) continue;
    if (random_.chance(30)) drawn = &kinds[random_.below(kinds.size())];
    actors[who] = options.actor != nullptr ? options.actor : drawn;
  }
  setup_ = "n=" + std::to_string(n_) + " window=" + std::to_string(window) + " loss=" + std::to_string(loss_) + "%";
  for (const auto& [who, kind] : actors) setup_ += ", " + std::to_string(who) + " is " + std::string(kind->name);
  // One in four runs changes its validators; a plausible liar keeps the place that it was written for.
  if (options.changes && n_ < 31 && change_random_.chance(25)) spares_ = byzantine.empty() ? 2 : 1;
  if (spares_ > 0) setup_ += ", validators change";
  oracle_.emplace(n_, byzantine, window);
  group_.assign(nodes(), 0);
  const GenesisHash genesis = GenesisHash::of(ledger::sha256({"simulated genesis"}));
  for (std::uint32_t i = 0; i < nodes(); ++i) {
    const auto actor = actors.find(i);
    replicas_.push_back(std::make_unique<Replica>(*this, i, actor == actors.end() ? nullptr : actor->second, genesis,
                                                  fake_validators(n_), window, random_.between(-300, 300), cache));
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
    events_.push(now_ + delay(), {nullptr, message, from, to});
  }
}

void Simulation::deliver(std::uint32_t from, std::uint32_t to, const Message& message) {
  if (!replicas_[to]->up()) return;
  ++counters_.deliveries;
  trace_ =
      (trace_ * 31 + static_cast<std::uint64_t>(now_) * 7 + from * 3 + to) * 0x9E3779B97F4A7C15ULL + message.index();
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
  const auto who = random_.below(nodes());
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
    group_.assign(nodes(), 0);
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
  if (options_.crashes) sprinkle(8, &Simulation::crash_and_restart);
  sprinkle(5, &Simulation::partition);
  for (int i = 0; i < options_.transactions; ++i) at(random_.between(now_, end - 1), [this] { submit(); });
  if (spares_ > 0) {
    for (std::uint64_t i = 1 + change_random_.below(4); i > 0; --i)
      at(change_random_.between(now_, end - 1), [this] { submit_change(); });
  }
  at(end, [this] { heal(); });
}

// Who sits where next. Without liars anybody anywhere; with one all stay in their places, and the spare comes or goes.
Seats Simulation::next_seats() {
  Seats seats;
  for (std::uint32_t i = 0; i < nodes(); ++i) seats.push_back(i);
  if (spares_ == 1) {
    if (change_random_.chance(50)) seats.pop_back();
    return seats;
  }
  for (std::size_t i = seats.size() - 1; i > 0; --i) std::swap(seats[i], seats[change_random_.below(i + 1)]);
  seats.resize(n_ - 1 + change_random_.below(4));
  return seats;
}

void Simulation::submit_change() {
  submit(false);
  changes_.emplace(transactions_.back().id, next_seats());
}

// The moment in which a process would most like to end: its old key is gone, its new one has signed nothing.
void Simulation::epoch_began(std::uint32_t node) {
  if (healed_ || !options_.crashes || !change_random_.chance(15)) return;
  at(now_ + change_random_.between(0, 10), [this, node] { replicas_[node]->crash(); });
  at(now_ + change_random_.between(20, 1'500), [this, node] {
    if (!replicas_[node]->up()) replicas_[node]->start();
  });
}

void Simulation::submit(bool may_repeat) {
  if (healed_) --unsubmitted_;
  EnvelopeInfo info;
  const bool twin = may_repeat && !transactions_.empty() && random_.chance(8);
  ledger::FixedWriter name;
  name.u64(options_.seed).u64(transactions_.size());
  info.digest = EnvelopeDigest::of(ledger::sha256({name.take(), "envelope"}));
  // At times a second set of signatures for a body that is under way: another envelope with the same id.
  info.id = twin ? transactions_[random_.below(transactions_.size())].id : TransactionId::of(info.digest);
  info.lead = fake_key(static_cast<std::uint32_t>(random_.below(3)) + 50);
  info.expires = TimeMs(now_ + 10'000'000);
  info.size = 300;
  waiting_[transactions_.size()] = now_;
  transactions_.push_back(info);
  const auto first = static_cast<std::uint32_t>(random_.below(n_));
  for (std::uint32_t i = 0; i < nodes(); ++i) {
    if (i != first && (!reaches(first, i) || random_.chance(loss_))) continue;
    at(now_ + (i == first ? 0 : delay()), [this, i, info] { replicas_[i]->admit(info); });
  }
}

void Simulation::resubmit() {
  // Clients that got no answer try again, everywhere.
  for (const auto& [index, since] : waiting_) {
    for (const auto& replica : replicas_) replica->admit(transactions_[index]);
  }
  at(now_ + 1'000, [this] { resubmit(); });
}

void Simulation::heal() {
  healed_ = true;
  healed_ms_ = now_;
  group_.assign(nodes(), 0);
  mute_link_ = {~0U, ~0U};
  for (const auto& replica : replicas_) {
    if (!replica->up()) replica->start();
    if (replica->honest()) timeout_at_healing_ms_ = std::max(timeout_at_healing_ms_, replica->status().timeout_ms);
  }
  resubmit();
  // Faulty replicas go on: what comes now must get through as well.
  for (int i = 0; i < options_.transactions / 4; ++i)
    at(now_ + random_.between(0, 2 * timeout_at_healing_ms_), [this] { submit(); });
  unsubmitted_ = options_.transactions / 4;
}

bool Simulation::finished() {
  if (!healed_) return false;
  std::erase_if(waiting_, [this](const auto& entry) {
    const ledger::TransactionId& id = transactions_[entry.first].id;
    for (const auto& replica : replicas_) {
      if (replica->honest() && !replica->executed(id)) return false;
    }
    longest_wait_ms_ = std::max(longest_wait_ms_, now_ - std::max(entry.second, healed_ms_));
    return true;
  });
  if (!waiting_.empty() || unsubmitted_ > 0) return false;
  std::optional<Height> head;
  for (const auto& replica : replicas_) {
    if (!replica->honest()) continue;
    if (!replica->up()) return false;
    const CoreStatus status = replica->status();
    // A change that is pending is carried out, whether anybody has something to order or not.
    if (status.epoch_ends || status.stable != status.executed || (head && *head != status.executed)) return false;
    head = status.executed;
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
    now_ = events_.next_time();
    const Event event = events_.pop();
    if (event.message) {
      deliver(event.from, event.to, *event.message);
    } else {
      event.action();
    }
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
  if (healed_) outcome.timeouts = static_cast<double>(now_ - healed_ms_) / static_cast<double>(timeout_at_healing_ms_);
  counters_.simulated_ms = static_cast<std::uint64_t>(now_);
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

void Counters::add(const Counters& other) {
  deliveries += other.deliveries;
  dropped += other.dropped;
  duplicated += other.duplicated;
  crashes += other.crashes;
  partitions += other.partitions;
  view_changes += other.view_changes;
  withheld += other.withheld;
  blocks += other.blocks;
  transactions += other.transactions;
  accusations += other.accusations;
  refused += other.refused;
  fetched_blocks += other.fetched_blocks;
  compactions += other.compactions;
  simulated_ms += other.simulated_ms;
  epochs += other.epochs;
  for (const auto& [actor, count] : other.lies) lies[actor] += count;
  mutations.insert(other.mutations.begin(), other.mutations.end());
}

Outcome run(const Options& options) { return Simulation(options).run(); }

}  // namespace qilian::sim
