// Does an entry speak of a version, whatever the time and the operation? What questions about the past and drafts of
// the future ask.
#pragma once

#include "contracts/contract.h"

namespace qilian::contracts::pb {
class NegativeEntry;
}

namespace qilian::contracts::negative_list {

struct Touch {
  bool touched = false;
  bool unknown = false;  ///< an attribute is not stated: the list would stop it, nobody knows whether rightly
  std::string trace;     ///< which version matches, and through which lineage
};

/// By itself or through its lineage; exceptions cut as they do at the gate. Conditions of RESTRICT are not asked.
Touch touch(const pb::NegativeEntry& entry, const AssetSource& assets, const ListSubject& subject,
            std::size_t max_nodes);

}  // namespace qilian::contracts::negative_list
