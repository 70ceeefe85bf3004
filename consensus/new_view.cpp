#include "consensus/new_view.h"

namespace qilian::consensus {

OSet compute_o_set(std::span<const ViewChange* const> view_changes) {
  OSet out;
  for (const ViewChange* view_change : view_changes) out.min_s = std::max(out.min_s, view_change->stable.height);
  std::map<Sequence, const PreparedCertificate*> chosen;
  for (const ViewChange* view_change : view_changes) {
    for (const PreparedCertificate& certificate : view_change->prepared) {
      if (certificate.sequence <= out.min_s) continue;
      const PreparedCertificate*& best = chosen[certificate.sequence];
      const bool better = best == nullptr || certificate.view > best->view ||
                          (certificate.view == best->view && certificate.digest < best->digest);
      if (better) best = &certificate;
    }
  }
  if (chosen.empty()) return out;
  const Sequence max_s = chosen.rbegin()->first;
  for (Sequence s = out.min_s.next(); s <= max_s; s = s.next()) {
    const auto it = chosen.find(s);
    out.digests.push_back(it == chosen.end() ? kNullDigest : it->second->digest);
  }
  return out;
}

}  // namespace qilian::consensus
