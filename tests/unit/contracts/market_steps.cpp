// The steps that most suites start from.
#include "tests/unit/contracts/market_world.h"

namespace qilian::contracts::test {

pb::RegistrySubmit MarketWorld::submission(std::string_view owner, char letter, std::uint32_t serial) {
  pb::RegistrySubmit out;
  out.set_udi(udi(owner, letter, serial));
  pb::AssetDescription& said = *out.mutable_description();
  said.set_title("经营数据");
  said.set_kind(letter == 'P' ? pb::Asset::PRODUCT : letter == 'M' ? pb::Asset::MODEL : pb::Asset::RESOURCE);
  said.set_category(pb::Asset::ENTERPRISE);
  said.set_grade(pb::Asset::ORDINARY);
  said.set_open_level(pb::Asset::CONDITIONAL);
  said.set_source_basis(pb::Asset::OWN_PRODUCTION);
  said.set_source_evidence(digest("evidence"));
  said.set_pi_class(pb::Asset::NONE);
  said.set_industry("M7410");
  out.mutable_content()->set_content_root(digest("content of " + out.udi()));
  out.mutable_content()->add_items("MET.OBS.DAILY");
  pb::RightClaim* hold = out.add_rights();
  hold->set_type(pb::Right::HOLD);
  hold->set_basis("自产");
  return out;
}

pb::RegistrySubmit MarketWorld::public_resource(std::string_view owner, std::uint32_t serial) {
  pb::RegistrySubmit out = submission(owner, 'R', serial);
  pb::AssetDescription& said = *out.mutable_description();
  said.set_category(pb::Asset::PUBLIC);
  said.set_raw(true);
  said.set_source_basis(pb::Asset::STATUTORY_DUTY);
  said.set_catalogue_ref("CAT-" + std::string(owner));
  return out;
}

MarketWorld::Reply MarketWorld::catalogue(std::string_view owner) {
  pb::RegistryAddCatalogueEntry entry;
  entry.set_id("CAT-" + std::string(owner));
  entry.set_title("目录");
  entry.add_items("MET.OBS.DAILY");
  entry.set_share_type("CONDITIONAL");
  return call("registry.add_catalogue_entry", entry, {std::string(owner)});
}

MarketWorld::Reply MarketWorld::finish(std::string_view id) {
  pb::RegistryAccept accept;
  accept.set_udi(std::string(id));
  if (Reply reply = call("registry.accept", accept, {"REGR"}); reply.code != "OK") return reply;
  pb::RegistryReview review;
  review.set_udi(std::string(id));
  review.set_pass(true);
  if (Reply reply = call("registry.review", review, {"REGR-2"}); reply.code != "OK") return reply;
  advance_days(20);
  pb::RegistryAssignCode assign;
  assign.set_udi(std::string(id));
  return call("registry.assign_code", assign, {"REGR-3"});
}

MarketWorld::Reply MarketWorld::enter(const pb::RegistrySubmit& submission, std::string_view owner) {
  if (Reply reply = call("registry.submit", submission, {std::string(owner)}); reply.code != "OK") return reply;
  return finish(submission.udi());
}

void MarketWorld::public_data() {
  for (const char* owner : {"MET", "TRA"}) {
    catalogue(owner);
    enter(public_resource(owner, 1), owner);
  }
}

void MarketWorld::environment() {
  pb::SupervisionCertify certify;
  certify.set_id("CERT-TST");
  certify.set_kind(pb::Certificate::QUALIFICATION);
  certify.set_holder(uscc("TST"));
  certify.set_standard("环境评估");
  certify.set_document(digest("certificate"));
  call("supervision.certify", certify, {"REG1"});
  pb::SupervisionAssess assess;
  assess.set_id("ASM-ENV-1");
  assess.set_type(pb::Assessment::ENVIRONMENT);
  assess.set_subject("ENV-1");
  assess.set_organisation(uscc("IMPL"));
  assess.set_method(pb::Assessment::THIRD_PARTY);
  assess.set_result(pb::Assessment::PASS);
  assess.set_report(digest("report"));
  assess.set_qualification("CERT-TST");
  call("supervision.assess", assess, {"TST"});
  pb::ComputeRegisterEnvironment environment;
  environment.set_id("ENV-1");
  environment.set_kind(pb::Environment::DOMAIN);
  environment.set_site("庆阳");
  environment.set_assessment("ASM-ENV-1");
  call("compute.register_environment", environment, {"IMPL"});
  pb::ComputeCheckAlgorithm algorithm;
  algorithm.set_algorithm(digest("model 1"));
  algorithm.set_pass(true);
  algorithm.set_report(digest("algorithm report"));
  call("compute.check_algorithm", algorithm, {"TST"});
}

pb::AuthorizationGrant MarketWorld::operation_grant(std::string_view id) const {
  pb::AuthorizationGrant grant;
  grant.set_id(std::string(id));
  grant.set_type(pb::Grant::PUBLIC_OPERATION);
  grant.set_grantor(uscc("IMPL"));
  grant.set_grantee(uscc("OPR"));
  for (const std::string& target : {r1, r2}) {
    pb::GrantTarget* added = grant.add_targets();
    added->set_udi(target);
    added->set_from_version(1);
  }
  grant.add_rights(pb::Right::PROCESS);
  grant.add_purposes("GOVERNANCE");
  grant.add_purposes("INDUSTRY");
  grant.add_actions(pb::Grant::COMPUTE);
  grant.add_actions(pb::Grant::SELL_PRODUCT);
  grant.set_environment(pb::Grant::IN_DOMAIN);
  grant.set_to(in_days(3 * 365));
  grant.set_approval(digest("approval"));
  return grant;
}

pb::AuthorizationGrant MarketWorld::licence(std::string_view id, std::string_view grantor, std::string_view grantee,
                                            std::string_view target, std::int64_t to) {
  pb::AuthorizationGrant grant;
  grant.set_id(std::string(id));
  grant.set_type(pb::Grant::LICENSE);
  grant.set_grantor(uscc(grantor));
  grant.set_grantee(uscc(grantee));
  pb::GrantTarget* added = grant.add_targets();
  added->set_udi(std::string(target));
  added->set_from_version(1);
  grant.add_rights(pb::Right::PROCESS);
  grant.add_purposes("INDUSTRY");
  grant.add_actions(pb::Grant::VIEW);
  grant.add_actions(pb::Grant::COMPUTE);
  grant.add_actions(pb::Grant::SELL_PRODUCT);
  grant.set_environment(pb::Grant::OPEN);
  grant.set_to(to);
  return grant;
}

pb::ComputePlan MarketWorld::plan(std::string_view id) const {
  pb::ComputePlan plan;
  plan.set_id(std::string(id));
  plan.set_type(pb::Job::PROCESS);
  plan.add_participants(uscc("OPR"));
  for (const std::string& input : {r1, r2}) {
    pb::JobInput* added = plan.add_inputs();
    added->set_udi(input);
    added->set_version(1);
    added->set_grant("G1");
  }
  plan.set_algorithm(digest("model 1"));
  plan.set_purpose("INDUSTRY");
  plan.set_environment("ENV-1");
  return plan;
}

void MarketWorld::finished_job() {
  call("authorization.grant", operation_grant("G1"), {"IMPL", "OPR", "MET", "TRA"});
  const pb::ComputePlan planned = plan("J1");
  call("compute.plan", planned, {"OPR"});
  pb::ComputeRun run;
  run.set_job("J1");
  call("compute.run", run, {"IMPL"});
  pb::ComputeAttestOutput attest;
  attest.set_job("J1");
  attest.set_output(digest("content of P1"));
  *attest.mutable_read() = planned.inputs();
  call("compute.attest_output", attest, {"IMPL"});
}

pb::RegistryDerive MarketWorld::derivation() const {
  const pb::RegistrySubmit like = submission("OPR", 'P', 1);
  pb::RegistryDerive out;
  out.set_udi(p1);
  *out.mutable_description() = like.description();
  out.mutable_description()->set_category(pb::Asset::PUBLIC);
  out.mutable_description()->set_source_basis(pb::Asset::AUTHORIZED);
  out.mutable_content()->set_content_root(digest("content of P1"));
  out.mutable_content()->add_items("IDX.RISK.TOWNSHIP");
  for (const pb::Right::Type type : {pb::Right::HOLD, pb::Right::OPERATE}) {
    pb::RightClaim* claim = out.add_rights();
    claim->set_type(type);
    claim->set_basis("授权运营");
  }
  for (const std::string& parent : {r1, r2}) {
    pb::ParentRef* added = out.add_parents();
    added->set_udi(parent);
    added->set_version(1);
    added->set_grant("G1");
  }
  out.set_activity(pb::Derivation::MODEL);
  out.set_job("J1");
  return out;
}

}  // namespace qilian::contracts::test
