#include "ledger/core/fact.h"

#include <doctest/doctest.h>

#include "tests/unit/ledger/story.h"

namespace qilian::ledger {
namespace {

using test::kAsset;
using test::kIndex;
using test::kNobody;
using test::make_story;
using test::TestChain;

VerifiedFact verified(const TestChain& chain, const Result<Bytes>& certificate) {
  REQUIRE_MESSAGE(certificate, certificate.error().message);
  auto fact = verify_fact(*certificate, chain.genesis());
  REQUIRE_MESSAGE(fact, fact.error().code << ": " << fact.error().message);
  return *std::move(fact);
}

VerifiedState state(const TestChain& chain, Claim claim, const Key& key, std::uint64_t from = 0, std::uint64_t to = 0) {
  return std::get<VerifiedState>(verified(chain, chain.state_fact({claim, key, Height(from), Height(to)})).fact);
}

std::vector<std::uint64_t> heights(const VerifiedState& state) {
  std::vector<std::uint64_t> out;
  for (const VerifiedEntry& entry : state.entries) out.push_back(entry.leaf.height.value());
  return out;
}

using Heights = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("every transaction of every block is proved with its receipt, under its own header and under the head") {
  const TestChain chain = make_story(false);
  for (std::uint64_t height = 1; height <= chain.head().value(); ++height) {
    const Block& block = chain.block(Height(height));
    for (std::uint64_t index = 0; index < block.envelopes.size(); ++index) {
      for (const Height certified : {Height(height), chain.head()}) {
        const VerifiedFact fact = verified(chain, chain.transaction_fact(Height(height), index, certified));
        const auto& transaction = std::get<VerifiedTransaction>(fact.fact);
        CHECK(transaction.transaction.envelope() == block.envelopes[index]);
        CHECK(transaction.receipt == block.receipts[index]);
        CHECK(transaction.code == (index % 2 == 0 ? "OK" : "COM-303"));
        CHECK(transaction.index == index);
        CHECK(fact.header == chain.header(Height(height)));
        CHECK(fact.certified.height == certified);
        CHECK(fact.signers == std::vector{ReplicaId(0), ReplicaId(1), ReplicaId(2)});
        CHECK_FALSE(fact.by_pinned_head);
      }
    }
  }
}

TEST_CASE("CURRENT shows the last entry and the record in force") {
  const TestChain chain = make_story(false);
  const VerifiedState asset = state(chain, Claim::kCurrent, kAsset);
  CHECK(asset.key == kAsset);
  CHECK(asset.count == 4);
  CHECK(heights(asset) == Heights{12});
  CHECK(asset.entries[0].record == "asset, third");
  CHECK(asset.entries[0].payload == "changed again");
  const VerifiedState index = state(chain, Claim::kCurrent, kIndex);
  CHECK(index.count == 4);
  CHECK_FALSE(index.entries[0].record);
}

TEST_CASE("CURRENT as of an older header shows what was current then, an unchanged record included") {
  const TestChain chain = make_story(false);
  const VerifiedFact fact =
      verified(chain, chain.state_fact({Claim::kCurrent, kAsset, {}, {}}, Height(9), chain.head()));
  const auto& then = std::get<VerifiedState>(fact.fact);
  CHECK(fact.header.height == Height(9));
  CHECK(fact.certified.height == chain.head());
  CHECK(heights(then) == Heights{8});
  CHECK(then.entries[0].record == "asset, second");
}

TEST_CASE("AT_HEIGHT shows the record in force after any block") {
  const TestChain chain = make_story(false);
  for (std::uint64_t height = 3; height <= 14; ++height) {
    const VerifiedState at = state(chain, Claim::kAtHeight, kAsset, height);
    CHECK(at.entries.size() == 1);
    CHECK(at.entries[0].record == (height < 5 ? "asset, first" : height < 12 ? "asset, second" : "asset, third"));
  }
  CHECK(chain.state_fact({Claim::kAtHeight, kAsset, Height(2), {}}).error().code == "fact.untrue");
}

TEST_CASE("HISTORY shows every entry and each record once") {
  const TestChain chain = make_story(false);
  const VerifiedState asset = state(chain, Claim::kHistory, kAsset);
  CHECK(heights(asset) == Heights{3, 5, 8, 12});
  CHECK(asset.entries[0].record == "asset, first");
  CHECK(asset.entries[1].record == "asset, second");
  CHECK_FALSE(asset.entries[2].record);
  CHECK(asset.entries[3].record == "asset, third");
  CHECK(heights(state(chain, Claim::kHistory, kIndex)) == Heights{4, 5, 5, 9});
}

TEST_CASE("RANGE shows all entries between any two heights, and the record in force when it opens") {
  const TestChain chain = make_story(false);
  for (const Key& key : {kAsset, kIndex}) {
    const auto journal = chain.journal(key, chain.head());
    for (std::uint64_t from = 0; from <= 14; ++from) {
      for (std::uint64_t to = from; to <= 14; ++to) {
        const VerifiedState range = state(chain, Claim::kRange, key, from, to);
        Heights expected;
        std::optional<Bytes> before;
        for (const JournalRecord& entry : journal) {
          const std::uint64_t height = entry.leaf.height.value();
          if (height >= from && height <= to) expected.push_back(height);
          if (height < from && entry.record) before = entry.record;
        }
        CHECK(heights(range) == expected);
        CHECK(range.record_before == before);
      }
    }
  }
  CHECK(chain.state_fact({Claim::kRange, kAsset, Height(5), Height(4)}).error().code == "fact.question");
}

TEST_CASE("ABSENT and ABSENT_AT_HEIGHT prove that there was nothing, and only where there was nothing") {
  const TestChain chain = make_story(false);
  CHECK(state(chain, Claim::kAbsent, kNobody).count == 0);
  for (std::uint64_t height = 0; height < 3; ++height) {
    CHECK(state(chain, Claim::kAbsentAtHeight, kAsset, height).entries.empty());
  }
  CHECK(chain.state_fact({Claim::kAbsentAtHeight, kAsset, Height(3), {}}).error().code == "fact.untrue");
  CHECK(chain.state_fact({Claim::kAbsent, kAsset, {}, {}}).error().code == "fact.untrue");
  CHECK(chain.state_fact({Claim::kCurrent, kNobody, {}, {}}).error().code == "fact.untrue");
}

TEST_CASE("a genesis record is proved by its entry at height 0") {
  const TestChain chain = make_story(false);
  const VerifiedState record = state(chain, Claim::kCurrent, {7, "org:one"});
  CHECK(heights(record) == Heights{0});
  CHECK(record.entries[0].record == "organisation one");
  CHECK(record.entries[0].payload.empty());
}

TEST_CASE("epochs are followed from the genesis set to the one that signed") {
  const TestChain chain = make_story(true);
  const VerifiedFact fact = verified(chain, chain.state_fact({Claim::kHistory, kAsset, {}, {}}));
  CHECK(fact.certified.epoch == Epoch(2));
  CHECK(fact.validators == chain.validators(Epoch(2)));
  CHECK(std::get<VerifiedState>(fact.fact).entries.size() == 4);
  for (std::uint64_t certified = 6; certified <= 14; ++certified) {
    CHECK(verified(chain, chain.transaction_fact(Height(4), 0, Height(certified))).certified.height ==
          Height(certified));
  }
}

TEST_CASE("one, two, three, four, seven and a hundred validators all certify") {
  for (const std::size_t n : {1, 2, 3, 4, 7, 100}) {
    CAPTURE(n);
    const TestChain chain = make_story(false, n);
    CHECK(verified(chain, chain.transaction_fact(Height(4), 0, chain.head())).signers.size() == quorum(n));
  }
}

TEST_CASE("a certificate at four validators in one epoch stays at about two kilobytes") {
  const TestChain chain = make_story(false);
  CHECK(chain.transaction_fact(Height(4), 1, Height(4)).size() < 1'500);
  CHECK(chain.transaction_fact(Height(4), 1, chain.head()).size() < 2'000);
  CHECK(chain.state_fact({Claim::kCurrent, kAsset, {}, {}})->size() < 1'500);
}

TEST_CASE("a pinned later head is checked where there is one") {
  const TestChain chain = make_story(false);
  const Bytes certificate = chain.transaction_fact(Height(4), 0, chain.head());
  const PinnedHead head{chain.head(), chain.header(chain.head()).hash()};
  CHECK(verify_fact(certificate, chain.genesis(), head)->by_pinned_head);
  CHECK(verify_fact(certificate, chain.genesis(), PinnedHead{Height(13), head.hash}).error().code ==
        "fact.pinned_head");
  CHECK(verify_fact(certificate, chain.genesis(), PinnedHead{head.height, HeaderHash{}}).error().code ==
        "fact.pinned_head");
}

}  // namespace qilian::ledger
