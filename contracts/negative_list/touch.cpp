#include "contracts/negative_list/touch.h"

#include "contracts/negative_list.pb.h"
#include "contracts/negative_list/evaluate.h"

namespace qilian::contracts::negative_list {
namespace {

/// A prohibition asks nothing of the world outside the asset.
class NoFacts final : public ConditionFacts {
 public:
  bool attested(std::string_view, std::string_view) const override { return false; }
  bool holds_role(std::string_view, std::string_view) const override { return false; }
};

}  // namespace

Touch touch(const pb::NegativeEntry& entry, const AssetSource& assets, const ListSubject& subject,
            std::size_t max_nodes) {
  // The same entry as one that prohibits trade from the beginning of time: the gate's own evaluation answers.
  pb::NegativeList list;
  pb::NegativeEntry* always = list.add_entries();
  always->set_code(entry.code());
  always->set_mode(pb::NegativeEntry::PROHIBIT);
  *always->mutable_matcher() = entry.matcher();
  always->add_operations(pb::NegativeEntry::TRADE);
  always->set_reach(entry.reach());
  *always->mutable_unless() = entry.unless();
  always->set_transition(pb::NegativeEntry::STOP);
  const Evaluation found = evaluate(list, assets, subject, ListOperation::kTrade, TimeMs(1), max_nodes, NoFacts());
  if (!found.denial) return {};
  return {true, found.denial->code == "COM-403", found.denial->trace};
}

}  // namespace qilian::contracts::negative_list
