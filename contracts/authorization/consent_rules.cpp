// Whose consent a grant needs. Only counts and roots are known here; whether a person consented is shown by who holds
// the leaves.
#include <algorithm>

#include "contracts/authorization/steps.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::authorization {
namespace {

/// By its own class or an ancestor's category. That a registrant calls it ANONYMISED says nothing about the category:
/// only an attestation takes data out of PERSONAL.
bool personal(const Context& context, const pb::GrantTarget& target, const pb::Asset& asset) {
  return asset.pi_class() == pb::Asset::GENERAL || asset.pi_class() == pb::Asset::SENSITIVE ||
         registry::effective_category(context, head_of(context, target)) == pb::Asset::PERSONAL;
}

bool has_separate(const pb::ConsentBatch& batch, pb::ConsentBatch::Separate wanted) {
  return std::ranges::find(batch.separate_consent(), wanted) != batch.separate_consent().end();
}

bool serves(const pb::ConsentBatch& batch, const pb::Grant& grant) {
  return std::ranges::all_of(grant.purposes(), [&](const std::string& purpose) {
    return std::ranges::find(batch.purposes(), purpose) != batch.purposes().end();
  });
}

/// Why one batch does not carry one target: nothing where it does.
Outcome check_batch(const Context& context, const pb::Grant& grant, const pb::Asset& asset,
                    const pb::ConsentBatch& batch) {
  const std::string named = "consent batch " + batch.id();
  QILIAN_REQUIRE(context.time().value() < batch.expires(), "AUT-407", named + " has expired");
  // Persons consent to somebody: to the grantor, or to whoever holds the data or provided it.
  const std::string& controller = batch.controller();
  QILIAN_REQUIRE(controller == grant.grantor() || controller == asset.source_unit() ||
                     registry::has_right(context, asset.udi(), pb::Right::HOLD, controller),
                 "AUT-407", named + " was given to " + controller + ", who does not hold " + asset.udi());
  QILIAN_REQUIRE(serves(batch, grant), "AUT-407", named + " was not given for every purpose of the grant");
  QILIAN_REQUIRE(asset.pi_class() != pb::Asset::SENSITIVE || has_separate(batch, pb::ConsentBatch::SENSITIVE),
                 "AUT-407", named + " lacks the separate consent for sensitive information 敏感");
  QILIAN_REQUIRE(has_separate(batch, pb::ConsentBatch::PROVIDE), "AUT-407",
                 named + " lacks the separate consent for provision to others 提供");
  return pass();
}

}  // namespace

Outcome check_consent(const Context& context, const pb::Grant& grant) {
  // A sub-grant stands on the consent that its ancestors name.
  if (grant.type() == pb::Grant::SUBGRANT) return pass();
  for (const pb::GrantTarget& target : grant.targets()) {
    const auto asset = registry::asset(context, target.udi());
    if (!asset || !personal(context, target, *asset)) continue;
    QILIAN_REQUIRE(grant.consent_batch_size() > 0, "AUT-407",
                   target.udi() + " holds personal information: name the consent batches (consent_batch)");
    Outcome missing = pass();
    bool carried = false;
    for (const std::string& id : grant.consent_batch()) {
      const auto batch = context.get<pb::ConsentBatch>(kind::kConsentBatch, id);
      QILIAN_REQUIRE(batch, "AUT-407", "there is no consent batch " + id);
      // A withdrawn batch breaks the grant even where another one would do: its subjects are among the data.
      QILIAN_REQUIRE(batch->status() == pb::ConsentBatch::IN_FORCE, "AUT-408", "consent batch " + id + " is withdrawn");
      Outcome why = check_batch(context, grant, *asset, *batch);
      if (why && !missing)
        missing = std::move(why);
      else if (!why)
        carried = true;
    }
    if (!carried) return missing;
  }
  return pass();
}

}  // namespace qilian::contracts::authorization
