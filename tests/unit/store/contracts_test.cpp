// The executor over the real contracts: replay gives the same bytes, the store's certificates verify, the audit agrees.
#include <doctest/doctest.h>
#include <stdlib.h>

#include "contracts/kinds.h"
#include "contracts/membership.pb.h"
#include "contracts/registry.pb.h"
#include "ledger/core/canonical.h"
#include "ledger/core/fact.h"
#include "ledger/core/ledger.pb.h"
#include "node/executor.h"
#include "node/offline/audit.h"
#include "tests/unit/contracts/network.h"

using namespace qilian::ledger;
namespace contracts = qilian::contracts;
namespace network = qilian::contracts::network_test;
using qilian::node::Executor;

namespace {

constexpr std::string_view kUdi = "gsd:91620100DEM000516U:R2026000001J";

contracts::pb::RegistrySubmit submission(std::string_view root) {
  contracts::pb::RegistrySubmit out;
  out.set_udi(std::string(kUdi));
  contracts::pb::AssetDescription& said = *out.mutable_description();
  said.set_title("果园观测");
  said.set_kind(contracts::pb::Asset::RESOURCE);
  said.set_category(contracts::pb::Asset::ENTERPRISE);
  said.set_grade(contracts::pb::Asset::ORDINARY);
  said.set_open_level(contracts::pb::Asset::CLOSED);
  said.set_source_basis(static_cast<contracts::pb::Asset::SourceBasis>(2));
  said.set_source_evidence(network::digest("collected by ourselves"));
  said.set_pi_class(contracts::pb::Asset::NONE);
  out.mutable_content()->set_content_root(network::digest(root));
  out.mutable_content()->add_items("ORCHARD.OBS");
  contracts::pb::RightClaim* hold = out.add_rights();
  hold->set_type(contracts::pb::Right::HOLD);
  hold->set_basis("自产");
  return out;
}

class Ledger {
 public:
  Ledger() {
    std::string pattern = (std::filesystem::temp_directory_path() / "qilian-executor-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    network::Network members;
    members.add_member("DLR", network::kDealer, {"DEALER", "HOLDER"});
    Genesis fields;
    fields.chain = "executor-test";
    fields.time = members.now();
    fields.validators.validators.push_back({std::string(network::kReg1), validator_.public_key()});
    for (const auto& [key, record] : members.state().records) fields.records[key] = record;
    const auto compiled = Genesis::compile(fields);
    if (!compiled) FAIL(compiled.error().message);
    genesis = *compiled;
    open();
  }
  ~Ledger() {
    executor.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void open() {
    executor.reset();
    auto opened = Executor::open(
        {.directory = folder_, .segment_bytes = 1 << 20, .recent_versions = 64, .recent_keys = 10'000, .log = {}},
        genesis);
    if (!opened) FAIL(opened.error().message);
    executor = *std::move(opened);
  }

  std::shared_ptr<const Transaction> sign(std::string_view call, const google::protobuf::Message& arguments,
                                          std::string_view who) {
    const SecretKey key = network::key_of(who);
    const auto body =
        encode_body({.signers = {key.public_key()},
                     .lead = key.public_key(),
                     .expires = TimeMs(network::kStart + 600'000 + 1'000 * static_cast<std::int64_t>(++nonce_)),
                     .nonce = FixedWriter().u64(nonce_).take(),
                     .call = std::string(call),
                     .arguments = encode(arguments)});
    REQUIRE(body);
    return std::make_shared<const Transaction>(
        *Transaction::decode(assemble_envelope(*body, {sign_body(*body, genesis.hash, key)})));
  }

  /// One certified block; the receipts' codes.
  std::vector<std::string> block(std::vector<std::shared_ptr<const Transaction>> transactions) {
    const Height height = executor->height().next();
    const auto done =
        executor->execute({.height = height,
                           .epoch = Epoch(0),
                           .time = TimeMs(network::kStart + 1'000 * static_cast<std::int64_t>(height.value())),
                           .proposer = ReplicaId(0),
                           .transactions = std::move(transactions)});
    if (!done) FAIL(done.error().message);
    const Signature signature =
        validator_.sign(checkpoint_payload(genesis.hash, Epoch(0), done->header.height, done->header_hash));
    REQUIRE(executor->append_certificate({done->header_bytes, Bytes(1, '\1'), {signature}}));
    std::vector<std::string> codes;
    for (const auto& outcome : done->outcomes) {
      pb::Receipt receipt;
      REQUIRE(receipt.ParseFromString(outcome.receipt));
      codes.push_back(receipt.code());
    }
    return codes;
  }

  std::filesystem::path folder_;
  Genesis genesis;
  std::unique_ptr<Executor> executor;

 private:
  SecretKey validator_ = network::key_of("validator");
  std::uint64_t nonce_ = 0;
};

}  // namespace

TEST_CASE("blocks of the real contracts replay to the same bytes, prove their records and pass the audit") {
  Ledger ledger;
  const auto first = ledger.sign("registry.submit", submission("R1"), "DLR");
  const auto codes = ledger.block({first, ledger.sign("registry.submit", submission("R2"), "nobody")});
  REQUIRE(codes.size() == 2);
  CHECK(codes[0] == "OK");
  CHECK(codes[1] == "COM-202");
  ledger.block({});
  contracts::pb::MembershipAddRole role;
  role.set_uscc(std::string(network::kDealer));
  role.set_role("DEALER");
  ledger.block(
      {ledger.sign("membership.add_role", role, "DLR"), ledger.sign("registry.submit", submission("R1"), "DLR")});
  ledger.block({ledger.sign("no.such_call", role, "DLR")});
  const Header last = ledger.executor->header();

  const auto fact =
      ledger.executor->store().state_fact({Claim::kHistory, {contracts::kind::kAsset, std::string(kUdi)}, {}, {}});
  if (!fact) FAIL(fact.error().message);
  const auto verified = verify_fact(*fact, ledger.genesis);
  if (!verified) FAIL(verified.error().message);
  CHECK(std::get<VerifiedState>(verified->fact).count >= 1);
  const auto submitted = verify_fact(*ledger.executor->store().transaction_fact(first->id()), ledger.genesis);
  REQUIRE(submitted);
  CHECK(std::get<VerifiedTransaction>(submitted->fact).code == "OK");

  const auto report = qilian::node::audit(ledger.folder_, ledger.genesis);
  if (!report) FAIL(report.error().message);
  CHECK_FALSE(report->finding);
  CHECK(report->transactions == 5);

  SUBCASE("index kept") {}
  SUBCASE("index rebuilt") {
    ledger.executor.reset();
    std::filesystem::remove_all(ledger.folder_ / "index");
  }
  ledger.open();
  CHECK(ledger.executor->header() == last);
  CHECK(ledger.executor->store().latest()->record({contracts::kind::kAsset, std::string(kUdi)}).has_value());
}
