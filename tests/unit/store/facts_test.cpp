// Certificates that the store builds, judged by the offline verifier.
#include <doctest/doctest.h>

#include "ledger/core/fact.h"
#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::node::Executor;

namespace {

struct Chain {
  explicit Chain(std::size_t validators = 4) : network(validators) {
    auto opened = Executor::open(options_in(folder.path()), network.genesis());
    REQUIRE(opened);
    executor = *std::move(opened);
  }
  const store::Store& store() const { return executor->store(); }
  void block(std::vector<std::shared_ptr<const Transaction>> transactions, bool certified = true) {
    const Height height = executor->height().next();
    const auto done = executor->execute(
        network.batch(height, static_cast<std::int64_t>(height.value()) * 1000, std::move(transactions)));
    REQUIRE(done);
    if (certified) REQUIRE(executor->append_certificate(network.certify(done->header)));
  }
  VerifiedFact verified(const Result<Bytes>& certificate) const {
    if (!certificate) FAIL(certificate.error().message);
    auto out = verify_fact(*certificate, network.genesis());
    if (!out) FAIL(out.error().message);
    return *std::move(out);
  }
  VerifiedState state(Claim claim, const Key& key, std::uint64_t from = 0, std::uint64_t to = 0) const {
    return std::get<VerifiedState>(verified(store().state_fact({claim, key, Height(from), Height(to)})).fact);
  }

  Folder folder;
  Network network;
  std::unique_ptr<Executor> executor;
};

}  // namespace

TEST_CASE("every claim of the certificate format is built and verifies") {
  Chain chain;
  const Key key{kKind, "a"};
  chain.block({chain.network.transaction("put.a", "one")});                                             // 1
  chain.block({chain.network.transaction("put.b", "x")});                                               // 2
  chain.block({chain.network.transaction("put.a", "two"), chain.network.transaction("touch.a", "t")});  // 3
  chain.block({});                                                                                      // 4
  chain.block({chain.network.transaction("put.a", "three")});                                           // 5
  chain.block({});                                                                                      // 6

  const VerifiedState current = chain.state(Claim::kCurrent, key);
  CHECK(current.count == 4);
  CHECK(current.entries.at(0).record == "three");

  CHECK(chain.state(Claim::kAtHeight, key, 1).entries.at(0).record == "one");
  CHECK(chain.state(Claim::kAtHeight, key, 2).entries.at(0).record == "one");
  CHECK(chain.state(Claim::kAtHeight, key, 4).entries.at(0).record == "two");
  CHECK(chain.state(Claim::kAtHeight, key, 6).entries.at(0).record == "three");

  const VerifiedState history = chain.state(Claim::kHistory, key);
  REQUIRE(history.entries.size() == 4);
  CHECK(history.entries[1].record == "two");

  const VerifiedState range = chain.state(Claim::kRange, key, 2, 4);
  REQUIRE(range.entries.size() == 2);
  CHECK(range.record_before == "one");
  CHECK(chain.state(Claim::kRange, key, 4, 4).entries.empty());
  CHECK(chain.state(Claim::kRange, {kIndexKind, "all"}, 1, 6).entries.size() == 5);

  CHECK(chain.state(Claim::kAbsent, {kKind, "zzz"}).claim == Claim::kAbsent);
  CHECK(chain.state(Claim::kAbsentAtHeight, {kKind, "b"}, 1).claim == Claim::kAbsentAtHeight);
  CHECK(chain.state(Claim::kAbsentAtHeight, {kKind, "zzz"}, 1).claim == Claim::kAbsent);
}

TEST_CASE("a question whose answer is no gets an error that says what holds") {
  Chain chain;
  CHECK(chain.store().state_fact({Claim::kCurrent, {kKind, "first"}, {}, {}}).error().code == "store.pending");
  chain.block({});
  chain.block({chain.network.transaction("put.a", "one")});
  CHECK(chain.store().state_fact({Claim::kCurrent, {kKind, "b"}, {}, {}}).error().code == "store.not_found");
  CHECK(chain.store().state_fact({Claim::kAbsent, {kKind, "a"}, {}, {}}).error().code == "fact.untrue");
  CHECK(chain.store().state_fact({Claim::kAtHeight, {kKind, "a"}, Height(1), {}}).error().code == "fact.untrue");
  CHECK(chain.store().state_fact({Claim::kAbsentAtHeight, {kKind, "a"}, Height(2), {}}).error().code == "fact.untrue");
  CHECK(chain.store().state_fact({Claim::kAtHeight, {kKind, "a"}, Height(3), {}}).error().code == "store.pending");
  CHECK(chain.store().state_fact({Claim::kRange, {kKind, "a"}, Height(2), Height(1)}).error().code == "fact.question");
}

TEST_CASE("a transaction is proved under its own block's certificate, else under a later one with its history") {
  Chain chain;
  const auto own = chain.network.transaction("put.a", "one");
  const auto under_later = chain.network.transaction("put.b", "two");
  const auto denied = chain.network.transaction("deny.c", "three");
  chain.block({own});
  chain.block({under_later, denied}, false);
  CHECK(chain.store().transaction_fact(under_later->id()).error().code == "store.pending");
  chain.block({}, false);
  chain.block({});

  const VerifiedFact first = chain.verified(chain.store().transaction_fact(own->id()));
  CHECK(first.certified.height == Height(1));
  const VerifiedFact second = chain.verified(chain.store().transaction_fact(under_later->id()));
  CHECK(second.header.height == Height(2));
  CHECK(second.certified.height == Height(4));
  CHECK(std::get<VerifiedTransaction>(second.fact).transaction.id() == under_later->id());
  CHECK(std::get<VerifiedTransaction>(chain.verified(chain.store().transaction_fact(denied->id())).fact).code ==
        "COM-407");
  CHECK(chain.store().transaction_fact(TransactionId{}).error().code == "store.not_found");
}

TEST_CASE("states are proved as of the last certified block, not the last executed one") {
  Chain chain;
  chain.block({chain.network.transaction("put.a", "certified")});
  chain.block({chain.network.transaction("put.a", "executed")}, false);
  const VerifiedState current = chain.state(Claim::kCurrent, {kKind, "a"});
  CHECK(current.entries.at(0).record == "certified");
  CHECK(current.count == 1);
}

TEST_CASE("certificates are the same after a restart, with the certified block below the last one") {
  Chain chain;
  for (std::uint64_t h = 1; h <= 20; ++h) chain.block({chain.network.transaction("put.a", std::to_string(h))}, h <= 15);
  const auto before = chain.store().state_fact({Claim::kHistory, {kKind, "a"}, {}, {}});
  REQUIRE(before);
  chain.executor.reset();
  SUBCASE("index kept") {}
  SUBCASE("index rebuilt") { std::filesystem::remove_all(chain.folder.path() / "index"); }
  chain.executor = *Executor::open(options_in(chain.folder.path()), chain.network.genesis());
  CHECK(*chain.store().state_fact({Claim::kHistory, {kKind, "a"}, {}, {}}) == *before);
  CHECK(chain.state(Claim::kHistory, {kKind, "a"}).entries.size() == 15);
}
