// From what was said to records: one place, so that submit and derive write the same.
#include "contracts/registry/steps.h"

namespace qilian::contracts::registry {

pb::Asset draft_asset(std::string_view udi, const pb::AssetDescription& said, const pb::VersionContent& content,
                      std::string_view registrant) {
  pb::Asset asset;
  asset.set_udi(std::string(udi));
  *asset.mutable_alt_ids() = said.alt_ids();
  asset.set_title(said.title());
  asset.set_kind(said.kind());
  asset.set_category(said.category());
  asset.set_grade(said.grade());
  asset.set_grade_decision(said.grade_decision());
  asset.set_raw(said.raw());
  asset.set_open_level(said.open_level());
  asset.set_priority_open(said.priority_open());
  asset.set_source_basis(said.source_basis());
  asset.set_source_evidence(said.source_evidence());
  asset.set_source_unit(said.source_unit());
  asset.set_pi_class(said.pi_class());
  asset.set_subject_count_band(said.subject_count_band());
  asset.set_industry(said.industry());
  asset.set_region(said.region());
  asset.set_scenario(said.scenario());
  *asset.mutable_items() = content.items();
  *asset.mutable_precision() = said.precision();
  asset.set_update_frequency(said.update_frequency());
  asset.set_catalogue_ref(said.catalogue_ref());
  asset.set_responsibility_ref(said.responsibility_ref());
  asset.set_registrant(std::string(registrant));
  asset.set_status(pb::Asset::SUBMITTED);
  *asset.mutable_members() = said.members();
  return asset;
}

pb::AssetVersion draft_version(const Context& context, std::string_view udi, std::uint32_t seq,
                               const pb::VersionContent& content, std::string_view change_type) {
  pb::AssetVersion version;
  version.set_udi(std::string(udi));
  version.set_seq(seq);
  version.set_content_root(content.content_root());
  version.set_manifest(content.manifest());
  version.set_schema(content.schema());
  *version.mutable_items() = content.items();
  version.set_quality(content.quality());
  version.set_change_type(std::string(change_type));
  version.set_created_at(context.time().value());
  return version;
}

void write_version(Context& context, const pb::AssetVersion& version, std::string_view registrant) {
  context.put(kind::kAssetVersion, version_id(version.udi(), version.seq()), version, EventKind::kCreated);
  const std::string root = ledger::to_hex(version.content_root());
  const auto first = context.get<pb::ContentRoot>(kind::kContentRoot, root);
  if (first && first->udi() == version.udi()) return;
  pb::ContentRoot owner;
  owner.set_udi(version.udi());
  owner.set_version(version.seq());
  owner.set_registrant(std::string(registrant));
  context.put(kind::kContentRoot, root, owner, first ? EventKind::kChanged : EventKind::kCreated);
}

void write_submission(Context& context, pb::Asset asset, const pb::AssetVersion& version,
                      const google::protobuf::RepeatedPtrField<pb::RightClaim>& rights) {
  asset.set_submitted_at(context.time().value());
  write_version(context, version, asset.registrant());
  for (const pb::RightClaim& claim : rights) {
    pb::Right right;
    right.set_type(claim.type());
    right.set_holder(asset.registrant());
    right.set_basis(claim.basis());
    right.set_basis_ref(claim.basis_ref());
    right.set_exclusive(claim.exclusive());
    right.set_from(claim.from());
    right.set_to(claim.to());
    right.set_status(pb::Right::CLAIMED);
    add_right(context, asset, std::move(right));
  }
  context.put(kind::kAsset, asset.udi(), asset, EventKind::kCreated);
  context.append(kind::kAssetsOfOrganisation, asset.registrant(), kind::kAsset, asset.udi());
  context.set_object(asset.udi());
}

}  // namespace qilian::contracts::registry
