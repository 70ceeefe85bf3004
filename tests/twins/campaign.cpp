#include "tests/twins/campaign.h"

#include "tests/stage/judge.h"

namespace qilian::twins {

using namespace consensus;

namespace {

constexpr std::int64_t kRoundMs = 25;        ///< a view needs seven hops, and one STATUS for what was lost
constexpr std::int64_t kPatienceMs = 1'000;  ///< longest way from one round's view to the next
constexpr std::int64_t kHealMs = 10'000;
constexpr std::uint64_t kPerRound = 2;  ///< transactions

stage::Settings settings_for(std::uint32_t n) {
  stage::Settings out = stage::settings_for(n);
  out.window = 4;
  out.limits.max_batch_transactions = 1;
  out.base_timeout_ms = out.max_timeout_ms = 60;
  out.status_interval_ms = 20;
  out.catch_up_delay_ms = 10;
  out.keep_disk = false;
  out.verify = false;
  return out;
}

}  // namespace

class Campaign::Stage final : public stage::Network {
 public:
  Stage(const stage::Settings& settings, const std::vector<std::uint32_t>& twins)
      : Network(settings, twins),
        faulty_(twins.begin(), twins.end()),
        judge_(settings.validators.size(), faulty_, settings.window) {
    start_all();
  }

  /// Views below this one pass by: their VIEW-CHANGEs reach everybody.
  View target{0};
  bool pacing = false;
  std::uint64_t deliveries = 0;
  std::uint64_t rounds = 0;
  std::uint64_t stragglers = 0;
  bool evidence = false;

  const std::string& violation() const { return judge_.violation(); }
  bool honest(const stage::Replica& replica) const { return !faulty_.contains(replica.self().value()); }
  bool any_block() const {
    for (std::uint32_t i = 0; i < places(); ++i) {
      if (honest(at(i)) && at(i).chain().size() > 1) return true;
    }
    return false;
  }
  bool all_ask_for(View view) const {
    for (std::uint32_t i = 0; i < places(); ++i) {
      if (at(i).core().status().view < view) return false;
    }
    return true;
  }
  bool all_executed(std::uint64_t transactions) const {
    for (std::uint32_t i = 0; i < places(); ++i) {
      if (!honest(at(i))) continue;
      std::size_t count = 0;
      for (const auto& [height, block] : at(i).chain()) count += block.summary.executed.size();
      if (count != transactions) return false;
    }
    return true;
  }

  void submit(std::uint64_t round) {
    std::vector<EnvelopeInfo> infos;
    for (std::uint64_t i = 0; i < kPerRound; ++i) infos.push_back(stage::transaction(round * kPerRound + i));
    std::vector<EnvelopeInfo> reversed(infos.rbegin(), infos.rend());
    const auto n = static_cast<std::uint32_t>(places() - faulty_.size());
    for (std::uint32_t i = 0; i < places(); ++i) at(i).admit(*this, i < n ? infos : reversed);
  }

  bool passes(std::uint32_t from, std::uint32_t to, const Message& message) override {
    const auto* view_change = std::get_if<ViewChange>(&message);
    const bool passing_by = view_change != nullptr && view_change->view < target;
    if (pacing && view_change == nullptr) return false;
    return passing_by || reaches(from, to);
  }
  void delivered(stage::Replica&, ReplicaId, const Message&, const ledger::Result<void>&) override { ++deliveries; }

  void send(stage::Replica& from, std::optional<ReplicaId> to, const Verified<Message>& message) override {
    if (const auto header = signed_header(*message); header && header->sender == from.self() && honest(from)) {
      // No disk here: the crash points are about that.
      judge_.durable(from.self().value(), *header);
      judge_.sent(from.self().value(), *header);
    }
    Network::send(from, to, message);
  }
  void after(stage::Replica& replica, const stage::Effect& effect) override {
    const auto* certificate = std::get_if<stage::AppendCertificate>(&effect);
    if (certificate == nullptr || !honest(replica)) return;
    judge_.certified(certificate->certificate);
  }
  void accuse(stage::Replica& replica, const Evidence& found) override {
    if (!honest(replica)) return;
    evidence = true;
    judge_.accused(found);
  }
  void appended(stage::Replica& replica, const stage::Block& block) override {
    if (!honest(replica)) return;
    judge_.executed(replica.self().value(), block.summary);
  }
  void settled(stage::Replica& replica) override {
    if (honest(replica)) judge_.state(replica.self().value(), replica.life(), replica.core().status());
  }

 private:
  std::set<std::uint32_t> faulty_;  ///< validators with a twin
  stage::Judge judge_;
};

Campaign::Campaign(std::uint32_t n, std::uint32_t twins) : n_(n), twins_(twins), settings_(settings_for(n)) {}
Campaign::~Campaign() = default;

std::vector<std::uint32_t> Campaign::numbering(const std::vector<Round>& rounds) const {
  std::vector<std::uint32_t> out(n_, n_);
  std::uint32_t next = 0;
  for (const Round& round : rounds) {
    if (out[round.leader] == n_) out[round.leader] = next++;
  }
  for (std::uint32_t& validator : out) {
    if (validator == n_) validator = next++;
  }
  return out;
}

void Campaign::play_round(Stage& stage, const std::vector<Round>& rounds, std::size_t index,
                          const std::vector<std::uint32_t>& validator_of) {
  std::vector<std::uint32_t> groups(n_ + twins_);
  for (std::uint32_t node = 0; node < n_ + twins_; ++node) {
    groups[node < n_ ? validator_of[node] : node] = rounds[index].group_of_node[node];
  }
  // What the round before left on its way is lost with its partition.
  stage.lose_all();
  stage.split(groups);
  stage.submit(index);
  if (index > 0) {
    View view = stage.target.next();
    while (primary_of(Epoch(0), view, n_).value() != validator_of[rounds[index].leader]) view = view.next();
    stage.target = view;
    stage.pacing = true;
    const std::int64_t deadline = stage.now() + kPatienceMs;
    while (stage.now() < deadline && !stage.all_ask_for(view)) stage.run(stage::Network::kTickMs);
    stage.pacing = false;
    for (std::uint32_t i = 0; i < stage.places(); ++i) {
      if (stage.at(i).core().status().view < view) ++stage.stragglers;
    }
  }
  stage.run(kRoundMs);
  ++stage.rounds;
}

Campaign::Stage Campaign::after(const std::vector<Round>& rounds, std::size_t count,
                                const std::vector<std::uint32_t>& validator_of) {
  std::vector<std::uint32_t> key = validator_of;
  if (count == 0) {
    std::vector<std::uint32_t> doubled;
    for (std::uint32_t j = 0; j < twins_; ++j) doubled.push_back(validator_of[j]);
    return Stage(settings_, doubled);
  }
  key.push_back(static_cast<std::uint32_t>(count));
  const std::vector<Round> beginning(rounds.begin(), rounds.begin() + static_cast<std::ptrdiff_t>(count));
  Shared& shared = shared_[key];
  if (shared.stage == nullptr || shared.rounds != beginning) {
    shared.rounds = beginning;
    Stage stage = after(rounds, count - 1, validator_of);
    stage.deliveries = stage.rounds = stage.stragglers = 0;
    play_round(stage, rounds, count - 1, validator_of);
    tally_.deliveries += stage.deliveries;
    tally_.rounds += stage.rounds;
    tally_.stragglers += stage.stragglers;
    stage.deliveries = stage.rounds = stage.stragglers = 0;
    shared.stage = std::make_unique<Stage>(stage);
  }
  return *shared.stage;
}

void Campaign::play(const std::vector<Round>& rounds, bool heal) {
  const std::vector<std::uint32_t> validator_of = numbering(rounds);
  Stage stage = after(rounds, rounds.size() - 1, validator_of);
  play_round(stage, rounds, rounds.size() - 1, validator_of);
  ++tally_.cases;
  tally_.with_blocks += stage.any_block();
  tally_.equivocations += stage.evidence;
  std::string failure = stage.violation();
  if (heal && failure.empty()) {
    ++tally_.healed;
    stage.split(std::vector<std::uint32_t>(n_ + twins_, 0));
    stage.target = View(~std::uint64_t{0});
    const std::uint64_t transactions = rounds.size() * kPerRound;
    const std::int64_t deadline = stage.now() + kHealMs;
    while (stage.now() < deadline && stage.violation().empty() && !stage.all_executed(transactions)) stage.run(20);
    failure = stage.violation();
    if (failure.empty() && !stage.all_executed(transactions)) {
      failure = "not everything was executed after healing:";
      for (std::uint32_t i = 0; i < stage.places(); ++i) {
        const CoreStatus s = stage.at(i).core().status();
        failure += " [" + std::to_string(stage.at(i).self().value()) + (s.in_view ? " view " : " changing to view ") +
                   std::to_string(s.view.value()) + " L=" + std::to_string(s.stable.value()) +
                   " executed=" + std::to_string(s.executed.value()) + " pending=" + std::to_string(s.pending) +
                   (s.voting ? "" : " not voting") + "]";
      }
    }
  }
  tally_.deliveries += stage.deliveries;
  tally_.rounds += stage.rounds;
  tally_.stragglers += stage.stragglers;
  if (!failure.empty() && tally_.failure.empty()) tally_.failure = describe(rounds, n_) + ": " + failure;
}

std::string describe(const std::vector<Round>& rounds, std::uint32_t n) {
  std::string out;
  for (const Round& round : rounds) {
    out += out.empty() ? "" : "; ";
    const std::uint32_t groups = *std::ranges::max_element(round.group_of_node) + 1;
    for (std::uint32_t group = 0; group < groups; ++group) {
      out += group == 0 ? "{" : " | ";
      bool first = true;
      for (std::uint32_t node = 0; node < round.group_of_node.size(); ++node) {
        if (round.group_of_node[node] != group) continue;
        out += (first ? "" : " ") + (node < n ? std::to_string(node) : std::to_string(node - n) + "'");
        first = false;
      }
    }
    out += "} led by " + std::to_string(round.leader);
  }
  return out;
}

}  // namespace qilian::twins
