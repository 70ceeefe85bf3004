// The table of calls: the one place that says who may call what. The gate, the CLI, the API and the documentation read
// it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
}

namespace qilian::contracts {

/// kOpen: barred by no quota, hold or sanction. kNewBusiness: stopped by a sanction (COM-404). kContinuing: not by one.
enum class CreditClass { kOpen, kNewBusiness, kContinuing };

/// The operation that the negative list is asked about.
enum class ListOperation { kNone, kRegister, kGrant, kDerive, kList, kTrade, kDeliver, kExport };

/// Who must sign. The parties themselves are named by the arguments; the contract's `signers` hook says who they are
/// for one body.
enum class SignaturePolicy {
  kSelf,
  kBoth,
  kEach,
  kRegulators,
  kTwoRegulators,
  kValidators,
  kConsensusKey,
  kByContract
};

struct CallSpec {
  std::string_view name = {};                               ///< "registry.submit"
  const google::protobuf::Descriptor* arguments = nullptr;  ///< its message
  SignaturePolicy policy = SignaturePolicy::kSelf;
  std::vector<std::string_view> roles = {};  ///< the lead's organisation holds one of these; empty: any role
  CreditClass credit = CreditClass::kContinuing;
  bool stopped_by_hold = true;
  ListOperation operation = ListOperation::kNone;
  std::string_view label_zh = {};  ///< 申请登记
  std::string_view label_en = {};  ///< one sentence for --help
};

/// Every call, ascending by name.
std::span<const CallSpec> calls();
/// Null where there is no such call.
const CallSpec* find_call(std::string_view name);

}  // namespace qilian::contracts
