// States against calls, and calls against roles, for membership, registry and compute: what a state lets through, what
// it refuses, and who has no say whatever the state. The other contracts' suites do the same for theirs.
#include <doctest/doctest.h>

#include <set>

#include "contracts/membership.pb.h"
#include "contracts/registry.pb.h"
#include "tests/unit/contracts/market_world.h"
#include "tests/unit/contracts/network.h"

using namespace qilian;
using namespace qilian::contracts;
using contracts::test::digest;
using contracts::test::MarketWorld;
using network_test::kDealer;
using network_test::Network;

namespace {

// ---- organisations ------------------------------------------------------------------------------------------------

using OrganisationStates = std::set<pb::Organisation::Status>;

template <class Args>
Args about_dealer() {
  Args args;
  args.set_uscc(std::string(kDealer));
  if constexpr (requires { args.set_reason("because"); }) args.set_reason("because");
  return args;
}

/// A network whose dealer is in that state.
void put_dealer(Network& network, pb::Organisation::Status state) {
  network.add_member("DLR", kDealer, {"DEALER"});
  auto dealer = network.get<pb::Organisation>(kind::kOrganisation, kDealer);
  dealer.set_status(state);
  if (state == pb::Organisation::SUSPENDED) dealer.set_status_before_suspension(pb::Organisation::ADMITTED);
  network.put(kind::kOrganisation, kDealer, dealer);
}

template <class Args>
void check_organisation_call(std::string_view call, const Args& args, const network_test::Signers& signers,
                             const OrganisationStates& allowed, pb::Organisation::Status becomes) {
  for (int number = pb::Organisation::Status_MIN + 1; number <= pb::Organisation::Status_MAX; ++number) {
    const auto state = static_cast<pb::Organisation::Status>(number);
    const std::string name = pb::Organisation::Status_Name(state);
    CAPTURE(call);
    CAPTURE(name);
    Network network;
    put_dealer(network, state);
    CHECK(network.code(call, args, signers) == (allowed.contains(state) ? "OK" : "COM-303"));
    const auto after = network.get<pb::Organisation>(kind::kOrganisation, kDealer).status();
    CHECK(after == (allowed.contains(state) ? becomes : state));
  }
}

// ---- assets -------------------------------------------------------------------------------------------------------

using AssetStates = std::set<pb::Asset::Status>;

/// DLR's registration, put into a state that it could have come to.
struct AssetScene : MarketWorld {
  explicit AssetScene(pb::Asset::Status state) {
    const pb::RegistrySubmit submit = submission("DLR", 'P', 1);
    udi = submit.udi();
    REQUIRE(enter(submit, "DLR").code == "OK");
    auto asset = get<pb::Asset>(kind::kAsset, udi);
    asset.set_status(state);
    const bool before_registration = state < pb::Asset::REGISTERED || state == pb::Asset::OBJECTED;
    if (before_registration) asset.set_head(0);
    if (state == pb::Asset::OBJECTED) {
      asset.set_open_objections(1);
      asset.set_publicity_to(in_days(5));
    }
    if (state == pb::Asset::AMENDING) {
      pb::AssetVersion second = get<pb::AssetVersion>(kind::kAssetVersion, udi + "@1");
      second.set_seq(2);
      put(kind::kAssetVersion, udi + "@2", second);
      asset.set_pending_version(2);
      asset.set_amendment_to(in_days(10));
    }
    put(kind::kAsset, udi, asset);
    pb::AssetObjection objection;
    objection.set_id("OB");
    objection.set_udi(udi);
    objection.set_by(uscc("BUY"));
    objection.set_status(pb::AssetObjection::OPEN);
    put(kind::kAssetObjection, "OB", objection);
  }
  template <class Args>
  Args about() const {
    Args args;
    args.set_udi(udi);
    if constexpr (requires { args.set_reason("because"); }) args.set_reason("because");
    if constexpr (requires { args.set_pass(true); }) args.set_pass(true);
    return args;
  }
  std::string udi;
};

template <class Args>
void check_asset_call(std::string_view call, const std::vector<std::string>& signers, const AssetStates& allowed,
                      void (*complete)(Args&) = nullptr) {
  for (int number = pb::Asset::SUBMITTED; number <= pb::Asset::REVOKED; ++number) {
    const auto state = static_cast<pb::Asset::Status>(number);
    if (state == pb::Asset::REVIEWED) continue;  // passed through inside one call
    const std::string name = pb::Asset::Status_Name(state);
    CAPTURE(call);
    CAPTURE(name);
    AssetScene scene(state);
    Args args = scene.about<Args>();
    if (complete != nullptr) complete(args);
    const auto reply = scene.call(call, args, signers);
    CHECK_MESSAGE(reply.code == (allowed.contains(state) ? "OK" : "COM-303"), reply.trace);
  }
}

const std::vector<std::string> kEverybody{"REG1", "NOT", "VEN",  "MET", "TRA", "IMPL", "REGR",
                                          "OPR",  "DLR", "DLR2", "BUY", "AUD", "TST"};

/// Everybody but those who may is refused at the stage of roles and signatures, with one of `codes`.
template <class Args>
void check_roles(std::string_view call, const Args& args, const std::set<std::string>& may,
                 const std::set<std::string>& codes = {"COM-204"}) {
  AssetScene scene(pb::Asset::REGISTERED);
  for (const std::string& who : kEverybody) {
    if (may.contains(who)) continue;
    CAPTURE(call);
    CAPTURE(who);
    const auto reply = scene.call(call, args, {who});
    CHECK_MESSAGE(codes.contains(reply.code), reply.code);
  }
}

}  // namespace

TEST_CASE("each call about an organisation's standing passes from its states and from no other") {
  using S = pb::Organisation;
  const network_test::Signers two{"REG1", "REG2"};
  check_organisation_call("membership.restrict", about_dealer<pb::MembershipRestrict>(), {"REG1"}, {S::ADMITTED},
                          S::RESTRICTED);
  check_organisation_call("membership.reinstate", about_dealer<pb::MembershipReinstate>(), {"REG1"},
                          {S::RESTRICTED, S::SUSPENDED}, S::ADMITTED);
  check_organisation_call("membership.suspend", about_dealer<pb::MembershipSuspend>(), two,
                          {S::ADMITTED, S::RESTRICTED, S::SUSPENDED, S::EXITING}, S::SUSPENDED);
  check_organisation_call("membership.expel", about_dealer<pb::MembershipExpel>(), two,
                          {S::APPLIED, S::ADMITTED, S::RESTRICTED, S::SUSPENDED, S::EXITING}, S::EXPELLED);
  check_organisation_call("membership.exit", about_dealer<pb::MembershipExit>(), {"DLR"},
                          {S::ADMITTED, S::RESTRICTED, S::SUSPENDED, S::EXITING}, S::EXITED);
}

TEST_CASE("COM-204: standing, admission and roles are regulators' business, and nobody else's") {
  Network network;
  put_dealer(network, pb::Organisation::ADMITTED);
  network.add_member("BUY", network_test::kBuyer, {"BUYER"});
  for (const char* who : {"NOT", "VEN", "DLR", "BUY"}) {
    CAPTURE(who);
    CHECK(network.code("membership.restrict", about_dealer<pb::MembershipRestrict>(), {who}) == "COM-204");
    CHECK(network.code("membership.reinstate", about_dealer<pb::MembershipReinstate>(), {who}) == "COM-204");
    CHECK(network.code("membership.suspend", about_dealer<pb::MembershipSuspend>(), {who}) == "COM-204");
    CHECK(network.code("membership.expel", about_dealer<pb::MembershipExpel>(), {who}) == "COM-204");
    pb::MembershipAdmit admit;
    admit.set_uscc(std::string(kDealer));
    admit.set_attestation("LPA");
    CHECK(network.code("membership.admit", admit, {who}) == "COM-204");
    pb::MembershipAddRole add;
    add.set_uscc(std::string(kDealer));
    add.set_role("HOLDER");
    CHECK(network.code("membership.add_role", add, {who}) == "COM-204");
    pb::MembershipRemoveRole remove;
    remove.set_uscc(std::string(kDealer));
    remove.set_role("DEALER");
    CHECK(network.code("membership.remove_role", remove, {who}) == "COM-204");
  }
}

TEST_CASE("each call about a registration passes from its states and from no other") {
  using S = pb::Asset;
  check_asset_call<pb::RegistryAccept>("registry.accept", {"REGR"}, {S::SUBMITTED});
  check_asset_call<pb::RegistryReview>("registry.review", {"REGR-2"}, {S::ACCEPTED});
  check_asset_call<pb::RegistryAssignCode>("registry.assign_code", {"REGR-4"}, {S::PUBLICITY, S::AMENDING});
  check_asset_call<pb::RegistryAmend>("registry.amend", {"DLR", "REGR"}, {S::REGISTERED}, [](pb::RegistryAmend& args) {
    args.mutable_content()->set_content_root(digest("second version"));
    args.mutable_content()->add_items("MET.OBS.DAILY");
  });
  check_asset_call<pb::RegistryCorrect>("registry.correct", {"DLR", "REGR"}, {S::REGISTERED, S::AMENDING},
                                        [](pb::RegistryCorrect& args) { args.set_title("更正"); });
  check_asset_call<pb::RegistryRenew>("registry.renew", {"DLR", "REGR"}, {S::REGISTERED, S::AMENDING});
  check_asset_call<pb::RegistryCancel>("registry.cancel", {"DLR", "REGR"}, {S::REGISTERED, S::AMENDING});
  const AssetStates alive{S::SUBMITTED, S::ACCEPTED, S::PUBLICITY, S::REGISTERED, S::AMENDING, S::OBJECTED};
  check_asset_call<pb::RegistryRevoke>("registry.revoke", {"REG1", "REG2"}, alive,
                                       [](pb::RegistryRevoke& args) { args.set_decision(digest("decision")); });
  check_asset_call<pb::RegistryRegrade>("registry.regrade", {"REG1"}, alive, [](pb::RegistryRegrade& args) {
    args.set_grade(pb::Asset::IMPORTANT);
    args.set_decision("DEC-1");
  });
}

TEST_CASE("an objection comes while publicity lasts and is decided while it stands") {
  using S = pb::Asset;
  for (int number = S::SUBMITTED; number <= S::REVOKED; ++number) {
    const auto state = static_cast<S::Status>(number);
    if (state == S::REVIEWED) continue;
    const std::string name = S::Status_Name(state);
    CAPTURE(name);
    AssetScene scene(state);
    auto asset = scene.get<pb::Asset>(kind::kAsset, scene.udi);
    asset.set_publicity_to(scene.in_days(5));
    scene.put(kind::kAsset, scene.udi, asset);
    pb::RegistryDecideObjection decide;
    decide.set_id("OB");
    decide.set_reason("looked at");
    CHECK(scene.call("registry.decide_objection", decide, {"REGR-4"}).code ==
          (state == S::OBJECTED ? "OK" : "COM-303"));
    pb::RegistryObject object;
    object.set_id("OB-2");
    object.set_udi(scene.udi);
    object.set_ground("mine");
    object.set_evidence(digest("evidence"));
    const bool shown = state == S::PUBLICITY || state == S::OBJECTED;
    const bool before = state == S::SUBMITTED || state == S::ACCEPTED;
    CHECK(scene.call("registry.object", object, {"BUY"}).code == (shown ? "OK" : before ? "COM-308" : "COM-307"));
  }
}

TEST_CASE("COM-204 and COM-205: who has no say over a registration, whatever his role") {
  const AssetScene scene(pb::Asset::REGISTERED);
  const std::set<std::string> registrar{"REGR"};
  check_roles("registry.accept", scene.about<pb::RegistryAccept>(), registrar);
  check_roles("registry.review", scene.about<pb::RegistryReview>(), registrar);
  check_roles("registry.assign_code", scene.about<pb::RegistryAssignCode>(), registrar);
  pb::RegistryRevoke revoke = scene.about<pb::RegistryRevoke>();
  revoke.set_decision(digest("decision"));
  check_roles("registry.revoke", revoke, {"REG1"});
  pb::RegistryRegrade regrade = scene.about<pb::RegistryRegrade>();
  regrade.set_grade(pb::Asset::IMPORTANT);
  regrade.set_decision("DEC-1");
  check_roles("registry.regrade", regrade, {"REG1"});
  check_roles("registry.cancel", scene.about<pb::RegistryCancel>(), {}, {"COM-205"});
  check_roles("registry.renew", scene.about<pb::RegistryRenew>(), {}, {"COM-205"});
  check_roles("registry.correct", scene.about<pb::RegistryCorrect>(), {}, {"COM-205"});
  check_roles("registry.submit", MarketWorld::submission("DLR", 'P', 2), {"MET", "TRA", "DLR", "DLR2", "OPR"});
}

TEST_CASE("each call about a job passes from its states and from no other, by the environment's provider alone") {
  for (int number = pb::Job::PLANNED; number <= pb::Job::FAILED; ++number) {
    const auto state = static_cast<pb::Job::Status>(number);
    const std::string name = pb::Job::Status_Name(state);
    CAPTURE(name);
    for (const std::string call : {"compute.run", "compute.attest_output", "compute.fail"}) {
      CAPTURE(call);
      MarketWorld world;
      world.public_data();
      world.environment();
      REQUIRE(world.call("authorization.grant", world.operation_grant("G1"), {"IMPL", "OPR", "MET", "TRA"}).code ==
              "OK");
      const pb::ComputePlan plan = world.plan("J1");
      REQUIRE(world.call("compute.plan", plan, {"OPR"}).code == "OK");
      auto job = world.get<pb::Job>(kind::kJob, "J1");
      job.set_status(state);
      world.put(kind::kJob, "J1", job);
      const auto code = [&](const char* who) {
        pb::ComputeRun run;
        run.set_job("J1");
        pb::ComputeAttestOutput attest;
        attest.set_job("J1");
        attest.set_output(digest("output"));
        *attest.mutable_read() = plan.inputs();
        pb::ComputeFail fail;
        fail.set_job("J1");
        fail.set_reason("because");
        if (call == "compute.run") return world.call(call, run, {who}).code;
        return call == "compute.fail" ? world.call(call, fail, {who}).code : world.call(call, attest, {who}).code;
      };
      for (const std::string& who : kEverybody) {
        if (who != "IMPL") CHECK(code(who.c_str()) == "COM-204");
      }
      const bool allowed = call == "compute.run"             ? state == pb::Job::PLANNED
                           : call == "compute.attest_output" ? state == pb::Job::RUNNING
                                                             : state == pb::Job::PLANNED || state == pb::Job::RUNNING;
      CHECK(code("IMPL") == (allowed ? "OK" : "COM-303"));
    }
  }
}

TEST_CASE("COM-204: assessments, valuations and certificates come from those who are licensed for them") {
  const AssetScene scene(pb::Asset::REGISTERED);
  pb::SupervisionAssess assess;
  assess.set_id("A1");
  assess.set_type(pb::Assessment::DATA);
  assess.set_subject(scene.udi);
  assess.set_organisation(MarketWorld::uscc("DLR"));
  assess.set_method(pb::Assessment::FIELD_STUDY);
  assess.set_result(pb::Assessment::PASS);
  assess.set_report(digest("report"));
  check_roles("supervision.assess", assess, {"TST"});
  pb::SupervisionValue value;
  value.set_id("V1");
  value.set_subject(scene.udi + "@1");
  value.set_model(digest("model"));
  value.set_range(contracts::test::commitment("range"));
  check_roles("supervision.value", value, {"TST", "AUD"});
  pb::SupervisionCertify certify;
  certify.set_id("C1");
  certify.set_kind(pb::Certificate::STANDARD_CONFORMANCE);
  certify.set_holder(MarketWorld::uscc("SHELL"));
  certify.set_standard("贯标");
  certify.set_document(digest("document"));
  check_roles("supervision.certify", certify, {"REG1"});
}

TEST_CASE(
    "what unwinds, what gives due process, and what regulators do is open to everybody's standing and held by nobody") {
  for (const std::string_view name :
       {"authorization.withdraw_consent", "credit.apply_repair", "credit.object", "evidence.cancel",
        "evidence.open_dispute", "evidence.refund", "evidence.rule", "incident.contain", "incident.report",
        "membership.exit", "membership.mark_compromised", "membership.rotate_key", "notary.request_review",
        "registry.cancel", "registry.correct", "registry.object", "revenue.dispute"}) {
    const CallSpec* spec = find_call(name);
    CAPTURE(name);
    REQUIRE(spec != nullptr);
    CHECK(spec->credit == CreditClass::kOpen);
    CHECK_FALSE(spec->stopped_by_hold);
  }
  std::size_t regulators = 0;
  for (const CallSpec& spec : calls()) {
    if (spec.policy != SignaturePolicy::kRegulators && spec.policy != SignaturePolicy::kTwoRegulators) continue;
    CAPTURE(spec.name);
    CHECK(spec.credit == CreditClass::kOpen);
    CHECK_FALSE(spec.stopped_by_hold);
    ++regulators;
  }
  CHECK(regulators >= 30);
}
