// Builds fact certificates from what the store holds (ledger/core/fact_builder.h has the pieces, fact.h the verifier).
//
// A transaction is shown under the certificate of its own block where there is one, else under the last certified
// header with a history proof. A state is shown as of the last certified block. Cheap to construct; use it for one
// question.
#pragma once

#include "ledger/store/chain.h"
#include "ledger/store/map_versions.h"
#include "ledger/store/store.h"

namespace qilian::ledger::store {

class Facts {
 public:
  /// `genesis_validators` is the size of the first set. The collaborators outlive this object.
  Facts(const Chain& chain, const Segments& segments, const MapVersions& versions, const Store& store,
        const GenesisHash& genesis, std::size_t genesis_validators)
      : chain_(chain),
        segments_(segments),
        versions_(versions),
        store_(store),
        genesis_(genesis),
        genesis_validators_(genesis_validators) {}

  Result<Bytes> of_transaction(const TransactionId& id) const;
  Result<Bytes> of_state(const StateQuestion& question) const;

 private:
  /// Genesis hash, block certificate and the hand-overs below it.
  Result<FactParts> parts(Height certified) const;

  const Chain& chain_;
  const Segments& segments_;
  const MapVersions& versions_;
  const Store& store_;
  GenesisHash genesis_;
  std::size_t genesis_validators_;
};

}  // namespace qilian::ledger::store
