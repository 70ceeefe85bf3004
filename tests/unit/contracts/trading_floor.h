// A trading floor for the suites of notary, evidence and revenue: organisations with keys, a public product made under
// an operation grant, a dealer's own product, a model. Calls run through the gate (gate.h); signatures themselves are
// the node's business and play no part here.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "contracts/authorization.pb.h"
#include "contracts/context.h"
#include "contracts/evidence.pb.h"
#include "contracts/membership.pb.h"
#include "contracts/notary.pb.h"
#include "contracts/registry.pb.h"
#include "contracts/revenue.pb.h"

namespace qilian::contracts::trading {

// Identifiers of the Gansu story, with their true check characters.
inline const std::string kRaw = "gsd:12621000DEM000110Y:R2026000001R";      // MET's hourly observations
inline const std::string kRoads = "gsd:11621000DEM000129Y:R20260000016";    // TRA's hourly flow
inline const std::string kProduct = "gsd:91621002DEM000313B:P20260000015";  // OPR's, from both under G1
inline const std::string kFactor = "gsd:91620100DEM000516U:P20260000018";   // DLR's own product
inline const std::string kModel = "gsd:91620100DEM000516U:M2026000001D";    // DLR's model

constexpr std::int64_t kDay = 86'400'000;

std::string version(const std::string& udi);  ///< its first version
std::string digest(std::string_view text);    ///< 0x01 and 32 bytes
std::string commitment(std::string_view text);

class TradingFloor : public ledger::StateView {
 public:
  TradingFloor();

  std::optional<ledger::Bytes> record(const ledger::Key& key) const override;
  void put(Kind kind, const std::string& id, const google::protobuf::Message& message);
  template <class T>
  T get(Kind kind, const std::string& id) const {
    T out;
    const auto bytes = record({kind, id});
    if (bytes) out.ParseFromString(*bytes);
    return out;
  }

  /// Admitted, with an undertaking and three keys of the officers "<name>-1" to "<name>-3".
  void admit(const std::string& name, const std::vector<std::string>& roles,
             const std::vector<std::string>& controllers = {});

  /// "OK" or the code of the denial. Signers are organisations ("NOT": its first officer), officers ("NOT-2") or an
  /// officer's second key ("NOT-2b"); the first one leads.
  std::string run(std::string_view call, const google::protobuf::Message& arguments,
                  const std::vector<std::string>& signers);
  /// What decided in the last run.
  const std::string& trace() const { return trace_; }
  /// References that an index got: the referred ids, in order.
  std::vector<std::string> index(Kind kind, const std::string& id) const;

  void pass_days(std::int64_t days) { time_ += days * kDay; }
  std::int64_t time() const { return time_; }

  // Shortcuts that must succeed, for the arrangement of tests.
  void must(std::string_view call, const google::protobuf::Message& arguments, const std::vector<std::string>& signers);
  pb::NotaryIssue admission_of(const std::string& id, const std::string& udi) const;
  pb::NotaryIssue authenticity_of(const std::string& id, const std::string& udi) const;
  /// DATA_ADMISSION and AUTHENTICITY "DA-<udi>" and "AU-<udi>".
  void attest(const std::string& udi);
  /// A LICENSE that waits for a trade.
  void license(const std::string& id, const std::string& grantor, const std::string& grantee, const std::string& udi,
               const std::string& purpose, const std::string& trade);

 private:
  void add_asset(const std::string& udi, const std::string& owner, pb::Asset::Kind kind, pb::Asset::Category category,
                 bool raw, bool operate);
  void add_operation();
  void add_purposes();

  std::map<ledger::Key, ledger::Bytes> records_;
  std::map<ledger::Key, std::vector<std::string>> indices_;
  std::int64_t time_ = 1'772'413'200'000;  // 2026-03-02 09:00 UTC+8
  std::uint64_t height_ = 1;
  std::string trace_;
};

}  // namespace qilian::contracts::trading
