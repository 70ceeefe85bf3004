#include "tests/unit/consensus/bench.h"

using namespace qilian::consensus;

namespace {

ProposalDigest digest(std::uint64_t number) {
  return ProposalDigest::of(qilian::ledger::sha256({"proposal", std::to_string(number)}));
}

/// A quorum of VIEW-CHANGEs for `view` of a network of four and the NEW-VIEW over them.
void enter(Bench& bench, std::uint64_t view, const std::vector<Message>& view_changes) {
  for (const Message& one : view_changes) {
    const auto sender = std::get<ViewChange>(one).sender.value();
    if (ReplicaId(sender) != bench.config().self) static_cast<void>(bench.deliver(sender, one));
  }
  const auto primary = static_cast<std::uint32_t>(view % 4);
  REQUIRE(bench.deliver(primary, bench.new_view(view, view_changes)).has_value());
  REQUIRE(bench.core().status().in_view);
  REQUIRE(bench.core().status().view == View(view));
}

}  // namespace

TEST_CASE("a prepared certificate is checked in full: signatures, distinct backups, count, primary, window, view") {
  Bench bench(1);
  const PreparedCertificate good = bench.prepared(0, 1, digest(1));
  const auto refused = [&](const PreparedCertificate& certificate, std::uint64_t view = 1) {
    return !bench.deliver(2, Bench::view_change(2, view, {certificate})).has_value();
  };
  PreparedCertificate bad = good;
  bad.prepares[0].bytes[3] ^= 1;
  CHECK(refused(bad));
  bad = good;
  bad.pre_prepare.bytes[0] ^= 1;
  CHECK(refused(bad));
  bad = good;
  bad.digest.bytes[0] ^= 1;
  CHECK(refused(bad));
  bad = good;
  bad.prepares.pop_back();
  CHECK(refused(bad));
  bad = good;
  bad.preparers = make_bitmap(4);
  set_bit(bad.preparers, ReplicaId(0));
  set_bit(bad.preparers, ReplicaId(1));
  CHECK(refused(bad));
  bad = good;
  set_bit(bad.preparers, ReplicaId(3));
  CHECK(refused(bad));
  CHECK(refused(bench.prepared(0, 9, digest(1))));
  CHECK(refused(bench.prepared(1, 1, digest(1))));
  CHECK_FALSE(refused(good));
}

TEST_CASE("the P-set holds slots that prepared and did not commit") {
  Bench bench(1);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  REQUIRE(bench.deliver(2, Bench::prepare(2, 0, 1, what->digest())).has_value());
  bench.tick(10'000);
  REQUIRE_FALSE(bench.votes<ViewChange>().empty());
  const ViewChange message = bench.votes<ViewChange>()[0];
  REQUIRE(message.prepared.size() == 1);
  CHECK(message.prepared[0].digest == what->digest());
  CHECK(message.prepared[0].prepares.size() == 2);
  Bench judge(3);
  CHECK(judge.deliver(1, message).has_value());
}

TEST_CASE(
    "items 3 and 5: a NEW-VIEW that omits a prepared slot, or fills a gap with something else, is refused and its view "
    "passed over") {
  for (const bool omit : {true, false}) {
    Bench bench(3);
    const std::vector<Message> changes{Bench::view_change(0, 1, {bench.prepared(0, 2, digest(2))}),
                                       Bench::view_change(1, 1), Bench::view_change(2, 1)};
    for (const Message& one : changes)
      REQUIRE(bench.deliver(std::get<ViewChange>(one).sender.value(), one).has_value());
    bench.clear();
    OSet lie{Sequence(0), {}};
    if (!omit) lie.digests = {digest(9), digest(2)};
    REQUIRE(bench.deliver(1, bench.new_view(1, changes, lie)).has_value());
    CHECK_FALSE(bench.core().status().in_view);
    CHECK(bench.core().status().view == View(2));
    CHECK(bench.votes<Prepare>().empty());
  }
}

TEST_CASE("the certificate of the highest view decides a slot") {
  Bench bench(3);
  const Message low = Bench::view_change(0, 5, {bench.prepared(0, 1, digest(1))});
  const Message high = Bench::view_change(1, 5, {bench.prepared(3, 1, digest(3))});
  const Message middle = Bench::view_change(2, 5, {bench.prepared(2, 1, digest(2))});
  const std::vector<const ViewChange*> contents{&std::get<ViewChange>(low), &std::get<ViewChange>(high),
                                                &std::get<ViewChange>(middle)};
  CHECK(compute_o_set(contents) == OSet{Sequence(0), {digest(3)}});
}

TEST_CASE("items 5 and 6: gaps become null requests, and the O-set ends exactly at max-s") {
  Bench bench(3);
  const Message a =
      Bench::view_change(0, 1, {bench.prepared(0, 4, digest(4)), bench.prepared(0, 6, digest(6))}, bench.stable(3));
  const Message b = Bench::view_change(1, 1, {bench.prepared(0, 2, digest(2))});
  const std::vector<const ViewChange*> contents{&std::get<ViewChange>(a), &std::get<ViewChange>(b)};
  CHECK(compute_o_set(contents) == OSet{Sequence(3), {digest(4), kNullDigest, digest(6)}});
  CHECK(compute_o_set({}) == OSet{});
}

TEST_CASE(
    "items 7 and 10: a new primary below min-s takes the certificate from the view changes, fetches and proposes only "
    "then") {
  Bench bench(1);
  bench.admit(envelope(1));
  REQUIRE(bench.deliver(2, Bench::view_change(2, 1, {}, bench.stable(4))).has_value());
  REQUIRE(bench.deliver(3, Bench::view_change(3, 1)).has_value());
  REQUIRE(bench.votes<NewView>().size() == 1);
  CHECK(bench.votes<NewView>()[0].min_s == Sequence(4));
  bench.tick(1000);
  CHECK(bench.votes<PrePrepare>().empty());
  REQUIRE_FALSE(bench.block_fetches.empty());
  CHECK(bench.block_fetches[0].first == Height(1));
  CHECK(bench.block_fetches[0].last == Height(4));
  for (std::uint64_t height = 1; height <= 4; ++height) {
    BlockSummary block;
    block.height = Height(height);
    block.header = header(height);
    block.time = bench.clock();
    bench.input(BlockInstalled{block, bench.stable(4)});
  }
  CHECK(bench.core().status().stable == Height(4));
  REQUIRE(bench.votes<PrePrepare>().size() == 1);
  CHECK(bench.votes<PrePrepare>()[0].sequence == Sequence(5));
}

TEST_CASE("NEW-VIEW carries pre-prepares of the new view; signatures of the old view are refused") {
  Bench bench(3);
  const std::vector<Message> changes{Bench::view_change(0, 1, {bench.prepared(0, 1, digest(1))}),
                                     Bench::view_change(1, 1), Bench::view_change(2, 1)};
  NewView message = std::get<NewView>(bench.new_view(1, changes));
  message.slots[0].pre_prepare = bench.prepared(0, 1, digest(1)).pre_prepare;
  message.seal();
  const auto key = qilian::sim::fake_key(1);
  message.signature = qilian::sim::fake_sign(key, signing_payload(kGenesis, *signed_header(Message(message))));
  const auto result = bench.deliver(1, message);
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == "message.signature");
}

TEST_CASE("a view change with a bad certificate does not hide the sender's good one") {
  Bench bench(1);
  PreparedCertificate bad = bench.prepared(0, 1, digest(1));
  bad.prepares[0].bytes[0] ^= 1;
  CHECK_FALSE(bench.deliver(2, Bench::view_change(2, 1, {bad})).has_value());
  REQUIRE(bench.deliver(2, Bench::view_change(2, 1, {bench.prepared(0, 1, digest(1))})).has_value());
  REQUIRE(bench.deliver(3, Bench::view_change(3, 1)).has_value());
  REQUIRE(bench.votes<NewView>().size() == 1);
  REQUIRE(bench.votes<NewView>()[0].slots.size() == 1);
  CHECK(bench.votes<NewView>()[0].slots[0].digest == digest(1));
}

TEST_CASE("a primary makes one NEW-VIEW for a view, however many view changes follow") {
  Bench bench(1, 5);
  for (const std::uint32_t i : {2U, 3U, 4U}) REQUIRE(bench.deliver(i, Bench::view_change(i, 1)).has_value());
  REQUIRE(bench.votes<NewView>().size() == 1);
  static_cast<void>(bench.deliver(0, Bench::view_change(0, 1, {bench.prepared(0, 1, digest(1))})));
  bench.tick(500);
  CHECK(bench.votes<NewView>().size() == 1);
}

TEST_CASE("a stale view change is refused, and those of one sender are bounded") {
  Bench bench(3);
  enter(bench, 1, {Bench::view_change(0, 1), Bench::view_change(1, 1), Bench::view_change(2, 1)});
  const Message old = Bench::view_change(0, 1);
  static_cast<void>(bench.deliver(0, old));
  CHECK(bench.core().status().in_view);
  const std::size_t before = bench.core().status().buffered;
  for (std::uint64_t view = 2; view < 40; ++view) REQUIRE(bench.deliver(0, Bench::view_change(0, view)).has_value());
  CHECK(bench.core().status().buffered <= before + 4);
  CHECK(bench.core().status().view == View(1));
}

TEST_CASE("f+1 view changes pull a replica to the smallest of them, fewer do not") {
  Bench bench(3);
  REQUIRE(bench.deliver(0, Bench::view_change(0, 9)).has_value());
  CHECK(bench.core().status().view == View(0));
  REQUIRE(bench.deliver(1, Bench::view_change(1, 5)).has_value());
  CHECK(bench.core().status().view == View(5));
  REQUIRE(bench.votes<ViewChange>().size() == 1);
  CHECK(bench.votes<ViewChange>()[0].view == View(5));
}

TEST_CASE(
    "items 14 and 15: timeouts double up to their cap, need a quorum to run, and return to the base when a client "
    "transaction executes") {
  Bench bench(3);
  bench.admit(envelope(1));
  bench.tick(1700);
  REQUIRE(bench.core().status().view == View(1));
  CHECK(bench.core().status().timeout_ms == 2000);
  // Alone it waits, sends the same bytes again and never runs away.
  bench.tick(60'000, 100);
  CHECK(bench.core().status().view == View(1));
  CHECK(bench.votes<ViewChange>().size() == 1);
  CHECK(bench.sent_at_once<ViewChange>() > 10);
  // With a quorum each faulty primary costs one, longer, timeout.
  for (std::uint64_t view = 1; view <= 4; ++view) {
    for (const std::uint32_t i : {1U, 2U}) REQUIRE(bench.deliver(i, Bench::view_change(i, view)).has_value());
    REQUIRE(bench.core().status().view == View(view));
    bench.tick(bench.core().status().timeout_ms - 20);
    CHECK(bench.core().status().view == View(view));
    bench.tick(40);
    CHECK(bench.core().status().view == View(view + 1));
  }
  CHECK(bench.core().status().timeout_ms == 8000);
  const std::vector<Message> changes{Bench::view_change(0, 5), Bench::view_change(1, 5), Bench::view_change(2, 5)};
  enter(bench, 5, changes);
  CHECK(bench.core().status().timeout_ms == 8000);
  const auto what = bench.proposal(1, {envelope(1).digest}, 5);
  REQUIRE(bench.deliver(1, bench.pre_prepare(what, 5)).has_value());
  for (const std::uint32_t i : {0U, 1U, 2U})
    REQUIRE(bench.deliver(i, Bench::commit(i, 5, 1, what->digest())).has_value());
  CHECK(bench.core().status().timeout_ms == 1000);
}

TEST_CASE("a slot of the new view whose body is unknown is fetched, and prepared only when it is complete") {
  Bench bench(3);
  const auto what = bench.proposal(1, {envelope(1).digest});
  enter(bench, 1,
        {Bench::view_change(0, 1, {bench.prepared(0, 1, what->digest())}), Bench::view_change(1, 1),
         Bench::view_change(2, 1)});
  CHECK(bench.votes<Prepare>().empty());
  REQUIRE(bench.sent_at_once<FetchProposals>() >= 1);
  REQUIRE(bench.deliver(1, Proposals{{*what}, {}}).has_value());
  CHECK(bench.votes<Prepare>().empty());
  REQUIRE_FALSE(bench.envelope_fetches.empty());
  bench.input(EnvelopesFetched{{envelope(1)}});
  REQUIRE(bench.votes<Prepare>().size() == 1);
  CHECK(bench.votes<Prepare>()[0].view == View(1));
  CHECK(bench.votes<Prepare>()[0].digest == what->digest());
}

TEST_CASE("transactions of an abandoned proposal wait again and the next primary proposes them") {
  Bench bench(1);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  REQUIRE(bench.deliver(2, Bench::view_change(2, 1)).has_value());
  REQUIRE(bench.deliver(3, Bench::view_change(3, 1)).has_value());
  REQUIRE(bench.core().status().in_view);
  bench.tick(100);
  REQUIRE(bench.votes<PrePrepare>().size() == 1);
  CHECK(bench.votes<PrePrepare>()[0].view == View(1));
  CHECK(bench.votes<PrePrepare>()[0].proposal->envelopes == std::vector{envelope(1).digest});
  CHECK(bench.votes<PrePrepare>()[0].proposal->proposer == ReplicaId(1));
}

TEST_CASE("null requests execute as empty blocks and move the watermark, so that a full window never stalls") {
  Bench bench(3, 4, 2);
  const auto what = bench.proposal(2, {envelope(1).digest});
  enter(bench, 1,
        {Bench::view_change(0, 1, {bench.prepared(0, 2, what->digest())}), Bench::view_change(1, 1),
         Bench::view_change(2, 1)});
  REQUIRE(bench.deliver(1, Proposals{{*what}, {}}).has_value());
  bench.input(EnvelopesFetched{{envelope(1)}});
  REQUIRE(bench.votes<Prepare>().size() == 2);
  for (const std::uint32_t i : {0U, 1U, 2U}) {
    REQUIRE(bench.deliver(i, Bench::commit(i, 1, 1, kNullDigest)).has_value());
    REQUIRE(bench.deliver(i, Bench::commit(i, 1, 2, what->digest())).has_value());
  }
  REQUIRE(bench.executed.size() == 2);
  CHECK(bench.executed[0].proposal == nullptr);
  for (const std::uint32_t i : {0U, 1U}) REQUIRE(bench.deliver(i, Bench::checkpoint(i, 2, header(2))).has_value());
  CHECK(bench.core().status().stable == Height(2));
}

TEST_CASE("a primary that ignores a forwarded transaction is replaced; one that is merely busy is not") {
  Bench censored(1);
  censored.admit(envelope(1));
  censored.tick(600);
  CHECK(censored.sent_at_once<Forward>() == 1);
  CHECK(censored.core().status().in_view);
  censored.tick(1100);
  CHECK_FALSE(censored.core().status().in_view);

  Bench busy(1);
  busy.admit(envelope(1));
  busy.tick(600);
  busy.commit_slot(1, envelope(2));
  busy.tick(600);
  busy.commit_slot(2, envelope(3));
  busy.tick(500);
  CHECK(busy.core().status().in_view);
}

TEST_CASE("rule 6: NEW-VIEW slots are exempt from the clock and from the rules for fresh proposals") {
  Bench bench(3);
  const auto what = bench.proposal(1, {envelope(1).digest}, 0, TimeMs(5));
  enter(bench, 1,
        {Bench::view_change(0, 1, {bench.prepared(0, 1, what->digest())}), Bench::view_change(1, 1),
         Bench::view_change(2, 1)});
  REQUIRE(bench.deliver(1, Proposals{{*what}, {}}).has_value());
  bench.input(EnvelopesFetched{{envelope(1)}});
  CHECK(bench.votes<Prepare>().size() == 1);
}

TEST_CASE("a replica enters a view only with the view changes that the NEW-VIEW names, and fetches those it lacks") {
  Bench bench(3);
  const std::vector<Message> changes{Bench::view_change(0, 1), Bench::view_change(1, 1), Bench::view_change(2, 1)};
  REQUIRE(bench.deliver(1, bench.new_view(1, changes)).has_value());
  CHECK(bench.core().status().view == View(0));
  CHECK(bench.sent_at_once<FetchViewChanges>() == 1);
  for (const std::uint32_t i : {0U, 1U, 2U}) REQUIRE(bench.deliver(1, changes[i]).has_value());
  CHECK(bench.core().status().view == View(1));
  CHECK(bench.core().status().in_view);
}

TEST_CASE("a replica that gave up a view alone still commits with the commits of that view") {
  Bench bench(1);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  REQUIRE(bench.deliver(2, Bench::prepare(2, 0, 1, what->digest())).has_value());
  REQUIRE(bench.votes<Commit>().size() == 1);
  bench.tick(3000);
  REQUIRE_FALSE(bench.core().status().in_view);
  for (const std::uint32_t i : {0U, 2U}) REQUIRE(bench.deliver(i, Bench::commit(i, 0, 1, what->digest())).has_value());
  CHECK(bench.executed.size() == 1);
}

TEST_CASE("commits of several views behind are told apart, and the quorum of one of them commits the slot") {
  Bench bench(1);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  enter(bench, 4, {Bench::view_change(0, 4), Bench::view_change(2, 4), Bench::view_change(3, 4)});
  for (const std::uint32_t i : {0U, 2U}) REQUIRE(bench.deliver(i, Bench::commit(i, 3, 1, what->digest())).has_value());
  for (const std::uint32_t i : {0U, 2U}) REQUIRE(bench.deliver(i, Bench::commit(i, 2, 1, what->digest())).has_value());
  CHECK(bench.sent_at_once<FetchProposals>() == 0);
  REQUIRE(bench.deliver(3, Bench::commit(3, 2, 1, what->digest())).has_value());
  CHECK(bench.sent_at_once<FetchProposals>() == 1);
  REQUIRE(bench.deliver(2, Proposals{{*what}, {}}).has_value());
  CHECK(bench.executed.size() == 1);
}

TEST_CASE("an own commit of a view left behind counts again when a peer brings it back") {
  Bench bench(1);
  const auto what = bench.proposal(1, {envelope(1).digest});
  enter(bench, 4, {Bench::view_change(0, 4), Bench::view_change(2, 4), Bench::view_change(3, 4)});
  for (const std::uint32_t i : {0U, 2U}) REQUIRE(bench.deliver(i, Bench::commit(i, 2, 1, what->digest())).has_value());
  REQUIRE(bench.deliver(2, Bench::commit(1, 2, 1, what->digest())).has_value());
  CHECK_FALSE(bench.core().status().stopped.has_value());
  CHECK(bench.sent_at_once<FetchProposals>() == 1);
}

TEST_CASE("a made-up NEW-VIEW of a far view does not keep a replica from the next honest primary's") {
  Bench bench(3);
  // Replica 2 leads view 1002 and names VIEW-CHANGEs that nobody ever sent.
  const std::vector<Message> made_up{Bench::view_change(0, 1'002), Bench::view_change(1, 1'002),
                                     Bench::view_change(2, 1'002)};
  REQUIRE(bench.deliver(2, bench.new_view(1'002, made_up)).has_value());
  REQUIRE_FALSE(bench.core().status().view == View(1'002));
  enter(bench, 1, {Bench::view_change(0, 1), Bench::view_change(1, 1), Bench::view_change(2, 1)});
}

TEST_CASE("forwarded digests that never come take only their sender's room") {
  Bench bench(0);
  for (std::uint64_t round = 0; round < 5; ++round) {
    Forward made_up;
    for (std::uint64_t i = 0; i < kMaxForward; ++i)
      made_up.envelopes.push_back(envelope(10'000 + round * 5'000 + i).digest);
    REQUIRE(bench.deliver(2, made_up).has_value());
  }
  bench.clear();
  REQUIRE(bench.deliver(1, Forward{{envelope(1).digest}, {}}).has_value());
  REQUIRE(bench.envelope_fetches.size() == 1);
  bench.input(EnvelopesFetched{{envelope(1)}});
  REQUIRE(bench.votes<PrePrepare>().size() == 1);
  CHECK(bench.votes<PrePrepare>()[0].proposal->envelopes == std::vector{envelope(1).digest});
}

TEST_CASE("fetches of one peer are answered up to a number of bytes in an interval, whatever they repeat") {
  Bench bench(1);
  std::vector<EnvelopeDigest> many;
  for (std::uint64_t i = 0; i < kMaxBatch; ++i) many.push_back(envelope(i).digest);
  const auto what = bench.proposal(1, many);
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  const auto answered = [&](std::uint32_t peer) {
    bench.clear();
    for (int i = 0; i < 20; ++i) {
      REQUIRE(bench.deliver(peer, FetchProposals{std::vector(10, what->digest()), {}}).has_value());
    }
    std::size_t proposals = 0;
    for (const Outgoing& outgoing : bench.at_once) {
      const Message message = message_of(outgoing);
      if (const auto* answer = std::get_if<Proposals>(&message)) proposals += answer->proposals.size();
    }
    return proposals;
  };
  CHECK(answered(2) == 31);
  CHECK(answered(3) == 31);
  CHECK(answered(2) == 0);
  bench.tick(bench.config().status_interval_ms);
  CHECK(answered(2) == 31);
}

TEST_CASE("a report of signatures that are not the receiver's is refused before any of them is checked") {
  Bench bench(1);
  bench.core();
  bench.verifier().set_self(ReplicaId(1));
  const auto before = bench.verifier().counters().signatures_checked;
  Status report;
  report.is_report = true;
  for (std::uint64_t i = 1; i <= 100; ++i) report.yours.push_back(*signed_header(Bench::prepare(2, 0, i, digest(i))));
  CHECK_FALSE(bench.deliver(2, report).has_value());
  CHECK(bench.verifier().counters().signatures_checked == before);
}

TEST_CASE("item 2: a certificate outlives a view whose NEW-VIEW did not know it") {
  Bench bench(1);
  bench.admit(envelope(1));
  const auto what = bench.proposal(1, {envelope(1).digest});
  REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
  REQUIRE(bench.deliver(2, Bench::prepare(2, 0, 1, what->digest())).has_value());
  REQUIRE(bench.votes<Commit>().size() == 1);
  enter(bench, 2, {Bench::view_change(0, 2), Bench::view_change(2, 2), Bench::view_change(3, 2)});
  bench.clear();
  for (const std::uint32_t i : {0U, 3U}) REQUIRE(bench.deliver(i, Bench::view_change(i, 3)).has_value());
  REQUIRE(bench.votes<ViewChange>().size() == 1);
  const ViewChange message = bench.votes<ViewChange>()[0];
  REQUIRE(message.prepared.size() == 1);
  CHECK(message.prepared[0].view == View(0));
  CHECK(message.prepared[0].digest == what->digest());
}
