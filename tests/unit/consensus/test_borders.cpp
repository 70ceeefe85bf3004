// Checks that stand before or behind another one: each must hold by itself.
#include "tests/unit/consensus/bench.h"

using namespace qilian::consensus;

namespace {

ProposalDigest digest(std::uint64_t number) {
  return ProposalDigest::of(qilian::ledger::sha256({"proposal", std::to_string(number)}));
}

/// A certificate of these PREPAREs, all of them truly signed.
PreparedCertificate certificate_of(const Bench& bench, const std::vector<std::uint32_t>& preparers) {
  PreparedCertificate out = bench.prepared(0, 1, digest(1));
  out.preparers = make_bitmap(4);
  out.prepares.clear();
  for (const std::uint32_t i : preparers) {
    set_bit(out.preparers, ReplicaId(i));
    const Prepare vote{Epoch(0), View(0), Sequence(1), digest(1), ReplicaId(i), {}};
    out.prepares.push_back(signed_header(*signed_by(ReplicaId(i), vote))->signature);
  }
  return out;
}

BlockSummary block(std::uint64_t height) {
  BlockSummary out;
  out.height = Height(height);
  out.header = header(height);
  return out;
}

}  // namespace

TEST_CASE("mistake 1: true signatures of too few backups, or of the primary as a backup, prepare nothing") {
  Bench bench(1);
  const auto refused = [&](const std::vector<std::uint32_t>& preparers) {
    return !bench.deliver(2, Bench::view_change(2, 1, {certificate_of(bench, preparers)})).has_value();
  };
  CHECK(refused({}));
  CHECK(refused({1}));
  CHECK(refused({0, 1}));
  CHECK(refused({1, 2, 3}));
  CHECK_FALSE(refused({1, 2}));
}

TEST_CASE("mistake 19: a proposal in another replica's name is not prepared") {
  Bench bench(1);
  bench.admit(envelope(1));
  Proposal borrowed = *bench.proposal(1, {envelope(1).digest});
  borrowed.proposer = ReplicaId(2);
  REQUIRE(bench.deliver(0, bench.pre_prepare(std::make_shared<const Proposal>(borrowed))).has_value());
  bench.tick(100);
  CHECK(bench.votes<Prepare>().empty());
}

TEST_CASE("mistake 23: the first PRE-PREPARE of a slot is the one that prepares and commits") {
  Bench bench(1);
  bench.admit(envelope(1));
  bench.admit(envelope(2));
  const auto first = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(first)).has_value());
  REQUIRE(bench.deliver(0, bench.pre_prepare(bench.proposal(1, {envelope(2).digest}))).has_value());
  for (const std::uint32_t i : {2U, 3U})
    REQUIRE(bench.deliver(i, Bench::prepare(i, 0, 1, first->digest())).has_value());
  REQUIRE(bench.votes<Commit>().size() == 1);
  CHECK(bench.votes<Commit>()[0].digest == first->digest());
}

TEST_CASE("mistake 20: true signatures of fewer than a quorum certify no block") {
  Bench bench(1);
  CheckpointCertificate few = bench.stable(5);
  few.signers = make_bitmap(4);
  set_bit(few.signers, ReplicaId(0));
  set_bit(few.signers, ReplicaId(1));
  few.signatures.resize(2);
  CHECK_FALSE(bench.deliver(2, CheckpointProof{few, {}}).has_value());
  CHECK_FALSE(bench.deliver(2, Bench::view_change(2, 1, {}, few)).has_value());
  CHECK(bench.deliver(2, CheckpointProof{bench.stable(5), {}}).has_value());
}

TEST_CASE("mistake 46: a bad signature stays bad, however often it comes") {
  Bench bench(1);
  Message forged = Bench::prepare(2, 0, 1, digest(1));
  std::get<Prepare>(forged).signature.bytes[5] ^= 1;
  for (int i = 0; i < 3; ++i) CHECK(bench.deliver(2, forged).error().code == "message.signature");
}

TEST_CASE("a proposal that is not the one whose digest was signed is refused") {
  Bench bench(1);
  Message message = bench.pre_prepare(bench.proposal(1, {envelope(1).digest}));
  std::get<PrePrepare>(message).proposal = bench.proposal(1, {envelope(2).digest});
  CHECK_FALSE(bench.deliver(0, message).has_value());
}

TEST_CASE("mistake 16: a body that lacks is asked for again until it comes") {
  Bench bench(3);
  const std::vector<Message> changes{Bench::view_change(0, 1, {bench.prepared(0, 1, digest(1))}),
                                     Bench::view_change(1, 1), Bench::view_change(2, 1)};
  for (const Message& change : changes) REQUIRE(bench.deliver(0, change).has_value());
  REQUIRE(bench.deliver(1, bench.new_view(1, changes)).has_value());
  for (int i = 0; i < 3; ++i) {
    bench.clear();
    bench.tick(400);
    CHECK(bench.sent_at_once<FetchProposals>() > 0);
  }
}

TEST_CASE("mistake 19: NEW-VIEW by a replica that does not lead that view is refused") {
  Bench bench(3);
  const std::vector<Message> changes{Bench::view_change(0, 1), Bench::view_change(1, 1), Bench::view_change(2, 1)};
  NewView stolen = std::get<NewView>(bench.new_view(1, changes));
  stolen.sender = ReplicaId(2);
  CHECK_FALSE(bench.deliver(2, *signed_by(ReplicaId(2), stolen)).has_value());
}

TEST_CASE("mistake 9: a NEW-VIEW whose view changes never come does not hide its sender's next one") {
  Bench bench(3);
  const std::vector<Message> never{Bench::view_change(0, 1, {bench.prepared(0, 1, digest(1))}),
                                   Bench::view_change(1, 1), Bench::view_change(2, 1)};
  REQUIRE(bench.deliver(1, bench.new_view(1, never)).has_value());
  const std::vector<Message> changes{Bench::view_change(0, 5), Bench::view_change(1, 5), Bench::view_change(2, 5)};
  REQUIRE(bench.deliver(1, bench.new_view(5, changes)).has_value());
  for (const Message& change : changes) static_cast<void>(bench.deliver(0, change));
  CHECK(bench.core().status().view == View(5));
  CHECK(bench.core().status().in_view);
}

TEST_CASE("mistake 14: a block that settles nothing does not return the timeout to its base") {
  Bench bench(3, 4, 8);
  const auto what = bench.proposal(2, {envelope(1).digest});
  // Slot 1 becomes a null request of view 1; slot 2 lacks its body.
  const std::vector<Message> changes{Bench::view_change(0, 1, {bench.prepared(0, 2, what->digest())}),
                                     Bench::view_change(1, 1), Bench::view_change(2, 1)};
  for (const Message& change : changes) REQUIRE(bench.deliver(0, change).has_value());
  REQUIRE(bench.deliver(1, bench.new_view(1, changes)).has_value());
  REQUIRE(bench.core().status().view == View(1));
  const std::int64_t doubled = bench.core().status().timeout_ms;
  REQUIRE(doubled > 1000);
  for (const std::uint32_t i : {0U, 1U, 2U}) {
    if (i != 1) REQUIRE(bench.deliver(i, Bench::prepare(i, 1, 1, kNullDigest)).has_value());
    REQUIRE(bench.deliver(i, Bench::commit(i, 1, 1, kNullDigest)).has_value());
  }
  CHECK(bench.core().status().executed == Height(1));
  CHECK(bench.core().status().timeout_ms == doubled);
}

TEST_CASE("mistake 26: a block that is not the next one, or was never handed out, is not taken for executed") {
  Bench bench(1);
  bench.input(Executed{block(1)});
  CHECK(bench.core().status().executed == Height(0));
  bench.hold_executor = true;
  bench.commit_slot(1, envelope(1));
  bench.commit_slot(2, envelope(2));
  bench.input(Executed{block(2)});
  CHECK(bench.core().status().executed == Height(0));
  bench.input(Executed{block(1)});
  CHECK(bench.core().status().executed == Height(1));
}

TEST_CASE("mistake 28: what was executed already waits for nothing and is not proposed") {
  Bench bench(0);
  EnvelopeInfo again = envelope(1);
  again.executed_at = Height(0);
  bench.admit(again);
  bench.tick(100);
  CHECK(bench.core().status().pending == 0);
  CHECK(bench.votes<PrePrepare>().empty());
}

TEST_CASE("mistake 31: limits that a block reports are in force a window later, not before") {
  Bench bench(1, 4, 4);
  bench.admit(envelope(1));
  const auto first = bench.proposal(1, {envelope(1).digest});
  bench.hold_executor = true;
  REQUIRE(bench.deliver(0, bench.pre_prepare(first)).has_value());
  for (const std::uint32_t i : {2U, 3U})
    REQUIRE(bench.deliver(i, Bench::prepare(i, 0, 1, first->digest())).has_value());
  for (const std::uint32_t i : {0U, 2U, 3U})
    REQUIRE(bench.deliver(i, Bench::commit(i, 0, 1, first->digest())).has_value());
  BlockSummary executed = block(1);
  executed.time = first->time;
  executed.limits = Limits{.max_batch_transactions = 1};
  bench.input(Executed{executed});
  bench.hold_executor = false;
  bench.clear();
  for (std::uint64_t s = 2; s <= 3; ++s) {
    for (std::uint64_t k = 0; k < 2; ++k) bench.admit(envelope(10 * s + k));
    const auto two = bench.proposal(s, {envelope(10 * s).digest, envelope(10 * s + 1).digest});
    REQUIRE(bench.deliver(0, bench.pre_prepare(two)).has_value());
    CHECK(bench.votes<Prepare>().size() == s - 1);
  }
}

TEST_CASE("mistake 45: COMMITs of views left behind are kept for the eight highest of each sender") {
  Bench bench(3);
  const std::vector<Message> changes{Bench::view_change(0, 41), Bench::view_change(1, 41), Bench::view_change(2, 41)};
  for (const Message& change : changes) REQUIRE(bench.deliver(0, change).has_value());
  REQUIRE(bench.deliver(1, bench.new_view(41, changes)).has_value());
  REQUIRE(bench.core().status().view == View(41));
  const std::size_t before = bench.core().status().buffered;
  for (std::uint64_t view = 0; view < 40; ++view)
    REQUIRE(bench.deliver(2, Bench::commit(2, view, 1, digest(view))).has_value());
  CHECK(bench.core().status().buffered == before + Slot::kMaxOldViews);
}

TEST_CASE("mistake 48: a NEW-VIEW of more slots than any window is no NEW-VIEW") {
  NewView message;
  message.view = View(1);
  message.slots.resize(kMaxWindow + 1);
  message.seal();
  CHECK_FALSE(NewView::decode(message.content, ReplicaId(1), {}).has_value());
  message.slots.pop_back();
  message.seal();
  CHECK(NewView::decode(message.content, ReplicaId(1), {}).has_value());
}

TEST_CASE("mistake 39: the least log begins with the watermark that votes rest on") {
  Bench bench(1);
  bench.commit_slot(1, envelope(1));
  for (const std::uint32_t i : {2U, 3U}) REQUIRE(bench.deliver(i, Bench::checkpoint(i, 1, header(1))).has_value());
  REQUIRE(bench.core().status().stable == Height(1));
  const auto log = bench.core().log_snapshot();
  const auto is_stable = [](const LogRecord& record) {
    const auto* stable = std::get_if<StableRecord>(&record);
    return stable != nullptr && stable->certificate.height == Height(1);
  };
  CHECK(std::ranges::count_if(log, is_stable) == 1);
}

TEST_CASE("mistake 40: a proposal that nobody asked for is not kept, though its slot is open") {
  Bench bench(1);
  const auto wanted = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(wanted)).has_value());
  const auto other = bench.proposal(1, {envelope(2).digest});
  REQUIRE(bench.deliver(2, Proposals{{*other}, {}}).has_value());
  CHECK(bench.core().proposal(wanted->digest()) != nullptr);
  CHECK(bench.core().proposal(other->digest()) == nullptr);
}

TEST_CASE("mistake 45: what a peer forwarded and never sent gives way to what it forwards next") {
  Bench bench(0);
  for (std::uint64_t round = 0; round < 2; ++round) {
    Forward forward;
    for (std::uint64_t i = 0; i < kMaxForward; ++i) forward.envelopes.push_back(envelope(10'000 * round + i).digest);
    REQUIRE(bench.deliver(2, forward).has_value());
  }
  bench.input(EnvelopesFetched{{envelope(5)}});
  CHECK(bench.core().status().pending == 0);
  bench.input(EnvelopesFetched{{envelope(10'005)}});
  CHECK(bench.core().status().pending == 1);
}

TEST_CASE("mistake 48: a VIEW-CHANGE or NEW-VIEW with bytes behind its end is none") {
  const auto change = std::get<ViewChange>(Bench::view_change(0, 1));
  CHECK(ViewChange::decode(change.content, ReplicaId(0), {}).has_value());
  CHECK_FALSE(ViewChange::decode(change.content + 'x', ReplicaId(0), {}).has_value());
  NewView message;
  message.view = View(1);
  message.seal();
  CHECK(NewView::decode(message.content, ReplicaId(1), {}).has_value());
  CHECK_FALSE(NewView::decode(message.content + 'x', ReplicaId(1), {}).has_value());
}

TEST_CASE("mistake 10: the stable checkpoint that a VIEW-CHANGE proves is learned from it at once") {
  Bench bench(1);
  REQUIRE(bench.deliver(2, Bench::view_change(2, 1, {}, bench.stable(5))).has_value());
  CHECK(bench.core().status().certified == Height(5));
}
