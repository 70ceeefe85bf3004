#include "tests/crash/run.h"

namespace qilian::crash {

using namespace consensus;

namespace {

constexpr std::uint64_t kTransactions = 8;
constexpr std::int64_t kRestartMs = 35;

/// Milliseconds since the start at which the commands of Run::command are due.
constexpr std::int64_t kSchedule[] = {0, 12, 20, 21, 110, 300, 310, 311, 400, 620, 630};

}  // namespace

const stage::Settings& settings(std::uint64_t ledger_lag, bool lying_disk) {
  static std::map<std::pair<std::uint64_t, bool>, stage::Settings> made;
  auto [it, fresh] = made.try_emplace({ledger_lag, lying_disk}, stage::settings_for(4));
  if (fresh) {
    stage::Settings& out = it->second;
    out.window = 4;
    out.limits.max_batch_transactions = 1;
    out.base_timeout_ms = 80;
    out.max_timeout_ms = 640;
    out.status_interval_ms = 40;
    out.catch_up_delay_ms = 20;
    out.ledger_lag = ledger_lag;
    out.compact_above = 24;
    out.lying_disk = lying_disk;
  }
  return it->second;
}

std::string_view kind_of(const stage::Effect& effect) {
  static constexpr std::string_view kNames[] = {"append record",   "append block", "append certificate", "sync ledger",
                                                "sync log",        "compact log",  "send vote",          "send at once",
                                                "execute a batch", "give back"};
  static_assert(std::size(kNames) == std::variant_size_v<stage::Effect>);
  return kNames[effect.index()];
}

Run::Run(const stage::Settings& settings, std::set<std::uint32_t> may_stop)
    : Network(settings), judge_(4, may_stop, settings.window), may_stop_(std::move(may_stop)), unsynced_(4) {
  start_all();
}

void Run::submit(std::uint64_t first, std::uint64_t last) {
  std::vector<EnvelopeInfo> infos;
  for (std::uint64_t i = first; i <= last; ++i) infos.push_back(stage::transaction(i));
  for (std::uint32_t place = 0; place < places(); ++place) at(place).admit(*this, infos);
}

void Run::command(std::size_t number) {
  switch (number) {
    case 0:
      return submit(1, 2);
    case 1:
      return submit(3, 3);
    case 2:
      return submit(4, 4);
    case 3:
      // In the midst of slot 4: it prepares, and commits nowhere.
      return split({0, 0, 1, 1});
    case 4:
      // The primary is gone; view 1 must propose slot 4 again.
      return split({1, 0, 0, 0});
    case 5:
    case 9:
      return split({0, 0, 0, 0});
    case 6:
      return submit(5, 7);
    case 7:
      // The same with three slots in flight, and the next primary.
      return split({0, 1, 0, 1});
    case 8:
      return split({0, 1, 0, 0});
    default:
      return submit(8, 8);
  }
}

bool Run::advance() {
  points_.clear();
  std::int64_t until = now() + 1'000;
  const bool commands_left = next_command_ < std::size(kSchedule);
  if (commands_left) until = std::min(until, kStartMs + kSchedule[next_command_]);
  for (const auto& [place, due] : restarts_) until = std::min(until, due);
  const bool over = now() >= kStartMs + kScriptMs;
  if (over) {
    if (finished()) {
      finished_ms_ = now();
      return false;
    }
    until = std::min(until, std::max(now(), next_submission_ms_));
  }
  if (step(until)) return true;
  if (commands_left && now() >= kStartMs + kSchedule[next_command_]) {
    command(next_command_++);
    return true;
  }
  for (const auto& [place, due] : restarts_) {
    if (due > now()) continue;
    const std::uint32_t who = place;
    restarts_.erase(who);
    last_restart_ms_ = now();
    if (const auto started = start(who); !started && !may_stop_.contains(who)) {
      CoreStatus status;
      status.stopped = started.error().code + ": " + started.error().message;
      judge_.state(who, at(who).life(), status);
    }
    return true;
  }
  if (over && now() >= next_submission_ms_) {
    // Clients that got no answer ask again, everywhere.
    next_submission_ms_ = now() + 300;
    submit(1, kTransactions);
  }
  return true;
}

void Run::arm(std::size_t index, std::size_t survivors, bool everybody) { armed_ = Armed{index, survivors, everybody}; }

bool Run::before(stage::Replica& replica, const stage::Effect& effect) {
  const std::size_t index = points_.size();
  points_.push_back({replica.place(), replica.unsynced_records(), kind_of(effect)});
  if (!armed_ || armed_->index != index) return true;
  const Armed armed = *armed_;
  armed_.reset();
  for (std::uint32_t place = 0; place < places(); ++place) {
    if (place != replica.place() && !armed.everybody) continue;
    power_off(place, armed.survivors);
    restart_in(place, kRestartMs);
  }
  return false;
}

void Run::power_off(std::uint32_t place, std::size_t survivors) {
  // What reached the disk all the same may be sent again after the restart.
  auto& votes = unsynced_[place];
  for (std::size_t i = 0; i < std::min(survivors, votes.size()); ++i) {
    if (votes[i]) judge_.durable(place, *votes[i]);
  }
  votes.clear();
  at(place).power_off(survivors);
}

void Run::after(stage::Replica& replica, const stage::Effect& effect) {
  auto& votes = unsynced_[replica.place()];
  if (const auto* append = std::get_if<stage::AppendRecord>(&effect)) {
    votes.push_back(append->vote);
  } else if (std::holds_alternative<stage::SyncLog>(effect) || std::holds_alternative<stage::CompactLog>(effect)) {
    for (const auto& vote : votes) {
      if (vote) judge_.durable(replica.place(), *vote);
    }
    votes.clear();
  } else if (const auto* certificate = std::get_if<stage::AppendCertificate>(&effect)) {
    judge_.certified(certificate->certificate);
  }
}

void Run::send(stage::Replica& from, std::optional<ReplicaId> to, const Verified<Message>& message) {
  if (const auto header = signed_header(*message); header && header->sender == from.self()) {
    judge_.sent(from.place(), *header);
    if (const auto* new_view = std::get_if<NewView>(&*message)) {
      last_view_ = std::max(last_view_, new_view->view.value());
      proposed_again_ = std::max(proposed_again_, new_view->slots.size());
    }
  }
  Network::send(from, to, message);
}

void Run::accuse(stage::Replica&, const Evidence& evidence) { judge_.accused(evidence); }

void Run::appended(stage::Replica& replica, const stage::Block& block) {
  judge_.executed(replica.place(), block.summary);
}

void Run::settled(stage::Replica& replica) { judge_.state(replica.place(), replica.life(), replica.core().status()); }

bool Run::finished() const {
  std::optional<ledger::HeaderHash> head;
  for (std::uint32_t place = 0; place < places(); ++place) {
    const stage::Replica& replica = at(place);
    if (!replica.up()) {
      if (may_stop_.contains(place) && !restarts_.contains(place)) continue;
      return false;
    }
    const CoreStatus status = replica.core().status();
    if (status.stopped && may_stop_.contains(place)) continue;
    if (!status.voting || status.stable != status.executed || status.pending > 0) return false;
    std::set<TransactionId> executed;
    for (const auto& [height, block] : replica.chain()) {
      executed.insert(block.summary.executed.begin(), block.summary.executed.end());
    }
    if (executed.size() != kTransactions) return false;
    const ledger::HeaderHash& own = replica.chain().rbegin()->second.summary.header;
    if (head && *head != own) return false;
    head = own;
  }
  return true;
}

std::string Run::finish() {
  const std::int64_t deadline = now() + kScriptMs + kLivenessMs;
  while (judge_.violation().empty() && now() < deadline) {
    if (!advance()) return judge_.violation();
  }
  if (!judge_.violation().empty()) return judge_.violation();
  std::string out = "not everything was executed everywhere in time:";
  for (std::uint32_t place = 0; place < places(); ++place) {
    if (!at(place).up()) {
      out += " [" + std::to_string(place) + " down]";
      continue;
    }
    const CoreStatus s = at(place).core().status();
    out += " [" + std::to_string(place) + (s.in_view ? " view " : " changing to view ") +
           std::to_string(s.view.value()) + " L=" + std::to_string(s.stable.value()) +
           " executed=" + std::to_string(s.executed.value()) + " pending=" + std::to_string(s.pending) +
           (s.voting ? "" : " not voting") + (s.stopped ? " " + *s.stopped : "") + "]";
  }
  return out;
}

}  // namespace qilian::crash
