// The registry's half of asset_view.h: what the negative list and others may ask about a version.
#include <algorithm>
#include <map>

#include "contracts/asset_view.h"
#include "contracts/negative_list/attributes.h"
#include "contracts/registry/steps.h"

namespace qilian::contracts {
namespace registry {
namespace {

Attribute text(std::string name, std::string value) {
  return {.name = std::move(name), .texts = {std::move(value)}, .number = {}};
}

Attribute flag(std::string name, bool value) {
  return {.name = std::move(name), .texts = {value ? "true" : "false"}, .number = value ? 1 : 0};
}

/// An empty optional field says nothing: it stays unknown.
void add_text(std::vector<Attribute>& out, std::string name, const std::string& value) {
  if (!value.empty()) out.push_back(text(std::move(name), value));
}

/// Upper end of the band: rules judge by the worst case.
std::optional<std::int64_t> most_subjects(pb::Asset::SubjectBand band) {
  switch (band) {
    case pb::Asset::NO_SUBJECTS:
      return 0;
    case pb::Asset::BELOW_10K:
      return 9'999;
    case pb::Asset::FROM_10K_TO_100K:
      return 99'999;
    case pb::Asset::FROM_100K_TO_1M:
      return 999'999;
    case pb::Asset::FROM_1M:
      return INT64_MAX;
    default:
      return std::nullopt;
  }
}

}  // namespace

AssetView view_of(const Context& context, const pb::Asset& asset, const pb::AssetVersion& version,
                  std::vector<std::string> parents) {
  AssetView view;
  view.version = version_id(version.udi(), version.seq());
  view.udi = version.udi();
  view.parents = std::move(parents);
  std::vector<Attribute>& out = view.attributes;
  out.push_back(text("kind", pb::Asset::Kind_Name(asset.kind())));
  out.push_back(text("category", pb::Asset::Category_Name(asset.category())));
  out.push_back(text("grade", pb::Asset::Grade_Name(asset.grade())));
  // A draft has no derivation yet, so its parents are asked.
  pb::Asset::Grade strictest = std::max(asset.grade(), pb::Asset::ORDINARY);
  for (const std::string& parent : view.parents) strictest = std::max(strictest, effective_grade(context, parent));
  out.push_back(text("effective_grade", pb::Asset::Grade_Name(strictest)));
  out.push_back(text("open_level", pb::Asset::OpenLevel_Name(asset.open_level())));
  out.push_back(text("pi_class", pb::Asset::PiClass_Name(asset.pi_class())));
  out.push_back(flag("raw", asset.raw()));
  out.push_back(flag("public_derived", asset.public_derived()));
  if (const std::optional<std::int64_t> most = most_subjects(asset.subject_count_band())) {
    out.push_back({.name = "subject_count", .texts = {}, .number = most});
  }
  if (asset.source_basis() != pb::Asset::SOURCE_BASIS_UNSPECIFIED) {
    out.push_back(text("source_basis", pb::Asset::SourceBasis_Name(asset.source_basis())));
  }
  add_text(out, "industry", asset.industry());
  add_text(out, "region", asset.region());
  add_text(out, "scenario", asset.scenario());
  add_text(out, "registrant", asset.registrant());
  if (version.items_size() > 0) {
    out.push_back({.name = "items", .texts = {version.items().begin(), version.items().end()}, .number = {}});
  }
  for (const pb::Measure& measure : asset.precision()) {
    out.push_back({.name = measure.name(), .texts = {}, .number = measure.value()});
  }
  for (const AttestationView& attestation : attestations_in_force(context, view.version)) {
    if (attestation.result == "FAIL") continue;
    view.claims.insert(view.claims.end(), attestation.claims.begin(), attestation.claims.end());
  }
  // What a notary measured beats what the registrant says, the newest first. Grades and categories are decided, not
  // measured: they stay the registry's.
  for (auto claim = view.claims.rbegin(); claim != view.claims.rend(); ++claim) {
    const negative_list::AttributeSpec* spec = negative_list::find_attribute(claim->name);
    const bool measured = claim->number != 0 || claim->text.empty();
    if (spec == nullptr || spec->type != negative_list::AttributeType::kNumber || !measured) continue;
    out.push_back({.name = claim->name, .texts = {}, .number = claim->number, .attested = true});
  }
  return view;
}

namespace {

class RegistryAssets final : public AssetSource {
 public:
  explicit RegistryAssets(const Context& context) : context_(context) {}

  /// Every entry of the list walks the same lineage: a version is read once.
  std::optional<AssetView> find(std::string_view id) const override {
    const auto known = read_.find(id);
    return known != read_.end() ? known->second : read_.emplace(std::string(id), read(id)).first->second;
  }

 private:
  std::optional<AssetView> read(std::string_view id) const {
    const std::optional<pb::AssetVersion> found = version(context_, id);
    if (!found) return std::nullopt;
    const std::optional<pb::Asset> owner = asset(context_, found->udi());
    QILIAN_CHECK(owner.has_value());
    std::vector<std::string> parents;
    if (const auto from = derivation(context_, id)) {
      for (const pb::ParentRef& parent : from->parents()) parents.push_back(version_id(parent.udi(), parent.version()));
    }
    return view_of(context_, *owner, *found, std::move(parents));
  }

  const Context& context_;
  mutable std::map<std::string, std::optional<AssetView>, std::less<>> read_;
};

}  // namespace
}  // namespace registry

std::unique_ptr<AssetSource> registry_assets(const Context& context) {
  return std::make_unique<registry::RegistryAssets>(context);
}

}  // namespace qilian::contracts
