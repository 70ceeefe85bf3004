// The question to the negative list: may this operation be done on this version, now? Pure; fails closed.
//
// An entry with reach DESCENDANTS looks at every ancestor too. An exception (`unless`) cuts the lineage path at the
// version that bears the attested claim: what lies behind it is not seen through it. Every path to a matching version
// must be cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contracts/contract.h"

namespace qilian::contracts::pb {
class NegativeList;
}

namespace qilian::contracts::negative_list {

/// What conditions of RESTRICT entries ask of the world outside the asset.
class ConditionFacts {
 public:
  virtual ~ConditionFacts() = default;
  virtual bool attested(std::string_view version, std::string_view attestation_type) const = 0;
  virtual bool holds_role(std::string_view uscc, std::string_view role) const = 0;
  /// An approval of that version under that entry is in force. Who does not know says no.
  virtual bool approved(std::string_view entry, std::string_view version) const;
  /// What the entry's quota has let through this year for that asset. Who does not know says: all of it.
  virtual std::int64_t used(std::string_view entry, std::string_view udi) const;
};

/// Where an approval stands.
std::string approval_id(std::string_view entry, std::string_view version);

struct Evaluation {
  Outcome denial;  ///< COM-401, COM-403 or COM-402: the strictest entry decides, ties by the list's order
  std::vector<std::string> entries;  ///< codes of the entries that decided against
  std::string trace;                 ///< of an allowed one: which exceptions lifted which entries
  /// Of an allowed one: uses to be counted against quotas once the call has been applied.
  struct Use {
    std::string entry;
    std::string udi;
  };
  std::vector<Use> uses;
};

/// `list` is the last published version: it holds each entry with its own times, announced ones too.
Evaluation evaluate(const pb::NegativeList& list, const AssetSource& assets, const ListSubject& subject,
                    ListOperation operation, TimeMs now, std::size_t max_nodes, const ConditionFacts& facts);

/// Counts what an evaluation let through under a quota. The gate calls it when the call has been applied.
void count_uses(Context& context, const std::vector<Evaluation::Use>& uses);

/// negative_list.approve (approvals.cpp).
void add_approval_call(CallList& calls);

/// The gate's stage: every subject against the list in force as this call sees it.
Evaluation evaluate_all(const Context& context, const std::vector<ListSubject>& subjects, ListOperation operation);

}  // namespace qilian::contracts::negative_list
