// The store as the questions read it: every height as it was, after later blocks have been written over it.
#include "node/api/questions.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include "contracts/kinds.h"
#include "contracts/registry.pb.h"
#include "ledger/core/canonical.h"
#include "node/api/history.h"
#include "node/api/impact.h"
#include "node/executor.h"
#include "tests/unit/contracts/network.h"

using namespace qilian::ledger;
namespace contracts = qilian::contracts;
namespace network = qilian::contracts::network_test;
using contracts::questions::Tier;
using qilian::node::Executor;
using qilian::node::height_at;
using qilian::node::ImpactReader;
using qilian::node::render_question;
using qilian::node::StoreHistory;

namespace {

const Key kOne{contracts::kind::kCatalogueEntry, "CAT-1"};
const Key kTwo{contracts::kind::kCatalogueEntry, "CAT-2"};

/// A ledger of four blocks: an entry in the first, another in the third.
class Ledger {
 public:
  Ledger() {
    std::string pattern = (std::filesystem::temp_directory_path() / "qilian-questions-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    network::Network members;
    members.add_member("MET", network::kDealer, {"SOURCE_AGENCY"});
    Genesis fields;
    fields.chain = "questions-test";
    fields.time = members.now();
    fields.validators.validators.push_back({std::string(network::kReg1), network::key_of("validator").public_key()});
    for (const auto& [key, record] : members.state().records) fields.records[key] = record;
    const auto compiled = Genesis::compile(fields);
    if (!compiled) FAIL(compiled.error().message);
    genesis_ = *compiled;
    auto opened = Executor::open({.directory = folder_, .log = {}}, genesis_);
    if (!opened) FAIL(opened.error().message);
    executor_ = *std::move(opened);
    first_ = catalogue("CAT-1");
    block({first_});
    block({});
    block({catalogue("CAT-2")});
    block({});
  }
  ~Ledger() {
    executor_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  const store::Store& store() const { return executor_->store(); }
  const TransactionId& first() const { return first_->id(); }
  static TimeMs time_of(std::uint64_t height) {
    return TimeMs(network::kStart + 1'000 * static_cast<std::int64_t>(height));
  }
  std::unique_ptr<StoreHistory> at(std::uint64_t height) const {
    auto opened = StoreHistory::open(store(), Height(height));
    REQUIRE(opened.has_value());
    return *std::move(opened);
  }

 private:
  std::shared_ptr<const Transaction> catalogue(const std::string& id) {
    contracts::pb::RegistryAddCatalogueEntry entry;
    entry.set_id(id);
    entry.set_title("an entry");
    entry.add_items("MET.OBS");
    entry.set_share_type("CONDITIONAL");
    entry.set_usage_rule("rule");
    entry.set_update_frequency("DAILY");
    const SecretKey key = network::key_of("MET");
    const auto body = encode_body({.signers = {key.public_key()},
                                   .lead = key.public_key(),
                                   .expires = TimeMs(network::kStart + 600'000),
                                   .nonce = FixedWriter().u64(++nonce_).take(),
                                   .call = "registry.add_catalogue_entry",
                                   .arguments = encode(entry)});
    REQUIRE(body);
    return std::make_shared<const Transaction>(
        *Transaction::decode(assemble_envelope(*body, {sign_body(*body, genesis_.hash, key)})));
  }
  void block(std::vector<std::shared_ptr<const Transaction>> transactions) {
    const Height height = executor_->height().next();
    const auto done = executor_->execute({.height = height,
                                          .epoch = Epoch(0),
                                          .time = time_of(height.value()),
                                          .proposer = ReplicaId(0),
                                          .transactions = std::move(transactions)});
    if (!done) FAIL(done.error().message);
  }

  std::filesystem::path folder_;
  Genesis genesis_;
  std::unique_ptr<Executor> executor_;
  std::shared_ptr<const Transaction> first_;
  std::uint64_t nonce_ = 0;
};

std::string code_of(const Result<std::string>& answer) { return answer ? "OK" : answer.error().code; }

}  // namespace

TEST_CASE("the store shows every height as it was") {
  const Ledger ledger;
  for (std::uint64_t height = 0; height <= 4; ++height) {
    INFO("height " << height);
    const auto history = ledger.at(height);
    CHECK(history->height() == Height(height));
    CHECK(history->record(kOne).has_value() == (height >= 1));
    CHECK(history->record(kTwo).has_value() == (height >= 3));
    CHECK(history->journal(kOne).size() == (height >= 1 ? 1 : 0));
    CHECK(history->receipt(ledger.first().view()).has_value() == (height >= 1));
    std::vector<std::string> seen;
    history->each(contracts::kind::kCatalogueEntry, [&](std::string_view id, const std::optional<Bytes>& record) {
      CHECK(record.has_value());
      seen.emplace_back(id);
    });
    CHECK(seen.size() == (height >= 3 ? 2 : height >= 1 ? 1 : 0));
    CHECK(history->record({contracts::kind::kOrganisation, std::string(network::kDealer)}).has_value());
    CHECK(history->health().has_value());
  }
  const auto beyond = StoreHistory::open(ledger.store(), Height(5));
  REQUIRE_FALSE(beyond.has_value());
  CHECK(beyond.error().code == "store.pending");
}

TEST_CASE("a time names the last block at or before it") {
  const Ledger ledger;
  CHECK(*height_at(ledger.store(), TimeMs(0)) == Height(0));
  CHECK(*height_at(ledger.store(), Ledger::time_of(2)) == Height(2));
  CHECK(*height_at(ledger.store(), TimeMs(Ledger::time_of(3).value() - 1)) == Height(2));
  CHECK(*height_at(ledger.store(), TimeMs(INT64_MAX)) == Height(4));
}

TEST_CASE("a question names its height and time, and the tier that the node allows") {
  const Ledger ledger;
  const std::string uscc(network::kDealer);
  const auto ask = [&](std::map<std::string, std::string> query, Tier most = Tier::kRegulator) {
    query["organisation"] = uscc;
    return render_question(ledger.store(), "credit", std::move(query), most);
  };
  CHECK(ask({})->find("\"height\":4") != std::string::npos);
  CHECK(ask({{"height", "2"}})->find("\"height\":2") != std::string::npos);
  const std::string at = std::to_string(Ledger::time_of(3).value());
  CHECK(ask({{"at", at}})->find("\"height\":3") != std::string::npos);
  CHECK(ask({{"at", at}, {"height", "latest"}})->find("\"height\":4") != std::string::npos);
  CHECK(ask({{"at", at}, {"height", "latest"}})->find("\"time_ms\":" + at) != std::string::npos);
  CHECK(ask({})->find("score") != std::string::npos);
  CHECK(ask({{"tier", "public"}})->find("score") == std::string::npos);
  CHECK(code_of(ask({{"tier", "member"}}, Tier::kPublic)) == "api.tier");
  CHECK(code_of(ask({{"tier", "everybody"}})) == "api.tier");
  CHECK(code_of(ask({{"height", "-1"}})) == "api.height");
  CHECK(code_of(ask({{"height", "9"}})) == "store.pending");
  CHECK(code_of(ask({{"at", "yesterday"}})) == "api.at");
  CHECK(code_of(ask({{"nonsense", "1"}})) == "question.argument");
}

TEST_CASE("the public is told an organisation's present credit, and no earlier block's") {
  const Ledger ledger;
  const auto code = [&](std::map<std::string, std::string> query) {
    query["organisation"] = std::string(network::kDealer);
    return code_of(render_question(ledger.store(), "credit", std::move(query), Tier::kPublic));
  };
  const std::string past = std::to_string(Ledger::time_of(2).value());
  CHECK(code({}) == "OK");
  CHECK(code({{"height", "4"}}) == "OK");
  CHECK(code({{"height", "3"}}) == "api.tier");
  CHECK(code({{"at", past}}) == "api.tier");
  CHECK(code({{"at", past}, {"height", "latest"}}) == "question.tier");
}

TEST_CASE("a draft that could not be announced has no impact") {
  const Ledger ledger;
  ImpactReader reader;
  CHECK(code_of(reader.answer(ledger.store(), "no JSON")).starts_with("json."));
  CHECK(code_of(reader.answer(ledger.store(), "{}")) == "NEG-402");
  CHECK(code_of(reader.answer(ledger.store(), R"({"entries":[{"code":"NL-1"}]})")) == "COM-107");
  const std::string draft =
      R"({"entries":[{"code":"NL-1","domain":"PRIVACY","mode":"PROHIBIT","matcher":{"op":"ONE_OF","attribute":")";
  const std::string rest =
      R"(","texts":["x"]},"operations":["TRADE"],"reach":"SELF","transition":"STOP","legal_basis":"law"}]})";
  CHECK(code_of(reader.answer(ledger.store(), draft + "weather" + rest)) == "NEG-405");
  const auto answer = reader.answer(ledger.store(), draft + "items" + rest);
  REQUIRE(answer.has_value());
  CHECK(answer->find("\"matched\":0") != std::string::npos);
}
