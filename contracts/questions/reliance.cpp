#include "contracts/questions/reliance.h"

#include "contracts/evidence/evidence.h"
#include "contracts/notary/notary.h"
#include "contracts/registry/registry.h"

namespace qilian::contracts::questions {

std::set<std::string> with_descendants(const Reading& reading, std::vector<std::string> open) {
  std::set<std::string> seen(open.begin(), open.end());
  for (std::size_t next = 0; next < open.size(); ++next) {
    const std::string version = open[next];
    for (const pb::Reference& child : reading.references(kind::kChildrenOfVersion, version)) {
      if (seen.insert(child.id()).second) open.push_back(child.id());
    }
  }
  return seen;
}

bool agreed(const pb::Trade& trade) { return !trade.contract().empty(); }

std::map<std::pair<Kind, std::string>, std::string> relied_on(const Reading& reading,
                                                              const pb::Attestation& attestation) {
  std::map<std::pair<Kind, std::string>, std::string> out;
  for (const pb::Reference& used : reading.references(kind::kReliance, attestation.id())) {
    if (used.kind() == kind::kTrade) {
      const auto trade = evidence::trade(reading.context(), used.id());
      if (!trade || !agreed(*trade)) continue;
    }
    out.emplace(std::pair(static_cast<Kind>(used.kind()), used.id()), "trace");
  }
  std::vector<std::string> versions;
  for (const pb::Subject& subject : attestation.subjects()) {
    if (subject.kind() == pb::Subject::ASSET_VERSION) versions.push_back(subject.id());
  }
  const std::set<std::string> attested(versions.begin(), versions.end());
  for (const std::string& version : with_descendants(reading, std::move(versions))) {
    if (!attested.contains(version)) out.emplace(std::pair(kind::kAssetVersion, version), "derived");
    const auto ref = registry::parse_version(version);
    if (!ref) continue;
    for (const pb::Reference& traded : reading.references(kind::kTradesOfAsset, ref->udi)) {
      const auto trade = evidence::trade(reading.context(), traded.id());
      if (trade && trade->asset() == version && agreed(*trade))
        out.emplace(std::pair(kind::kTrade, trade->id()), "trade");
    }
  }
  return out;
}

std::vector<std::string> void_behind(const Reading& reading, const pb::Trade& trade) {
  std::set<std::string> out;
  const auto collect = [&](const std::string& id) {
    const auto found = notary::attestation(reading.context(), id);
    if (found && found->status() == pb::Attestation::VOID) out.insert(id);
  };
  for (const std::string& id : trade.relied_attestations()) collect(id);
  std::vector<std::string> versions = registry::ancestors(reading.context(), trade.asset());
  versions.push_back(trade.asset());
  for (const std::string& version : versions) {
    const auto about = reading.context().get<pb::AttestationsOf>(kind::kAttestationsOf, version);
    if (!about) continue;
    for (const std::string& id : about->ids()) collect(id);
  }
  return {out.begin(), out.end()};
}

}  // namespace qilian::contracts::questions
