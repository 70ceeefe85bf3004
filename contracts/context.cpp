#include "contracts/context.h"

#include <google/protobuf/message.h>

#include <algorithm>

#include "contracts/common.pb.h"
#include "ledger/core/canonical.h"

namespace qilian::contracts {

bool Caller::signed_by(std::string_view organisation) const {
  return std::ranges::any_of(signers, [&](const Signer& signer) { return signer.organisation == organisation; });
}

std::set<std::string> Caller::officers_of(std::string_view organisation) const {
  std::set<std::string> out;
  for (const Signer& signer : signers) {
    if (signer.organisation == organisation) out.insert(signer.officer);
  }
  return out;
}

std::set<std::string> Caller::organisations() const {
  std::set<std::string> out;
  for (const Signer& signer : signers) out.insert(signer.organisation);
  return out;
}

std::optional<ledger::Bytes> WriteSet::record(const ledger::Key& key) const {
  if (const auto at = records_.find(key); at != records_.end()) return at->second;
  return below_->record(key);
}

void WriteSet::write(ledger::Event event) {
  if (event.record) records_[event.key] = *event.record;
  events_.push_back(std::move(event));
}

void WriteSet::commit_to(WriteSet& parent) {
  QILIAN_CHECK(below_ == &parent);
  for (auto& [key, bytes] : records_) parent.records_[key] = std::move(bytes);
  for (ledger::Event& event : events_) parent.events_.push_back(std::move(event));
  records_.clear();
  events_.clear();
}

Context::Context(const BlockFrame& frame, Caller caller, std::string call, ledger::TransactionId transaction,
                 WriteSet& writes)
    : frame_(frame), caller_(std::move(caller)), call_(std::move(call)), transaction_(transaction), writes_(writes) {}

TimeMs Context::deadline(std::string_view period_parameter) const {
  return contracts::deadline(time(), parameters().period(period_parameter), calendar());
}

bool Context::exists(Kind kind, std::string_view id) const {
  return writes_.record({kind, std::string(id)}).has_value();
}

void Context::put(Kind kind, std::string_view id, const google::protobuf::Message& record, EventKind event) {
  pb::EventPayload payload;
  payload.set_call(call_);
  payload.set_transaction_id(transaction_.str());
  writes_.write({.key = {kind, std::string(id)},
                 .kind = static_cast<std::uint16_t>(event),
                 .payload = ledger::encode(payload),
                 .record = ledger::encode(record)});
}

void Context::append(Kind index, std::string_view index_id, Kind referred, std::string_view referred_id) {
  pb::Reference reference;
  reference.set_kind(referred);
  reference.set_id(std::string(referred_id));
  reference.set_call(call_);
  reference.set_transaction_id(transaction_.str());
  writes_.write({.key = {index, std::string(index_id)},
                 .kind = static_cast<std::uint16_t>(EventKind::kReferred),
                 .payload = ledger::encode(reference),
                 .record = std::nullopt});
}

std::string Context::derive_id(std::string_view prefix) {
  int& made = derived_[std::string(prefix)];
  ++made;
  std::string id = std::string(prefix) + "-" + transaction_.hex().substr(0, 32);
  if (made > 1) id += "." + std::to_string(made);
  return id;
}

void Context::add_trace(std::string_view part) {
  if (!trace_.empty()) trace_ += "; ";
  trace_ += part;
}

}  // namespace qilian::contracts
