#include "contracts/negative_list/lists.h"

namespace qilian::contracts::negative_list {
namespace {

pb::ListRegister list_register(const ledger::StateView& state) {
  pb::ListRegister out;
  if (const auto bytes = state.record({kind::kListRegister, "current"})) QILIAN_CHECK(out.ParseFromString(*bytes));
  return out;
}

}  // namespace

std::optional<pb::NegativeList> published(const ledger::StateView& state) {
  const pb::ListRegister versions = list_register(state);
  if (versions.versions().empty()) return std::nullopt;
  const std::uint64_t last = versions.versions(versions.versions_size() - 1).version();
  const auto bytes = state.record({kind::kList, std::to_string(last)});
  if (!bytes) return std::nullopt;
  std::optional<pb::NegativeList> out(std::in_place);
  QILIAN_CHECK(out->ParseFromString(*bytes));
  return out;
}

std::uint64_t version_in_force(const ledger::StateView& state, TimeMs now) {
  std::uint64_t out = 0;
  const pb::ListRegister versions = list_register(state);
  for (const pb::ListRegister::Version& version : versions.versions()) {
    if (version.effective_at() <= now.value()) out = version.version();
  }
  return out;
}

}  // namespace qilian::contracts::negative_list
