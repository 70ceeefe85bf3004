#include "cli/story/in_process.h"

#include <array>

#include "contracts/engine.h"
#include "contracts/questions/questions.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::cli {
namespace {

/// How far block time moves from one block to the next where the story says nothing.
constexpr std::int64_t kBlockStepMs = 1'000;

Delivery refusal(std::string code, std::string message) {
  Delivery out;
  out.refused = true;
  out.code = std::move(code);
  out.trace = std::move(message);
  return out;
}

}  // namespace

Result<Delivery> delivery_from_receipt(const ledger::Bytes& receipt) {
  ledger::pb::Receipt read;
  if (!read.ParseFromString(receipt)) return fail("story.receipt", "the receipt cannot be decoded");
  Delivery out;
  out.code = read.code();
  out.trace = read.trace();
  out.object = read.object();
  out.versions = {{"negative_list", static_cast<std::int64_t>(read.rules().negative_list())},
                  {"credit_rules", static_cast<std::int64_t>(read.rules().credit_rules())},
                  {"parameters", static_cast<std::int64_t>(read.rules().parameters())}};
  if (const auto id = ledger::TransactionId::from(read.transaction_id())) out.id = *id;
  return out;
}

std::optional<ledger::Bytes> InProcessChain::Records::record(const ledger::Key& key) const {
  const auto found = map.find(key);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

InProcessChain::InProcessChain(ledger::Genesis genesis)
    : genesis_(std::move(genesis)), history_(genesis_.records, genesis_.time), time_(genesis_.time) {
  records_.map = genesis_.records;
}

void InProcessChain::wait_until(ledger::TimeMs time) {
  // The next block stands one step later.
  time_ = std::max(time_, ledger::TimeMs(time.value() - kBlockStepMs));
}

Result<Delivery> InProcessChain::submit(const ledger::Bytes& envelope) {
  const auto transaction = ledger::Transaction::decode(envelope);
  if (!transaction) return refusal(transaction.error().code, transaction.error().message);
  if (const auto valid = ledger::verify_signatures(*transaction, genesis_.hash); !valid) {
    return refusal(valid.error().code, valid.error().message);
  }
  if (const auto denial = contracts::check_static(*transaction)) return refusal(denial->code, denial->trace);
  if (executed_.contains(transaction->id())) return refusal("COM-305", "this transaction was executed before");
  const ledger::TimeMs time(time_.value() + kBlockStepMs);
  if (const auto denial =
          contracts::admit(records_, {.height = height_.next(), .time = time, .genesis = &genesis_}, *transaction))
    return refusal(denial->code, denial->trace);

  height_ = height_.next();
  time_ = time;
  const std::array<const ledger::Transaction*, 1> transactions = {&*transaction};
  const contracts::BlockEffects effects =
      contracts::execute(records_, {height_, time_, genesis_.logic_version, &genesis_}, transactions);
  for (const ledger::Event& event : effects.events) {
    if (event.record) records_.map[event.key] = *event.record;
  }
  history_.append(time_, effects.events, effects.receipts);
  executed_.insert(transaction->id());
  QILIAN_TRY(Delivery out, delivery_from_receipt(effects.receipts.at(0)));
  out.height = height_;
  out.time = time_;
  return out;
}

Result<std::optional<ledger::Bytes>> InProcessChain::record(const ledger::Key& key) { return records_.record(key); }

Result<Told> InProcessChain::ask(const std::string& question, const std::map<std::string, std::string>& arguments,
                                 std::optional<ledger::TimeMs> at) {
  namespace questions = contracts::questions;
  const auto view = history_.at(at ? history_.height_at(*at) : history_.height());
  QILIAN_TRY(const questions::Answer answer,
             questions::ask(*view, at.value_or(view->time()), questions::Tier::kRegulator, question,
                            questions::Arguments(arguments.begin(), arguments.end())));
  return told(answer);
}

Result<std::optional<ledger::Bytes>> InProcessChain::certificate(const CertificateRequest&,
                                                                 const ledger::TransactionId&) {
  return std::optional<ledger::Bytes>();
}

Result<std::optional<std::string>> InProcessChain::fault(const Fault&) { return std::optional<std::string>(); }

}  // namespace qilian::cli
