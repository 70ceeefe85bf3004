#include "tests/golden/trace.h"

#include <sstream>

#include "tests/golden/chart.h"
#include "tests/stage/judge.h"
#include "tests/stage/network.h"

namespace qilian::golden {

using namespace consensus;
using ledger::fail;

namespace {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

/// The network of one trace: draws what it sees and lets the simulator's oracle judge it.
class Stage final : public stage::Network {
 public:
  Stage(const stage::Settings& settings, std::set<std::uint32_t> faulty)
      : Network(settings),
        settings_(settings),
        judge_(settings.validators.size(), faulty, settings.window),
        chart_(settings.validators.size()),
        known_(settings.validators.size()) {}

  Chart& chart() { return chart_; }
  Names& names() { return names_; }
  const std::string& violation() const { return judge_.violation(); }
  std::set<std::string> shown;

  struct Loss {
    std::string kind;
    std::set<std::uint32_t> from, to;
  };
  std::vector<Loss> losses;

  std::int64_t ms() const { return now() - kStartMs; }

  void say(std::uint32_t from, const Message& message, const std::vector<std::uint32_t>& to) {
    const auto signed_message = stage::forge(settings_.genesis, ReplicaId(from), message);
    for (const std::uint32_t place : to) {
      chart_.note_sent(ms(), from, names_.text(message), place, false);
      post(ReplicaId(from), place, signed_message);
    }
  }

  bool passes(std::uint32_t from, std::uint32_t to, const Message& message) override {
    if (!reaches(from, to)) return false;
    for (const Loss& loss : losses) {
      if (loss.kind == name_of(message) && loss.from.contains(from) && loss.to.contains(to)) return false;
    }
    return true;
  }

  void send(stage::Replica& from, std::optional<ReplicaId> to, const Verified<Message>& message) override {
    const auto header = signed_header(*message);
    const bool own = !header || header->sender == from.self();
    if (header && own) judge_.sent(from.place(), *header);
    if (hidden(*message)) return Network::send(from, to, message);
    std::string text = names_.text(*message);
    if (!own) text = std::to_string(header->sender.value()) + "'s " + text;
    for (std::uint32_t i = 0; i < places(); ++i) {
      if (i == from.place() || (to && to->value() != i)) continue;
      chart_.note_sent(ms(), from.place(), text, i, !passes(from.place(), i, *message));
    }
    Network::send(from, to, message);
  }

  void delivered(stage::Replica& to, ReplicaId from, const Message& message,
                 const ledger::Result<void>& outcome) override {
    if (outcome || outcome.error().code == "message.stale" || outcome.error().code == "message.ahead") return;
    chart_.note(
        ms(), to.place(),
        "refuses " + names_.text(message) + " of " + std::to_string(from.value()) + ": " + outcome.error().code);
  }

  void after(stage::Replica& replica, const stage::Effect& effect) override {
    if (const auto* append = std::get_if<stage::AppendRecord>(&effect)) {
      if (append->vote) unsynced_[replica.place()].push_back(*append->vote);
      if (shown.contains("log")) chart_.note(ms(), replica.place(), "writes " + record(append->record));
    } else if (std::holds_alternative<stage::SyncLog>(effect)) {
      for (const SignedHeader& vote : unsynced_[replica.place()]) judge_.durable(replica.place(), vote);
      unsynced_[replica.place()].clear();
      if (shown.contains("log")) chart_.note(ms(), replica.place(), "fsync");
    } else if (const auto* certificate = std::get_if<stage::AppendCertificate>(&effect)) {
      judge_.certified(certificate->certificate);
    }
  }

  void appended(stage::Replica& replica, const stage::Block& block) override {
    const Height height = block.summary.height;
    judge_.executed(replica.place(), block.summary);
    std::string text = "block " + std::to_string(height.value()) + ":";
    for (const TransactionId& id : block.summary.executed) {
      for (std::uint64_t i = 0; i < 20; ++i) {
        if (stage::transaction(i).id == id) text += " t" + std::to_string(i);
      }
    }
    if (block.summary.executed.empty()) text += " empty";
    chart_.note(ms(), replica.place(), text + " = " + names_.of(height, block.summary.header));
  }

  void fetch_blocks(stage::Replica& replica, const BlockFetch& fetch) override {
    chart_.note(ms(), replica.place(),
                "fetches blocks " + std::to_string(fetch.first.value()) + ".." + std::to_string(fetch.last.value()));
    Network::fetch_blocks(replica, fetch);
  }

  void fetch_envelopes(stage::Replica& replica, const EnvelopeFetch& fetch) override {
    std::string text = "fetches";
    for (const EnvelopeDigest& digest : fetch.envelopes) text += " " + names_.of(digest);
    chart_.note(ms(), replica.place(), text);
    Network::fetch_envelopes(replica, fetch);
  }

  void accuse(stage::Replica& replica, const Evidence& evidence) override {
    judge_.accused(evidence);
    const auto name = [&](const SignedHeader& header) {
      if (header.type == MessageType::kCheckpoint) return names_.of(header.sequence, HeaderHash::of(header.digest));
      if (header.type == MessageType::kViewChange || header.type == MessageType::kNewView) return std::string("two");
      return names_.of(ProposalDigest::of(header.digest));
    };
    chart_.note(ms(), replica.place(),
                "accuses " + std::to_string(evidence.first.sender.value()) + ": " + name(evidence.first) + " and " +
                    name(evidence.second));
  }

  void settled(stage::Replica& replica) override {
    const CoreStatus now = replica.core().status();
    judge_.state(replica.place(), replica.life(), now);
    Known& known = known_[replica.place()];
    const auto say_own = [&](const std::string& text) { chart_.note(ms(), replica.place(), text); };
    if (now.stable > known.stable) say_own("L = " + std::to_string(now.stable.value()));
    if (now.view != known.view || now.in_view != known.in_view) {
      if (now.in_view) say_own("in view " + std::to_string(now.view.value()));
    }
    if (now.voting != known.voting) say_own(now.voting ? "votes" : "does not vote");
    if (now.stopped && !known.stopped) say_own("stops");
    known = {now.stable, now.view, now.in_view, now.voting, now.stopped.has_value()};
  }

  void forget(std::uint32_t place) {
    known_[place] = Known{};
    unsynced_[place].clear();
  }

 private:
  struct Known {
    Height stable;
    View view;
    bool in_view = true, voting = true, stopped = false;
  };

  bool hidden(const Message& message) const {
    const auto* status = std::get_if<Status>(&message);
    return status != nullptr && !shown.contains("STATUS");
  }

  std::string record(const ledger::Bytes& bytes) {
    const auto decoded = decode_record(bytes);
    QILIAN_CHECK(decoded.has_value());
    if (const auto* vote = std::get_if<VoteRecord>(&*decoded)) {
      const SignedHeader& header = vote->vote;
      const auto slot = " " + std::to_string(header.view.value()) + "." + std::to_string(header.sequence.value());
      const auto digest = ProposalDigest::of(header.digest);
      switch (header.type) {
        case MessageType::kPrePrepare:
          return "PRE-PREPARE" + slot + " " + names_.of(digest);
        case MessageType::kPrepare:
          return "PREPARE" + slot + " " + names_.of(digest);
        case MessageType::kCommit:
          return "COMMIT" + slot + " " + names_.of(digest) + " with its prepared certificate";
        default:
          return "CHECKPOINT " + names_.of(header.sequence, HeaderHash::of(header.digest));
      }
    }
    if (const auto* proposal = std::get_if<ProposalRecord>(&*decoded)) {
      names_.explain(proposal->proposal);
      return "proposal " + names_.of(proposal->proposal.digest());
    }
    if (const auto* view_change = std::get_if<ViewChangeRecord>(&*decoded)) return names_.text(view_change->message);
    if (const auto* new_view = std::get_if<NewViewRecord>(&*decoded)) return names_.text(new_view->message);
    if (const auto* stable = std::get_if<StableRecord>(&*decoded)) {
      return "L = " + std::to_string(stable->certificate.height.value());
    }
    return "an envelope";
  }

  const stage::Settings& settings_;
  stage::Judge judge_;
  Chart chart_;
  Names names_;
  std::vector<Known> known_;
  std::map<std::uint32_t, std::vector<SignedHeader>> unsynced_;
};

class Player {
 public:
  Player() : settings_(stage::settings_for(4)) {}

  ledger::Result<void> command(const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    if (words.empty()) return bad(line, "is empty");
    at_ = 0;
    words_ = words;
    const std::string verb = next();
    if (verb == "set") {
      const std::string name = next();
      if (network_) return bad(line, "comes after the first replica started");
      const auto value = static_cast<std::int64_t>(number());
      if (name == "window")
        settings_.window = static_cast<std::uint32_t>(value);
      else if (name == "batch")
        settings_.limits.max_batch_transactions = static_cast<std::uint32_t>(value);
      else if (name == "timeout")
        settings_.base_timeout_ms = value;
      else
        return bad(line, "sets something unknown");
      return {};
    }
    if (verb == "faulty") {
      if (network_) return bad(line, "comes after the first replica started");
      for (const std::uint32_t place : places()) faulty_.insert(place);
      return {};
    }
    Stage& stage = network();
    if (verb == "submit") {
      std::vector<EnvelopeInfo> infos;
      while (more() && words_[at_] != "to") infos.push_back(stage::transaction(transaction_number()));
      next();
      for (const std::uint32_t place : places()) {
        if (stage.at(place).up()) stage.at(place).admit(stage, infos);
      }
    } else if (verb == "run") {
      stage.run(static_cast<std::int64_t>(number()));
    } else if (verb == "split") {
      std::vector<std::uint32_t> groups(stage.places(), 0);
      std::uint32_t group = 1;
      while (more()) {
        const std::string word = next();
        if (word == "|")
          ++group;
        else
          groups[std::stoul(word)] = group;
      }
      stage.split(groups);
    } else if (verb == "lose") {
      Stage::Loss loss;
      loss.kind = next();
      if (next() != "from") return bad(line, "says not from whom");
      while (more() && words_[at_] != "to") loss.from.insert(static_cast<std::uint32_t>(number()));
      next();
      for (const std::uint32_t place : places()) loss.to.insert(place);
      stage.losses.push_back(std::move(loss));
    } else if (verb == "heal") {
      stage.losses.clear();
      stage.split(std::vector<std::uint32_t>(stage.places(), 0));
    } else if (verb == "crash") {
      for (const std::uint32_t place : places()) {
        stage.at(place).power_off();
        stage.forget(place);
      }
    } else if (verb == "restart") {
      for (const std::uint32_t place : places()) QILIAN_TRY_VOID(stage.start(place));
    } else if (verb == "show") {
      while (more()) stage.shown.insert(next());
    } else if (verb == "hide") {
      while (more()) stage.shown.erase(next());
    } else if (verb == "state") {
      for (std::uint32_t i = 0; i < stage.places(); ++i) out_ += state(stage, i);
    } else if (words.size() > 2 && words[1] == "says") {
      return lie(line, stage, static_cast<std::uint32_t>(std::stoul(verb)));
    } else {
      return bad(line, "is no command");
    }
    if (!stage.violation().empty()) return bad(line, "breaks a rule: " + stage.violation());
    return {};
  }

  std::string take() {
    std::string drawn;
    if (network_) {
      drawn = network_->chart().take();
      for (const std::string& line : network_->names().take_legend()) drawn += "       " + line + "\n";
    }
    return drawn + std::exchange(out_, {});
  }

 private:
  static std::unexpected<ledger::Error> bad(const std::string& line, const std::string& why) {
    return fail("golden.script", "'" + line + "' " + why);
  }
  bool more() const { return at_ < words_.size(); }
  std::string next() { return more() ? words_[at_++] : std::string(); }
  std::uint64_t number() { return std::strtoull(next().c_str(), nullptr, 10); }
  std::uint64_t transaction_number() { return std::strtoull(next().c_str() + 1, nullptr, 10); }
  std::vector<std::uint32_t> places() {
    std::vector<std::uint32_t> out;
    while (more()) {
      if (const std::string word = next(); word == "all") {
        for (std::uint32_t i = 0; i < settings_.validators.size(); ++i) out.push_back(i);
      } else {
        out.push_back(static_cast<std::uint32_t>(std::stoul(word)));
      }
    }
    return out;
  }

  Stage& network() {
    if (network_) return *network_;
    network_ = std::make_unique<Stage>(settings_, faulty_);
    for (std::uint32_t i = 0; i < network_->places(); ++i) {
      if (!faulty_.contains(i)) QILIAN_CHECK(network_->start(i).has_value());
    }
    return *network_;
  }

  /// P says KIND VIEW.SEQUENCE of t1 t2 to LIST. A vote names the proposal that P would make of these transactions.
  ledger::Result<void> lie(const std::string& line, Stage& stage, std::uint32_t who) {
    next();
    const std::string kind = next();
    const std::string slot = next();
    const View view(std::strtoull(slot.c_str(), nullptr, 10));
    const Sequence sequence(std::strtoull(slot.c_str() + std::min(slot.size(), slot.find('.') + 1), nullptr, 10));
    if (next() != "of") return bad(line, "says not of what");
    Proposal proposal{settings_.genesis,
                      Epoch(0),
                      sequence,
                      primary_of(Epoch(0), view, settings_.validators.size()),
                      TimeMs(stage::Network::kStartMs),
                      {}};
    while (more() && words_[at_] != "to") {
      proposal.envelopes.push_back(stage::transaction(transaction_number()).digest);
    }
    next();
    const auto shared = std::make_shared<const Proposal>(proposal);
    const ReplicaId self(who);
    Message message;
    if (kind == "PRE-PREPARE")
      message = PrePrepare{Epoch(0), view, sequence, shared->digest(), self, {}, shared};
    else if (kind == "PREPARE")
      message = Prepare{Epoch(0), view, sequence, shared->digest(), self, {}};
    else if (kind == "COMMIT")
      message = Commit{Epoch(0), view, sequence, shared->digest(), self, {}};
    else
      return bad(line, "says something that no liar here can say");
    stage.say(who, message, places());
    return {};
  }

  static std::string state(const Stage& stage, std::uint32_t place) {
    std::string out = "       replica " + std::to_string(place) + ": ";
    if (!stage.at(place).up()) return out + "down\n";
    const CoreStatus status = stage.at(place).core().status();
    out += (status.in_view ? "view " : "changing to view ") + std::to_string(status.view.value());
    out += ", L " + std::to_string(status.stable.value()) + ", executed " + std::to_string(status.executed.value());
    out += ", pending " + std::to_string(status.pending) + ", timeout " + std::to_string(status.timeout_ms) + " ms";
    if (!status.voting) out += ", not voting";
    if (status.stopped) out += ", stopped: " + *status.stopped;
    return out + "\n";
  }

  stage::Settings settings_;
  std::set<std::uint32_t> faulty_;
  std::unique_ptr<Stage> network_;
  std::vector<std::string> words_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

ledger::Result<std::string> play(const std::string& text) {
  Player player;
  std::string out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) {
      out += line + "\n";
    } else if (line.starts_with("> ")) {
      out += line + "\n";
      QILIAN_TRY_VOID(player.command(line.substr(2)));
      out += player.take();
    }
  }
  return out;
}

}  // namespace qilian::golden
