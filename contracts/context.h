// What one call sees: the block, the caller, the parameters, current records, and a place for its writes.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/kinds.h"
#include "contracts/outcome.h"
#include "contracts/parameters.h"
#include "contracts/period.h"
#include "ledger/core/signature.h"
#include "ledger/core/state.h"

namespace google::protobuf {
class Message;
}
namespace qilian::ledger {
struct Genesis;
}

namespace qilian::contracts {

/// One signature on the call: a key, the organisation that it acts for, and the officer behind it.
struct Signer {
  ledger::PublicKey key;
  std::string organisation;  ///< USCC
  std::string officer;       ///< officer id, unique within the organisation
  bool operator==(const Signer&) const = default;
};

/// Who acts. The same for a body signed at once and for one completed over time (governance.propose).
struct Caller {
  Signer lead;
  std::vector<Signer> signers;  ///< all, the lead included; ascending by key

  const std::string& organisation() const { return lead.organisation; }
  const std::string& officer() const { return lead.officer; }
  bool signed_by(std::string_view organisation) const;
  /// Distinct officers of one organisation that signed.
  std::set<std::string> officers_of(std::string_view organisation) const;
  /// Distinct organisations that signed, ascending.
  std::set<std::string> organisations() const;
};

/// Writes of one call, or of one block, over what lies below. Reading looks here first. Not thread-safe.
class WriteSet final : public ledger::StateView {
 public:
  explicit WriteSet(const ledger::StateView& below) : below_(&below) {}
  // A set over another set is made from it as a view: copying it instead would lose what lies below.
  WriteSet(const WriteSet&) = delete;
  WriteSet& operator=(const WriteSet&) = delete;
  std::optional<ledger::Bytes> record(const ledger::Key& key) const override;
  void write(ledger::Event event);
  const std::vector<ledger::Event>& events() const { return events_; }
  /// Moves everything into `parent`, in order. REQUIRES: `parent` is what lies below.
  void commit_to(WriteSet& parent);

 private:
  const ledger::StateView* below_;
  std::map<ledger::Key, ledger::Bytes> records_;
  std::vector<ledger::Event> events_;
};

/// What the block gives to every call in it.
struct BlockFrame {
  ledger::Height height;
  TimeMs time;
  std::uint32_t logic_version = 1;
  const ledger::Genesis* genesis = nullptr;
  const Parameters* parameters = nullptr;
  const Calendar* calendar = nullptr;
};

/// One call's view. The gate makes it; handlers get it. Reads see the block's earlier writes and the call's own; the
/// writes of a denied call are dropped by the gate. Lives for one call on one thread.
class Context {
 public:
  Context(const BlockFrame& frame, Caller caller, std::string call, ledger::TransactionId transaction,
          WriteSet& writes);

  TimeMs time() const { return frame_.time; }
  ledger::Height height() const { return frame_.height; }
  const Parameters& parameters() const { return *frame_.parameters; }
  const Calendar& calendar() const { return *frame_.calendar; }
  const BlockFrame& frame() const { return frame_; }
  const Caller& caller() const { return caller_; }
  /// "contract.call".
  const std::string& call() const { return call_; }
  /// Of a proposed body: the id of the transaction that proposed it.
  const ledger::TransactionId& transaction() const { return transaction_; }
  const ledger::StateView& state() const { return writes_; }
  WriteSet& writes() { return writes_; }

  /// Deadline of a window that opens now, e.g. deadline("registry.publicity").
  TimeMs deadline(std::string_view period_parameter) const;

  /// The current record, decoded. REQUIRES: records of that kind are T.
  template <class T>
  std::optional<T> get(Kind kind, std::string_view id) const {
    std::optional<ledger::Bytes> bytes = writes_.record({kind, std::string(id)});
    if (!bytes) return std::nullopt;
    std::optional<T> out(std::in_place);
    QILIAN_CHECK(out->ParseFromString(*bytes));
    return out;
  }
  bool exists(Kind kind, std::string_view id) const;

  /// The object's record from now on, and one event in its journal.
  void put(Kind kind, std::string_view id, const google::protobuf::Message& record,
           EventKind event = EventKind::kChanged);
  /// One reference in an index' journal: what the index of `index_id` is about got this object.
  void append(Kind index, std::string_view index_id, Kind referred, std::string_view referred_id);

  /// Identifier of an object that has none of its own: prefix ‖ "-" ‖ the first 32 hex digits of the transaction id; a
  /// second one of the same prefix in one call gets ".2", and so on. UDIs and other identifiers that the domain names
  /// come from the arguments.
  std::string derive_id(std::string_view prefix);

  /// Identifier of what the call made or changed: goes into the receipt.
  void set_object(std::string_view id) { object_ = id; }
  const std::string& object() const { return object_; }
  /// Adds to the trace of an allowed call (what was relied on): "; " between parts; the receipt keeps 512 bytes.
  void add_trace(std::string_view part);
  const std::string& trace() const { return trace_; }
  /// The receipt of a proposed body that this call completed: nested in the call's own.
  void set_nested(ledger::Bytes receipt) { nested_ = std::move(receipt); }
  const ledger::Bytes& nested() const { return nested_; }

 private:
  const BlockFrame& frame_;
  Caller caller_;
  std::string call_;
  ledger::TransactionId transaction_;
  WriteSet& writes_;
  std::map<std::string, int, std::less<>> derived_;
  std::string object_;
  std::string trace_;
  ledger::Bytes nested_;
};

}  // namespace qilian::contracts
