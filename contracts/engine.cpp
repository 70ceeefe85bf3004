#include "contracts/engine.h"

#include <google/protobuf/message.h>

#include <map>
#include <memory>

#include "contracts/gate.h"
#include "contracts/receipts.h"
#include "contracts/rules.h"
#include "contracts/text_guard.h"
#include "ledger/core/canonical.h"

namespace qilian::contracts {
namespace {

using google::protobuf::Message;

Outcome check_arguments(const Call& call, ledger::ByteView arguments, std::unique_ptr<Message>& parsed) {
  const auto canonical = ledger::check_canonical(*call.spec().arguments, arguments);
  if (!canonical) return deny(canonical.error().code, canonical.error().message);
  parsed = call.parse(arguments);
  QILIAN_REQUIRE(parsed != nullptr, "COM-101", "the arguments of " + std::string(call.spec().name) + " cannot be read");
  QILIAN_PASS(check_message(*parsed));
  return call.check(*parsed);
}

/// The rules as they stand at one point of a block: reloaded after a call that changed them.
class RulesInForce {
 public:
  RulesInForce(const ledger::StateView& state, const BlockContext& block) : state_(state) {
    frame_.height = block.height;
    frame_.time = block.time;
    frame_.logic_version = block.logic_version;
    frame_.genesis = block.genesis;
    frame_.parameters = &parameters_;
    frame_.calendar = &calendar_;
    reload();
  }
  RulesInForce(const RulesInForce&) = delete;
  RulesInForce& operator=(const RulesInForce&) = delete;

  const BlockFrame& frame() const { return frame_; }
  void reload_after(std::span<const ledger::Event> events) {
    for (const ledger::Event& event : events) {
      if (event.key.kind == kind::kParameters || event.key.kind == kind::kCalendar) return reload();
    }
  }

 private:
  void reload() {
    parameters_ = load_parameters(state_);
    calendar_ = load_calendar(state_, frame_.time);
  }
  const ledger::StateView& state_;
  BlockFrame frame_;
  Parameters parameters_;
  Calendar calendar_;
};

Body body_of(const ledger::Transaction& transaction, const Call& call, const Message& arguments) {
  return {.call = &call,
          .arguments = &arguments,
          .signers = transaction.signers(),
          .lead = transaction.lead(),
          .expires = transaction.expires(),
          .id = transaction.id()};
}

/// The state below a block, read once per key: many transactions of a block ask for the same organisations, rules and
/// keys.
class ReadOnce final : public ledger::StateView {
 public:
  explicit ReadOnce(const ledger::StateView& below) : below_(below) {}
  std::optional<ledger::Bytes> record(const ledger::Key& key) const override {
    const auto known = read_.find(key);
    if (known != read_.end()) return known->second;
    return read_.emplace(key, below_.record(key)).first->second;
  }

 private:
  const ledger::StateView& below_;
  mutable std::map<ledger::Key, std::optional<ledger::Bytes>> read_;  ///< lives for one block, on one thread
};

/// Executes blocks one transaction after the other, each over the writes of those before.
class BlockRun {
 public:
  BlockRun(const ledger::StateView& state, const BlockContext& block)
      : below_(state), writes_(below_), quota_(below_), rules_(writes_, block) {}

  ledger::Bytes run(const ledger::Transaction& transaction) {
    const std::size_t before = writes_.events().size();
    Decision decision = decide(transaction);
    if (decision.denial) record_denial(decision, transaction);
    ledger::Bytes receipt = encode_receipt(writes_, rules_.frame(), decision, transaction.id());
    rules_.reload_after(std::span(writes_.events()).subspan(before));
    ends_.push_back(writes_.events().size());
    return receipt;
  }

  BlockEffects finish(std::vector<ledger::Bytes> receipts) {
    quota_.write_to(writes_);
    BlockEffects effects;
    effects.rules_hash = rules_hash(writes_, rules_.frame().time);
    effects.events = writes_.events();
    number(effects.events);
    effects.receipts = std::move(receipts);
    return effects;
  }

 private:
  Decision decide(const ledger::Transaction& transaction) {
    Decision decision;
    const Call* call = find_contract_call(transaction.call());
    if (call == nullptr) {
      decision.denial = deny("COM-101", "there is no call " + transaction.call().substr(0, 64));
      return decision;
    }
    std::unique_ptr<Message> arguments;
    decision.denial = check_arguments(*call, transaction.arguments(), arguments);
    if (decision.denial) return decision;
    return run_gate(rules_.frame(), writes_, quota_, body_of(transaction, *call, *arguments));
  }

  /// A denial costs a token of the denial bucket. An OPEN call is never stopped by an empty one, but leaves no further
  /// trace then.
  void record_denial(Decision& decision, const ledger::Transaction& transaction) {
    if (decision.accountable.empty() || decision.quota_exhausted) return;
    if (!quota_.take_denial(decision.accountable, rules_.frame())) {
      decision.denial->trace.clear();
      return;
    }
    journal_denial(writes_, decision, transaction.call(), transaction.id());
  }

  /// Events of the block's end (quota) belong to its last transaction.
  void number(std::vector<ledger::Event>& events) const {
    std::size_t event = 0;
    for (std::size_t transaction = 0; transaction < ends_.size(); ++transaction) {
      const std::size_t end = transaction + 1 == ends_.size() ? events.size() : ends_[transaction];
      for (std::uint32_t index = 0; event < end; ++event, ++index) {
        events[event].transaction_index = static_cast<std::uint32_t>(transaction);
        events[event].event_index = index;
      }
    }
  }

  ReadOnce below_;
  WriteSet writes_;
  QuotaBook quota_;
  RulesInForce rules_;
  std::vector<std::size_t> ends_;  ///< number of events after each transaction
};

}  // namespace

Limits limits(const ledger::StateView& state) {
  const Parameters parameters = load_parameters(state);
  const auto small = [&](std::string_view name) { return static_cast<std::uint32_t>(parameters.integer(name)); };
  return {.max_transactions_per_key_and_block = small("block.max_transactions_per_key"),
          .max_transactions_per_block = small("block.max_transactions"),
          .max_block_bytes = small("block.max_bytes"),
          .max_clock_skew_ms = parameters.integer("block.max_clock_skew_ms"),
          .max_idle_ms = parameters.integer("block.max_idle_ms")};
}

std::optional<Denial> check_static(const ledger::Transaction& transaction) {
  const Call* call = find_contract_call(transaction.call());
  QILIAN_REQUIRE(call != nullptr, "COM-101", "there is no call " + transaction.call().substr(0, 64));
  std::unique_ptr<Message> arguments;
  return check_arguments(*call, transaction.arguments(), arguments);
}

std::optional<Denial> admit(const ledger::StateView& state, const BlockContext& next,
                            const ledger::Transaction& transaction) {
  const Call* call = find_contract_call(transaction.call());
  QILIAN_REQUIRE(call != nullptr, "COM-101", "there is no call " + transaction.call().substr(0, 64));
  std::unique_ptr<Message> arguments;
  QILIAN_PASS(check_arguments(*call, transaction.arguments(), arguments));
  WriteSet writes(state);
  QuotaBook quota(state);
  const RulesInForce rules(state, next);
  return run_admission(rules.frame(), writes, quota, body_of(transaction, *call, *arguments));
}

BlockEffects execute(const ledger::StateView& state, const BlockContext& block,
                     std::span<const ledger::Transaction* const> transactions) {
  BlockRun run(state, block);
  std::vector<ledger::Bytes> receipts;
  receipts.reserve(transactions.size());
  for (const ledger::Transaction* transaction : transactions) receipts.push_back(run.run(*transaction));
  return run.finish(std::move(receipts));
}

}  // namespace qilian::contracts
