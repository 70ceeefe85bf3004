#include <limits>

#include "tests/unit/consensus/bench.h"

using namespace qilian::consensus;
using qilian::ledger::quorum;

TEST_CASE("a backup prepares, commits, executes and signs the header of a proposal in the normal case") {
  Bench bench(1);
  const EnvelopeInfo info = envelope(1);
  bench.admit(info);
  const auto what = bench.proposal(1, {info.digest});

  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  REQUIRE(bench.votes<Prepare>().size() == 1);
  CHECK(bench.votes<Prepare>()[0].digest == what->digest());
  REQUIRE(bench.deliver(2, Bench::prepare(2, 0, 1, what->digest())).has_value());
  REQUIRE(bench.votes<Commit>().size() == 1);
  CHECK(bench.executed.empty());
  REQUIRE(bench.deliver(0, Bench::commit(0, 0, 1, what->digest())).has_value());
  CHECK(bench.executed.empty());
  REQUIRE(bench.deliver(2, Bench::commit(2, 0, 1, what->digest())).has_value());

  REQUIRE(bench.executed.size() == 1);
  CHECK(bench.executed[0].proposal->envelopes == std::vector{info.digest});
  REQUIRE(bench.votes<Checkpoint>().size() == 1);
  CHECK(bench.votes<Checkpoint>()[0].header == header(1));
  CHECK(bench.core().status().stable == Height(0));
  REQUIRE(bench.deliver(0, Bench::checkpoint(0, 1, header(1))).has_value());
  REQUIRE(bench.deliver(2, Bench::checkpoint(2, 1, header(1))).has_value());
  CHECK(bench.core().status().stable == Height(1));
  REQUIRE(bench.certificates.size() == 1);
  CHECK(bench.certificates[0].certificate.signatures.size() == quorum(4));
  CHECK(bench.truncated == Height(1));
  CHECK(bench.forgotten == std::vector{info.digest});
}

TEST_CASE("a primary proposes what waits, and its own pre-prepare counts only once it is durable") {
  Bench bench(0);
  bench.hold_disk = true;
  bench.tick(0);
  bench.admit(envelope(1));
  REQUIRE(bench.on_the_way.size() == 1);
  CHECK(bench.sent.empty());
  bench.release_disk();
  REQUIRE(bench.votes<PrePrepare>().size() == 1);
  const auto digest = bench.votes<PrePrepare>()[0].digest;
  CHECK(digest == bench.votes<PrePrepare>()[0].proposal->digest());
  for (const std::uint32_t i : {1U, 2U}) REQUIRE(bench.deliver(i, Bench::prepare(i, 0, 1, digest)).has_value());
  CHECK(bench.votes<Commit>().size() == 1);
  CHECK(bench.votes<Prepare>().empty());
}

TEST_CASE("a single validator commits on its own, but not before its own votes are durable") {
  Bench bench(0, 1);
  bench.hold_disk = true;
  bench.tick(0);
  bench.admit(envelope(1));
  CHECK(bench.executed.empty());
  bench.release_disk();
  CHECK(bench.executed.size() == 1);
  CHECK(bench.core().status().stable == Height(1));
}

TEST_CASE("a pre-prepare of a backup is refused before any signature is checked") {
  Bench bench(1);
  const auto what = bench.proposal(1, {});
  const auto checked = bench.verifier().counters().signatures_checked;
  const auto result = bench.deliver(
      2, *signed_by(ReplicaId(2), PrePrepare{Epoch(0), View(0), Sequence(1), what->digest(), ReplicaId(2), {}, what}));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == "message.invalid");
  CHECK(bench.verifier().counters().signatures_checked == checked);
}

TEST_CASE("the same prepare twice, or prepares of different digests, make no quorum") {
  Bench bench(1, 7);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  const auto other = bench.proposal(1, {});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  for (int i = 0; i < 5; ++i) REQUIRE(bench.deliver(2, Bench::prepare(2, 0, 1, what->digest())).has_value());
  REQUIRE(bench.deliver(3, Bench::prepare(3, 0, 1, other->digest())).has_value());
  REQUIRE(bench.deliver(4, Bench::prepare(4, 0, 1, other->digest())).has_value());
  CHECK(bench.votes<Commit>().empty());
  REQUIRE(bench.deliver(5, Bench::prepare(5, 0, 1, what->digest())).has_value());
  CHECK(bench.votes<Commit>().empty());
  REQUIRE(bench.deliver(6, Bench::prepare(6, 0, 1, what->digest())).has_value());
  CHECK(bench.votes<Commit>().size() == 1);
}

TEST_CASE("a prepare of the primary is refused, and nothing commits before it prepared") {
  Bench bench(1);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  CHECK_FALSE(bench.deliver(0, Bench::prepare(0, 0, 1, what->digest())).has_value());
  CHECK(bench.votes<Commit>().empty());
}

TEST_CASE("quorums where n is not 3f+1") {
  CHECK(quorum(1) == 1);
  CHECK(quorum(4) == 3);
  CHECK(quorum(5) == 4);
  CHECK(quorum(6) == 4);
  CHECK(quorum(7) == 5);
  Bench bench(1, 5);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  REQUIRE(bench.deliver(2, Bench::prepare(2, 0, 1, what->digest())).has_value());
  CHECK(bench.votes<Commit>().empty());
  REQUIRE(bench.deliver(3, Bench::prepare(3, 0, 1, what->digest())).has_value());
  CHECK(bench.votes<Commit>().size() == 1);
}

TEST_CASE("a second pre-prepare does not replace the first and is evidence") {
  Bench bench(1);
  bench.admit(envelope(1));
  bench.admit(envelope(2));
  const auto first = bench.proposal(1, {envelope(1).digest});
  const auto second = bench.proposal(1, {envelope(2).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(first)).has_value());
  REQUIRE(bench.deliver(0, bench.pre_prepare(second)).has_value());
  REQUIRE(bench.votes<Prepare>().size() == 1);
  CHECK(bench.votes<Prepare>()[0].digest == first->digest());
  REQUIRE(bench.evidence.size() == 1);
  CHECK(bench.evidence[0].first.sender == ReplicaId(0));
  CHECK(bench.evidence[0].first.digest != bench.evidence[0].second.digest);
}

TEST_CASE("q matching commits commit a slot that this replica prepared otherwise, and its body is fetched") {
  Bench bench(1);
  bench.admit(envelope(1));
  bench.admit(envelope(2));
  const auto told = bench.proposal(1, {envelope(1).digest});
  const auto real = bench.proposal(1, {envelope(2).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(told)).has_value());
  for (const std::uint32_t i : {0U, 2U, 3U})
    REQUIRE(bench.deliver(i, Bench::commit(i, 0, 1, real->digest())).has_value());
  CHECK(bench.executed.empty());
  REQUIRE(bench.sent_at_once<FetchProposals>() == 1);
  REQUIRE(bench.deliver(2, Proposals{{*real}, {}}).has_value());
  REQUIRE(bench.executed.size() == 1);
  CHECK(bench.executed[0].proposal->digest() == real->digest());
}

TEST_CASE("commits of different digests, or of different views, make no quorum together") {
  Bench bench(1);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  const auto other = bench.proposal(1, {});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  REQUIRE(bench.deliver(0, Bench::commit(0, 0, 1, what->digest())).has_value());
  REQUIRE(bench.deliver(2, Bench::commit(2, 0, 1, what->digest())).has_value());
  REQUIRE(bench.deliver(3, Bench::commit(3, 0, 1, other->digest())).has_value());
  CHECK(bench.executed.empty());
  CHECK(bench.votes<Commit>().empty());

  Bench later(3);
  later.admit(envelope(1));
  const std::vector<Message> changes{Bench::view_change(0, 2), Bench::view_change(1, 2), Bench::view_change(2, 2)};
  for (const Message& one : changes) REQUIRE(later.deliver(std::get<ViewChange>(one).sender.value(), one).has_value());
  REQUIRE(later.deliver(2, later.new_view(2, changes)).has_value());
  REQUIRE(later.deliver(0, Bench::commit(0, 0, 1, what->digest())).has_value());
  REQUIRE(later.deliver(1, Bench::commit(1, 1, 1, what->digest())).has_value());
  REQUIRE(later.deliver(2, Bench::commit(2, 1, 1, what->digest())).has_value());
  REQUIRE(later.deliver(2, Proposals{{*what}, {}}).has_value());
  CHECK(later.sent_at_once<FetchProposals>() == 0);
  CHECK(later.executed.empty());
}

TEST_CASE(
    "a replica that commits to two digests does not hide the one that completes a quorum, in this view or one behind") {
  for (const bool later : {false, true}) {
    Bench bench(1);
    bench.admit(envelope(1));
    const auto what = bench.proposal(1, {envelope(1).digest});
    const auto lie = bench.proposal(1, {});
    REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
    if (later) bench.tick(5000);
    REQUIRE(bench.core().status().in_view != later);
    REQUIRE(bench.deliver(3, Bench::commit(3, 0, 1, lie->digest())).has_value());
    for (const std::uint32_t i : {0U, 2U, 3U})
      REQUIRE(bench.deliver(i, Bench::commit(i, 0, 1, what->digest())).has_value());
    REQUIRE(bench.executed.size() == 1);
    CHECK(bench.executed[0].proposal->digest() == what->digest());
  }
}

TEST_CASE("rule 4: a backup does not prepare before it holds every envelope, and asks for what lacks") {
  Bench bench(1);
  const auto what = bench.proposal(1, {envelope(1).digest, envelope(2).digest});
  bench.admit(envelope(1));
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  CHECK(bench.votes<Prepare>().empty());
  REQUIRE(bench.envelope_fetches.size() == 1);
  CHECK(bench.envelope_fetches[0].envelopes == std::vector{envelope(2).digest});
  CHECK(bench.envelope_fetches[0].sources.front() == ReplicaId(0));
  bench.input(EnvelopesFetched{{envelope(2)}});
  CHECK(bench.votes<Prepare>().size() == 1);
}

TEST_CASE("a proposal too far in the past or future, or before its parent, is not prepared") {
  const auto prepares_at = [](std::int64_t offset) {
    Bench bench(1);
    bench.tick(100'000, 100'000);
    bench.admit(envelope(1));
    bench.clear();
    const auto what = bench.proposal(1, {envelope(1).digest}, 0, TimeMs(bench.clock().value() + offset));
    REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
    return bench.votes<Prepare>().size();
  };
  CHECK(prepares_at(0) == 1);
  CHECK(prepares_at(2000) == 1);
  CHECK(prepares_at(2001) == 0);
  CHECK(prepares_at(-2000) == 1);
  CHECK(prepares_at(-2001) == 0);
  CHECK(prepares_at(std::numeric_limits<std::int64_t>::max() / 2) == 0);

  Bench bench(1);
  bench.admit(envelope(1));
  bench.admit(envelope(2));
  const auto first = bench.proposal(1, {envelope(1).digest});
  const auto earlier = bench.proposal(2, {envelope(2).digest}, 0, TimeMs(first->time.value() - 1));
  REQUIRE(bench.deliver(0, bench.pre_prepare(first)).has_value());
  REQUIRE(bench.deliver(0, bench.pre_prepare(earlier)).has_value());
  CHECK(bench.votes<Prepare>().size() == 1);
}

TEST_CASE("rule 6: the clock is compared once, at arrival, however long the proposal is buffered") {
  Bench bench(1);
  const auto what = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  bench.tick(900);
  bench.input(EnvelopesFetched{{envelope(1)}});
  CHECK(bench.votes<Prepare>().size() == 1);

  // The other way round: too early at arrival stays refused when its time has come.
  Bench other(1);
  other.admit(envelope(1));
  const auto early = other.proposal(1, {envelope(1).digest}, 0, TimeMs(other.clock().value() + 2500));
  REQUIRE(other.deliver(0, other.pre_prepare(early)).has_value());
  other.tick(800);
  CHECK(other.votes<Prepare>().empty());
}

TEST_CASE("slots execute in order and without gaps, whatever order they commit in") {
  Bench bench(1);
  bench.admit(envelope(1));
  bench.admit(envelope(2));
  const auto one = bench.proposal(1, {envelope(1).digest});
  const auto two = bench.proposal(2, {envelope(2).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(two)).has_value());
  for (const std::uint32_t i : {0U, 2U, 3U})
    REQUIRE(bench.deliver(i, Bench::commit(i, 0, 2, two->digest())).has_value());
  CHECK(bench.executed.empty());
  REQUIRE(bench.deliver(0, bench.pre_prepare(one)).has_value());
  for (const std::uint32_t i : {0U, 2U, 3U})
    REQUIRE(bench.deliver(i, Bench::commit(i, 0, 1, one->digest())).has_value());
  REQUIRE(bench.executed.size() == 2);
  CHECK(bench.executed[0].sequence == Sequence(1));
  CHECK(bench.executed[1].sequence == Sequence(2));
}

TEST_CASE("items 27 and 34: an own commit counts only once it is durable") {
  Bench bench(1);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  bench.hold_disk = true;
  REQUIRE(bench.deliver(2, Bench::prepare(2, 0, 1, what->digest())).has_value());
  for (const std::uint32_t i : {0U, 2U}) REQUIRE(bench.deliver(i, Bench::commit(i, 0, 1, what->digest())).has_value());
  CHECK(bench.executed.empty());
  CHECK(bench.votes<Commit>().empty());
  bench.release_disk();
  CHECK(bench.executed.size() == 1);
  CHECK(bench.votes<Commit>().size() == 1);
}

TEST_CASE(
    "items 28 and 30: a fresh proposal that repeats an id at or below the low watermark, or in its batch, is not "
    "prepared") {
  Bench bench(1);
  bench.commit_slot(1, envelope(1));
  for (const std::uint32_t i : {0U, 2U}) REQUIRE(bench.deliver(i, Bench::checkpoint(i, 1, header(1))).has_value());
  bench.clear();
  const auto again = bench.proposal(2, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(again)).has_value());
  EnvelopeInfo executed = envelope(1);
  executed.executed_at = Height(1);
  bench.input(EnvelopesFetched{{executed}});
  CHECK(bench.votes<Prepare>().empty());

  Bench other(1);
  EnvelopeInfo twin = envelope(2);
  twin.id = envelope(1).id;
  other.admit(envelope(1));
  const auto doubled = other.proposal(1, {envelope(1).digest, twin.digest});
  REQUIRE(other.deliver(0, other.pre_prepare(doubled)).has_value());
  other.input(EnvelopesFetched{{twin}});
  CHECK(other.votes<Prepare>().empty());
}

TEST_CASE("a batch over the limits on count, bytes or one key is not prepared") {
  const auto prepares = [](Limits limits) {
    Bench bench(1);
    bench.durable().limits = limits;
    for (const std::uint64_t i : {1U, 2U, 3U}) bench.admit(envelope(i));
    const auto what = bench.proposal(1, {envelope(1).digest, envelope(2).digest, envelope(3).digest});
    REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
    return bench.votes<Prepare>().size();
  };
  CHECK(prepares({}) == 1);
  CHECK(prepares({.max_batch_transactions = 2}) == 0);
  CHECK(prepares({.max_batch_bytes = 299}) == 0);
  CHECK(prepares({.max_batch_bytes = 300}) == 1);
  CHECK(prepares({.max_per_key = 2}) == 0);
}

TEST_CASE("messages of later views are kept in bounded number, and replaced by higher ones") {
  Bench bench(1);
  const auto what = bench.proposal(1, {});
  for (std::uint64_t view = 1; view < 50; ++view) {
    if (view % 4 == 2) continue;  // replica 2 leads there and sends no PREPARE
    for (std::uint64_t sequence = 1; sequence <= 16; ++sequence) {
      REQUIRE(bench.deliver(2, Bench::prepare(2, view, sequence, what->digest())).has_value());
    }
  }
  CHECK(bench.core().status().buffered <= 16);
  CHECK_FALSE(bench.deliver(2, Bench::prepare(2, 0, 17, what->digest())).has_value());
}

TEST_CASE("an envelope past the pool's bound is forgotten at once and counted") {
  Bench bench(1);
  bench.config().max_pending = 2;
  for (const std::uint64_t i : {1U, 2U, 3U}) bench.admit(envelope(i));
  CHECK(bench.core().status().pending == 2);
  CHECK(bench.forgotten == std::vector{envelope(3).digest});
  CHECK(bench.core().status().dropped == 1);
}

TEST_CASE("a pipelined primary fills the window and no more, and goes on when the watermark moves") {
  Bench bench(0, 4, 3);
  bench.config().batch_delay_ms = 0;
  bench.durable().limits.max_batch_transactions = 1;
  for (std::uint64_t i = 0; i < 10; ++i) bench.admit(envelope(i));
  bench.tick(100);
  REQUIRE(bench.votes<PrePrepare>().size() == 3);
  const auto digest = bench.votes<PrePrepare>()[0].digest;
  for (const std::uint32_t i : {1U, 2U}) REQUIRE(bench.deliver(i, Bench::prepare(i, 0, 1, digest)).has_value());
  for (const std::uint32_t i : {1U, 2U}) REQUIRE(bench.deliver(i, Bench::commit(i, 0, 1, digest)).has_value());
  CHECK(bench.executed.size() == 1);
  CHECK(bench.votes<PrePrepare>().size() == 3);
  for (const std::uint32_t i : {1U, 2U}) REQUIRE(bench.deliver(i, Bench::checkpoint(i, 1, header(1))).has_value());
  CHECK(bench.votes<PrePrepare>().size() == 4);
}

TEST_CASE("nothing is proposed while nothing waits, unless empty timed batches are on") {
  Bench quiet(0);
  quiet.tick(5000);
  CHECK(quiet.votes<PrePrepare>().empty());
  Bench timed(0);
  timed.durable().limits.max_idle_ms = 1000;
  timed.tick(1500);
  REQUIRE(timed.votes<PrePrepare>().size() == 1);
  CHECK(timed.votes<PrePrepare>()[0].proposal->envelopes.empty());
}

TEST_CASE("equal inputs give equal fingerprints, and a clone goes its own way") {
  const auto run = [] {
    Bench bench(1);
    bench.commit_slot(1, envelope(1));
    bench.tick(300);
    return bench.core().fingerprint();
  };
  CHECK(run() == run());
  Bench bench(1);
  Core copy = bench.core().clone();
  CHECK(copy.fingerprint() == bench.core().fingerprint());
  copy.step(TransactionsAdmitted{{envelope(1)}});
  CHECK(copy.fingerprint() != bench.core().fingerprint());
}
