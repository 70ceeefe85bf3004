#include "tests/unit/contracts/trading_floor.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "contracts/common.pb.h"
#include "contracts/gate.h"
#include "contracts/governance.pb.h"
#include "contracts/rules.h"
#include "ledger/core/canonical.h"
#include "ledger/core/hash.h"

namespace qilian::contracts::trading {
namespace {

constexpr std::int64_t kFarAway = 4'102'444'800'000;  // 2100

ledger::PublicKey key_of(const std::string& officer) {
  return *ledger::PublicKey::from(ledger::sha256({"officer ", officer}).view());
}

std::string officer_of(const std::string& signer) {
  return signer.find('-') == std::string::npos ? signer + "-1" : signer;
}

}  // namespace

std::string version(const std::string& udi) { return udi + "@1"; }
std::string digest(std::string_view text) { return "\x01" + ledger::sha256({text}).str(); }
std::string commitment(std::string_view text) { return "\x81" + ledger::sha256({"salt ", text}).str(); }

TradingFloor::TradingFloor() {
  admit("NOT", {"NOTARY"});
  admit("VEN", {"VENUE"});
  admit("MET", {"SOURCE_AGENCY", "HOLDER"});
  admit("TRA", {"SOURCE_AGENCY", "HOLDER"});
  admit("IMPL", {"IMPLEMENTING_AGENCY"});
  admit("OPR", {"OPERATOR", "HOLDER"});
  admit("DLR", {"DEALER", "HOLDER"});
  admit("BUY", {"BUYER"});
  admit("ARB", {"SERVICE_ARBITRATION"});
  admit("AUD", {"SERVICE_AUDIT"});
  admit("CUS", {"SERVICE_CUSTODY"});
  admit("TST", {"ASSESSOR"});
  admit("REG1", {"REGULATOR"});
  admit("REG2", {"REGULATOR"});
  admit("REG3", {"REGULATOR", "PRICING"});
  add_purposes();
  add_asset(kRaw, "MET", pb::Asset::RESOURCE, pb::Asset::PUBLIC, true, false);
  add_asset(kRoads, "TRA", pb::Asset::RESOURCE, pb::Asset::PUBLIC, true, false);
  add_asset(kProduct, "OPR", pb::Asset::PRODUCT, pb::Asset::PUBLIC, false, true);
  add_asset(kFactor, "DLR", pb::Asset::PRODUCT, pb::Asset::ENTERPRISE, false, true);
  add_asset(kModel, "DLR", pb::Asset::MODEL, pb::Asset::ENTERPRISE, false, true);
  add_operation();
}

std::optional<ledger::Bytes> TradingFloor::record(const ledger::Key& key) const {
  const auto at = records_.find(key);
  if (at == records_.end()) return std::nullopt;
  return at->second;
}

void TradingFloor::put(Kind kind, const std::string& id, const google::protobuf::Message& message) {
  records_[{kind, id}] = ledger::encode(message);
}

void TradingFloor::admit(const std::string& name, const std::vector<std::string>& roles,
                         const std::vector<std::string>& controllers) {
  pb::Organisation organisation;
  organisation.set_uscc(name);
  organisation.set_name(name);
  organisation.set_kind(pb::Organisation::ENTERPRISE);
  organisation.set_status(pb::Organisation::ADMITTED);
  organisation.set_admitted_at(1);
  for (const std::string& role : roles) organisation.add_roles()->set_role(role);
  for (const std::string& controller : controllers) {
    organisation.add_controllers(controller);
    auto controlled = get<pb::ControlledOrganisations>(kind::kController, controller);
    controlled.add_organisations(name);
    put(kind::kController, controller, controlled);
  }
  for (int i = 1; i <= 3; ++i) {
    const std::string officer = name + "-" + std::to_string(i);
    organisation.add_officers()->set_officer_id(officer);
    pb::Key key;
    key.set_public_key(key_of(officer).view().data(), ledger::PublicKey::kSize);
    key.set_organisation(name);
    key.set_officer_id(officer);
    key.set_status(pb::Key::ACTIVE);
    put(kind::kKey, key_of(officer).hex(), key);
    // A second key of the same person: "NOT-1" signs with it as "NOT-1b".
    key.set_public_key(key_of(officer + "b").view().data(), ledger::PublicKey::kSize);
    put(kind::kKey, key_of(officer + "b").hex(), key);
  }
  put(kind::kOrganisation, name, organisation);
  pb::Undertaking undertaking;
  undertaking.set_organisation(name);
  undertaking.set_expires(kFarAway);
  put(kind::kUndertaking, name, undertaking);
}

std::string TradingFloor::run(std::string_view name, const google::protobuf::Message& arguments,
                              const std::vector<std::string>& signers) {
  const Call* call = find_contract_call(name);
  REQUIRE(call != nullptr);
  trace_.clear();
  if (const Outcome refused = call->check(arguments)) {
    trace_ = refused->trace;
    return refused->code;
  }
  const Parameters parameters = load_parameters(*this);
  const Calendar calendar;
  const BlockFrame frame{ledger::Height(++height_), TimeMs(time_), 1, nullptr, &parameters, &calendar};
  std::vector<ledger::PublicKey> keys;
  for (const std::string& signer : signers) keys.push_back(key_of(officer_of(signer)));
  const ledger::PublicKey lead = keys.front();
  std::ranges::sort(keys);
  WriteSet writes(*this);
  QuotaBook quota(*this);
  Body body;
  body.call = call;
  body.arguments = &arguments;
  body.signers = keys;
  body.lead = lead;
  body.expires = TimeMs(kFarAway);
  body.id = *ledger::TransactionId::from(ledger::sha256({std::to_string(height_)}).view());
  const Decision decision = run_gate(frame, writes, quota, body);
  trace_ = decision.denial ? decision.denial->trace : decision.trace;
  if (decision.denial) return decision.denial->code;
  for (const ledger::Event& event : writes.events()) {
    if (event.record) {
      records_[event.key] = *event.record;
    } else {
      pb::Reference reference;
      REQUIRE(reference.ParseFromString(event.payload));
      indices_[event.key].push_back(reference.id());
    }
  }
  return "OK";
}

void TradingFloor::must(std::string_view call, const google::protobuf::Message& arguments,
                        const std::vector<std::string>& signers) {
  const std::string code = run(call, arguments, signers);
  INFO(call, ": ", trace_);
  REQUIRE(code == "OK");
}

std::vector<std::string> TradingFloor::index(Kind kind, const std::string& id) const {
  const auto at = indices_.find({kind, id});
  return at == indices_.end() ? std::vector<std::string>{} : at->second;
}

pb::NotaryIssue TradingFloor::admission_of(const std::string& id, const std::string& udi) const {
  const auto asset = get<pb::Asset>(kind::kAsset, udi);
  pb::NotaryIssue issue;
  issue.set_id(id);
  issue.set_type(pb::Attestation::DATA_ADMISSION);
  issue.set_issuer("NOT");
  pb::Subject& subject = *issue.add_subjects();
  subject.set_kind(pb::Subject::ASSET_VERSION);
  subject.set_id(version(udi));
  const auto claim = [&](const std::string& name, const std::string& text) {
    pb::Claim& made = *issue.add_claims();
    made.set_name(name);
    made.set_text(text);
  };
  claim("source_legality", "operation grant");
  claim("items", asset.items(0));
  claim("category", pb::Asset::Category_Name(asset.category()));
  claim("grade", pb::Asset::Grade_Name(asset.grade()));
  claim("precision", "township");
  issue.set_result(pb::Attestation::PASS);
  issue.set_evidence_root(digest("dossier"));
  issue.set_procedure("review of the dossier");
  issue.set_conflict_declaration("none");
  return issue;
}

pb::NotaryIssue TradingFloor::authenticity_of(const std::string& id, const std::string& udi) const {
  pb::NotaryIssue issue = admission_of(id, udi);
  issue.set_type(pb::Attestation::AUTHENTICITY);
  issue.clear_claims();
  pb::Claim& root = *issue.add_claims();
  root.set_name("root");
  root.set_text(ledger::to_hex(digest(udi)));
  pb::Claim& plan = *issue.add_claims();
  plan.set_name("sample_plan");
  plan.set_text("12 of 119 townships");
  return issue;
}

void TradingFloor::attest(const std::string& udi) {
  must("notary.issue", admission_of("DA-" + udi, udi), {"NOT"});
  must("notary.issue", authenticity_of("AU-" + udi, udi), {"NOT"});
}

void TradingFloor::add_asset(const std::string& udi, const std::string& owner, pb::Asset::Kind kind,
                             pb::Asset::Category category, bool raw, bool operate) {
  pb::Asset asset;
  asset.set_udi(udi);
  asset.set_kind(kind);
  asset.set_category(category);
  asset.set_grade(pb::Asset::ORDINARY);
  asset.set_raw(raw);
  asset.set_open_level(pb::Asset::CONDITIONAL);
  asset.set_pi_class(pb::Asset::NONE);
  asset.set_industry("M7410");
  asset.add_items("IDX.TEST");
  asset.set_registrant(owner);
  asset.set_valid_to(kFarAway);
  asset.set_status(pb::Asset::REGISTERED);
  asset.set_head(1);
  asset.set_rights(operate ? 2 : 1);
  put(kind::kAsset, udi, asset);
  pb::Right right;
  right.set_udi(udi);
  right.set_holder(owner);
  right.set_status(pb::Right::ACTIVE);
  right.set_type(pb::Right::HOLD);
  right.set_id(udi + "/1");
  put(kind::kRight, right.id(), right);
  if (operate) {
    right.set_type(pb::Right::OPERATE);
    right.set_id(udi + "/2");
    put(kind::kRight, right.id(), right);
  }
  pb::AssetVersion first;
  first.set_udi(udi);
  first.set_seq(1);
  first.set_content_root(digest(udi));
  first.add_items("IDX.TEST");
  put(kind::kAssetVersion, version(udi), first);
}

void TradingFloor::license(const std::string& id, const std::string& grantor, const std::string& grantee,
                           const std::string& udi, const std::string& purpose, const std::string& trade) {
  pb::Grant grant;
  grant.set_id(id);
  grant.set_type(pb::Grant::LICENSE);
  grant.set_grantor(grantor);
  grant.set_grantee(grantee);
  pb::GrantTarget& target = *grant.add_targets();
  target.set_udi(udi);
  target.set_from_version(1);
  target.set_to_version(1);
  grant.add_rights(pb::Right::PROCESS);
  grant.add_purposes(purpose);
  grant.add_actions(pb::Grant::VIEW);
  grant.set_environment(pb::Grant::OPEN);
  grant.set_from(1);
  grant.set_to(kFarAway);
  grant.set_status(pb::Grant::PENDING);
  grant.set_trade(trade);
  put(kind::kGrant, id, grant);
}

void TradingFloor::add_operation() {
  pb::Grant grant;
  grant.set_id("G1");
  grant.set_type(pb::Grant::PUBLIC_OPERATION);
  grant.set_grantor("IMPL");
  grant.set_grantee("OPR");
  for (const std::string& udi : {kRaw, kRoads}) {
    pb::GrantTarget& target = *grant.add_targets();
    target.set_udi(udi);
    target.set_from_version(1);
  }
  grant.add_rights(pb::Right::PROCESS);
  grant.add_purposes("GOVERNANCE");
  grant.add_purposes("INDUSTRY");
  grant.add_actions(pb::Grant::SELL_PRODUCT);
  grant.set_environment(pb::Grant::IN_DOMAIN);
  grant.set_from(1);
  grant.set_to(kFarAway);
  grant.set_approval(digest("approval"));
  grant.set_status(pb::Grant::ACTIVE);
  grant.add_source_agencies("MET");
  grant.add_source_agencies("TRA");
  put(kind::kGrant, "G1", grant);
  pb::Derivation made;
  made.set_child(version(kProduct));
  for (const std::string& udi : {kRaw, kRoads}) {
    pb::ParentRef& parent = *made.add_parents();
    parent.set_udi(udi);
    parent.set_version(1);
    parent.set_grant("G1");
  }
  made.set_performed_by("OPR");
  put(kind::kDerivation, version(kProduct), made);
}

void TradingFloor::add_purposes() {
  pb::CodeTable table;
  table.set_name("purpose");
  table.set_version(1);
  for (const auto& [code, fee] : {std::pair{"GOVERNANCE", "FREE"}, std::pair{"INDUSTRY", "PRICED"}}) {
    pb::TableCode& entry = *table.add_codes();
    entry.set_code(code);
    pb::CodeAttribute& attribute = *entry.add_attributes();
    attribute.set_name("fee");
    attribute.set_value(fee);
  }
  put(kind::kTable, "purpose", table);
}

}  // namespace qilian::contracts::trading
