// Journals that are long or heavy: a proof reads what it needs, an answer has a bound.
#include <doctest/doctest.h>
#include <leveldb/db.h>

#include "ledger/core/canonical.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/fact.h"
#include "ledger/store/rows.h"
#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::node::Executor;

namespace {

const Key kAll{kIndexKind, "all"};
const Key kAsset{kKind, "a"};

struct LongChain {
  LongChain() { reopen(); }
  void reopen() {
    executor.reset();
    auto opened = Executor::open(options_in(folder.path()), network.genesis());
    REQUIRE(opened);
    executor = *std::move(opened);
  }
  const store::Store& store() const { return executor->store(); }
  /// A block of these calls, certified.
  void block(const std::vector<std::string>& calls, const std::string& arguments = "x") {
    const Height height = executor->height().next();
    std::vector<std::shared_ptr<const Transaction>> transactions;
    for (std::size_t i = 0; i < calls.size(); ++i)
      transactions.push_back(
          network.transaction(calls[i], arguments + std::to_string(height.value()) + "." + std::to_string(i), 60'000));
    const auto done = executor->execute(network.batch(height, static_cast<std::int64_t>(height.value()), transactions));
    REQUIRE(done);
    REQUIRE(executor->append_certificate(network.certify(done->header)));
  }

  Folder folder{Folder::kInMemory};
  Network network;
  std::unique_ptr<Executor> executor;
};

/// What the builder makes of the whole journal, read in one piece.
Bytes from_whole_journal(const LongChain& chain, const StateQuestion& question) {
  const auto entries = *chain.store().latest()->journal(question.key, 0, store::Snapshot::kAnySize);
  const std::vector<JournalRecord> journal(entries.begin(), entries.end());
  pb::StateFact fact;
  const MapProof proof = chain.store().map(chain.store().certified())->prove(map_key(question.key));
  if (!build_state_fact(question, journal, proof, fact)) return "";
  return encode(fact);
}

Bytes from_rows(const LongChain& chain, const StateQuestion& question) {
  const auto certificate = chain.store().state_fact(question);
  if (!certificate) return "";
  CHECK_MESSAGE(verify_fact(*certificate, chain.network.genesis()).has_value(), question.from.value());
  pb::FactCertificate message;
  REQUIRE(message.ParseFromString(*certificate));
  return encode(message.state());
}

}  // namespace

TEST_CASE("a proof from single rows and inner nodes is byte for byte the one from the whole journal") {
  LongChain chain;
  // Up to seven events a block: journals end in the middle of subtrees of every level, blocks cross their ends.
  std::vector<std::string> calls;
  for (std::uint64_t height = 1; height <= 150; ++height) {
    calls.assign(height % 8, "touch.a");
    if (height % 11 == 1) calls.insert(calls.begin(), "put.a");
    chain.block(calls);
    if (height % 10 != 0 && height > 40) continue;
    for (const Key& key : {kAll, kAsset}) {
      for (const Claim claim : {Claim::kCurrent, Claim::kHistory}) {
        const StateQuestion question{claim, key, {}, {}};
        const Bytes whole = from_whole_journal(chain, question);
        REQUIRE_FALSE(whole.empty());
        REQUIRE(from_rows(chain, question) == whole);
      }
    }
  }
  for (const Key& key : {kAll, kAsset}) {
    for (std::uint64_t from = 0; from <= 150; from += 3) {
      CAPTURE(from);
      for (const StateQuestion& question :
           {StateQuestion{Claim::kAtHeight, key, Height(from), {}},
            StateQuestion{Claim::kAbsentAtHeight, key, Height(from), {}},
            StateQuestion{Claim::kRange, key, Height(from), Height(std::min<std::uint64_t>(150, from + from % 40))}})
        REQUIRE(from_rows(chain, question) == from_whole_journal(chain, question));
    }
  }
}

TEST_CASE("the proof of a journal's last entry does not read the entries before it") {
  LongChain chain;
  for (int i = 0; i < 40; ++i) chain.block(std::vector<std::string>(8, "touch.a"));
  const StateQuestion question{Claim::kCurrent, kAll, {}, {}};
  const auto before = chain.store().state_fact(question);
  REQUIRE(before);
  // Without entries 0 to 255 nothing but inner nodes can have given the same proof.
  auto snapshot = chain.store().latest();
  auto journal = snapshot->journal_until(kAll, Height(40));
  REQUIRE(journal);
  CHECK((*journal)->count() == 320);
  CHECK(*(*journal)->subtree(0, 256) == list_root([&] {
    std::vector<Digest> leaves;
    for (const auto& entry : *snapshot->journal(kAll, 0, 256)) leaves.push_back(list_leaf_hash(entry.leaf.encode()));
    return leaves;
  }()));
  journal->reset();
  snapshot.reset();
  chain.executor.reset();
  {
    leveldb::DB* opened = nullptr;
    REQUIRE(leveldb::DB::Open({}, (chain.folder.path() / "index").string(), &opened).ok());
    const std::unique_ptr<leveldb::DB> index(opened);
    for (std::uint64_t i = 0; i < 256; ++i) REQUIRE(index->Delete({}, store::rows::entry_key(kAll, i)).ok());
  }
  chain.reopen();
  const auto after = chain.store().state_fact(question);
  if (!after) FAIL(after.error().message);
  CHECK((*after == *before));
  CHECK(chain.store().state_fact({Claim::kHistory, kAll, {}, {}}).error().code == "store.corrupt");
}

TEST_CASE("a certificate that would grow without bound is refused, and ranges of heights are not") {
  LongChain chain;
  const std::string heavy(200'000, 'h');
  for (int i = 0; i < 25; ++i) chain.block({"put.a"}, heavy);
  const auto history = chain.store().state_fact({Claim::kHistory, kAsset, {}, {}});
  REQUIRE_FALSE(history);
  CHECK(history.error().code == "fact.large");
  CHECK(history.error().message.find("ranges of heights") != std::string::npos);
  std::size_t entries = 0;
  for (std::uint64_t from = 1; from <= 25; from += 10) {
    const auto range =
        chain.store().state_fact({Claim::kRange, kAsset, Height(from), Height(std::min<std::uint64_t>(from + 9, 25))});
    REQUIRE(range);
    entries += std::get<VerifiedState>(verify_fact(*range, chain.network.genesis())->fact).entries.size();
  }
  CHECK(entries == 25);
}

TEST_CASE("lists of objects and of entries end at a bound of bytes and go on behind it") {
  LongChain chain;
  const std::string heavy(100'000, 'h');
  for (int i = 10; i < 30; ++i) chain.block({"put.heavy-" + std::to_string(i)}, heavy);
  const auto snapshot = chain.store().latest();
  const auto all = *snapshot->objects(kKind, "heavy-", "", 1000);
  REQUIRE(all.size() == 20);
  std::string after;
  std::size_t seen = 0;
  std::size_t pages = 0;
  while (seen < all.size()) {
    const auto page = *snapshot->objects(kKind, "heavy-", after, 1000, 350'000);
    REQUIRE_FALSE(page.empty());
    CHECK(page.size() <= 4);
    for (const auto& object : page) CHECK(object.key == all[seen++].key);
    after = page.back().key.id;
    ++pages;
  }
  CHECK(pages == 5);
  CHECK(snapshot->objects(kKind, "heavy-", after, 1000, 350'000)->empty());
  // One that is larger than the bound comes all the same.
  CHECK(snapshot->objects(kKind, "heavy-", "", 1000, 1)->size() == 1);
  CHECK(snapshot->journal({kKind, "heavy-10"}, 0, 10, 1)->size() == 1);
}
