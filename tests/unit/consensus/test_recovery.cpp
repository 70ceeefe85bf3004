#include "tests/unit/consensus/bench.h"

using namespace qilian::consensus;

namespace {

/// A second life of `first` from its log, through the codec, with or without the given number of last records.
Bench reborn(Bench& first, std::uint32_t self, std::size_t lost = 0) {
  Bench bench(self);
  bench.config() = first.config();
  bench.durable() = first.durable();
  for (std::size_t i = 0; i + lost < first.log().size(); ++i) {
    auto record = decode_record(encode_record(first.log()[i]));
    REQUIRE(record.has_value());
    bench.log().push_back(*std::move(record));
  }
  return bench;
}

}  // namespace

TEST_CASE("after a restart a replica does not prepare another proposal in a slot where it prepared") {
  Bench first(1);
  first.admit(envelope(1));
  const auto what = first.proposal(1, {envelope(1).digest});
  REQUIRE(first.deliver(0, first.pre_prepare(what)).has_value());
  REQUIRE(first.votes<Prepare>().size() == 1);

  Bench second = reborn(first, 1);
  second.admit(envelope(2));
  const auto other = second.proposal(1, {envelope(2).digest});
  REQUIRE(second.deliver(0, second.pre_prepare(other)).has_value());
  CHECK(second.votes<Prepare>().empty());

  // With the record lost the vote was never sent, so either may be prepared.
  Bench amnesiac = reborn(first, 1, 1);
  amnesiac.admit(envelope(2));
  REQUIRE(amnesiac.deliver(0, amnesiac.pre_prepare(other)).has_value());
  CHECK(amnesiac.votes<Prepare>().size() == 1);
}

TEST_CASE("after a restart a primary does not propose another batch in a slot that it proposed") {
  Bench first(0);
  first.tick(0);
  first.admit(envelope(1));
  REQUIRE(first.votes<PrePrepare>().size() == 1);
  Bench second = reborn(first, 0);
  second.tick(0);
  second.admit(envelope(2));
  second.tick(50);
  for (const auto& vote : second.votes<PrePrepare>()) CHECK(vote.sequence > Sequence(1));
}

TEST_CASE("a commit's record restores the prepared certificate, so that a later view change still names it") {
  Bench first(1);
  first.admit(envelope(1));
  const auto what = first.proposal(1, {envelope(1).digest});
  REQUIRE(first.deliver(0, first.pre_prepare(what)).has_value());
  REQUIRE(first.deliver(2, Bench::prepare(2, 0, 1, what->digest())).has_value());
  REQUIRE(first.votes<Commit>().size() == 1);

  Bench second = reborn(first, 1);
  REQUIRE(second.deliver(2, Bench::view_change(2, 1)).has_value());
  REQUIRE(second.deliver(3, Bench::view_change(3, 1)).has_value());
  REQUIRE(second.votes<ViewChange>().size() == 1);
  REQUIRE(second.votes<ViewChange>()[0].prepared.size() == 1);
  CHECK(second.votes<ViewChange>()[0].prepared[0].digest == what->digest());
  REQUIRE(second.votes<NewView>().size() == 1);
  CHECK(second.votes<NewView>()[0].slots[0].digest == what->digest());
}

TEST_CASE("a restart in the middle of a view change restores that view and the same bytes") {
  Bench first(3);
  first.admit(envelope(1));
  first.tick(2000);
  REQUIRE(first.votes<ViewChange>().size() == 1);
  Bench second = reborn(first, 3);
  second.tick(1000);
  CHECK(second.core().status().view == View(1));
  CHECK_FALSE(second.core().status().in_view);
  CHECK(second.votes<ViewChange>().empty());
  bool same = false;
  for (const Outgoing& outgoing : second.at_once) {
    const Message message = message_of(outgoing);
    if (const auto* again = std::get_if<ViewChange>(&message)) {
      same = again->content == first.votes<ViewChange>()[0].content &&
             again->signature == first.votes<ViewChange>()[0].signature;
    }
  }
  CHECK(same);
}

TEST_CASE("a replica comes back in the view that it entered, with the slots of the NEW-VIEW") {
  Bench first(3);
  const auto what = first.proposal(1, {envelope(1).digest});
  const std::vector<Message> changes{Bench::view_change(0, 1, {first.prepared(0, 1, what->digest())}),
                                     Bench::view_change(1, 1), Bench::view_change(2, 1)};
  for (const Message& one : changes) REQUIRE(first.deliver(std::get<ViewChange>(one).sender.value(), one).has_value());
  REQUIRE(first.deliver(1, first.new_view(1, changes)).has_value());
  REQUIRE(first.core().status().in_view);

  Bench second = reborn(first, 3);
  second.tick(0);
  CHECK(second.core().status().view == View(1));
  CHECK(second.core().status().in_view);
  REQUIRE(second.deliver(1, Proposals{{*what}, {}}).has_value());
  second.input(EnvelopesFetched{{envelope(1)}});
  REQUIRE(second.votes<Prepare>().size() == 1);
  CHECK(second.votes<Prepare>()[0].digest == what->digest());
}

TEST_CASE("a replica signs one header per height, also when it executes the block again after a restart") {
  Bench first(1);
  first.commit_slot(1, envelope(1));
  REQUIRE(first.votes<Checkpoint>().size() == 1);
  Bench second = reborn(first, 1);
  second.hold_executor = true;
  second.input(EnvelopesFetched{{envelope(1)}});
  const auto digest = first.executed[0].proposal->digest();
  for (const std::uint32_t i : {0U, 2U, 3U}) REQUIRE(second.deliver(i, Bench::commit(i, 0, 1, digest)).has_value());
  REQUIRE(second.executed.size() == 1);
  BlockSummary other;
  other.height = Height(1);
  other.header = header(77);
  second.input(Executed{other});
  CHECK(second.votes<Checkpoint>().empty());
  CHECK(second.core().status().stopped.has_value());
}

TEST_CASE("the least log recovers the same standing as the whole log") {
  Bench first(1);
  first.commit_slot(1, envelope(1));
  for (const std::uint32_t i : {0U, 2U}) REQUIRE(first.deliver(i, Bench::checkpoint(i, 1, header(1))).has_value());
  first.admit(envelope(2));
  const auto what = first.proposal(2, {envelope(2).digest});
  REQUIRE(first.deliver(0, first.pre_prepare(what)).has_value());
  REQUIRE(first.deliver(2, Bench::prepare(2, 0, 2, what->digest())).has_value());
  REQUIRE(first.votes<Commit>().size() == 2);

  Bench second(1);
  second.durable().stable = first.stable(1);
  BlockSummary block;
  block.height = Height(1);
  block.header = header(1);
  second.durable().blocks.push_back(block);
  second.log() = first.core().log_snapshot();
  CHECK(second.log().size() < first.log().size() + 2);
  const auto other = second.proposal(2, {});
  REQUIRE(second.deliver(0, second.pre_prepare(other)).has_value());
  CHECK(second.votes<Prepare>().empty());
  REQUIRE(second.deliver(2, Bench::view_change(2, 1)).has_value());
  REQUIRE(second.deliver(3, Bench::view_change(3, 1)).has_value());
  REQUIRE(second.votes<ViewChange>().size() == 1);
  REQUIRE(second.votes<ViewChange>()[0].prepared.size() == 1);
  CHECK(second.votes<ViewChange>()[0].prepared[0].digest == what->digest());
  CHECK(second.core().pinned_envelopes().size() <= 1);
}

TEST_CASE("the least log keeps a CHECKPOINT whose block the ledger lost, so that a second crash does not forget it") {
  Bench first(1);
  first.commit_slot(1, envelope(1));
  REQUIRE(first.votes<Checkpoint>().size() == 1);

  // The ledger lagged behind the log; the log begins anew before block 1 was executed again.
  Bench second = reborn(first, 1);
  second.hold_executor = true;
  second.start();
  REQUIRE(second.core().status().executed == Height(0));
  std::size_t checkpoints = 0;
  for (const LogRecord& record : second.core().log_snapshot()) {
    const auto* vote = std::get_if<VoteRecord>(&record);
    checkpoints += vote != nullptr && vote->vote.type == MessageType::kCheckpoint && vote->vote.sequence == Height(1);
  }
  CHECK(checkpoints == 1);
}

TEST_CASE("a ledger that lost the last certificate does not make a view change forget what prepared above it") {
  Bench first(1, 4, 2);
  for (std::uint64_t s = 1; s <= 4; ++s) {
    first.commit_slot(s, envelope(s));
    for (const std::uint32_t i : {0U, 2U}) REQUIRE(first.deliver(i, Bench::checkpoint(i, s, header(s))).has_value());
  }
  first.admit(envelope(5));
  first.admit(envelope(6));
  const auto five = first.proposal(5, {envelope(5).digest});
  const auto six = first.proposal(6, {envelope(6).digest});
  REQUIRE(first.deliver(0, first.pre_prepare(five)).has_value());
  REQUIRE(first.deliver(0, first.pre_prepare(six)).has_value());
  REQUIRE(first.deliver(2, Bench::prepare(2, 0, 6, six->digest())).has_value());
  REQUIRE(first.votes<Commit>().size() == 5);

  // The ledger is back at the genesis; slot 6 lies beyond two windows of it.
  Bench second(1, 4, 2);
  second.log() = first.log();
  REQUIRE(second.deliver(2, Bench::view_change(2, 1)).has_value());
  REQUIRE(second.deliver(3, Bench::view_change(3, 1)).has_value());
  REQUIRE(second.votes<ViewChange>().size() == 1);
  const ViewChange message = second.votes<ViewChange>()[0];
  CHECK(message.stable.height == Height(4));
  REQUIRE(message.prepared.size() == 1);
  CHECK(message.prepared[0].sequence == Sequence(6));
  Bench judge(3, 4, 2);
  CHECK(judge.deliver(1, message).has_value());
}

TEST_CASE(
    "rule 13: after a restart nothing is signed before q-1 peers reported, and a forgotten signature means to observe "
    "only") {
  const auto run = [](bool forgotten) {
    Bench bench(1);
    bench.config().await_reports = true;
    bench.admit(envelope(1));
    bench.admit(envelope(2));
    const auto what = bench.proposal(1, {envelope(1).digest});
    REQUIRE(bench.deliver(0, bench.pre_prepare(what)).has_value());
    CHECK(bench.votes<Prepare>().empty());
    Status report;
    report.is_report = true;
    REQUIRE(bench.deliver(2, report).has_value());
    REQUIRE(bench.deliver(2, report).has_value());
    CHECK(bench.votes<Prepare>().empty());
    if (forgotten) report.yours = {*signed_header(Bench::prepare(1, 0, 1, what->digest()))};
    REQUIRE(bench.deliver(3, report).has_value());
    return std::pair(bench.votes<Prepare>().size(), bench.core().status().stopped.has_value());
  };
  CHECK(run(false) == std::pair<std::size_t, bool>(1, false));
  CHECK(run(true) == std::pair<std::size_t, bool>(0, true));
}

TEST_CASE("a log of another chain or key is refused") {
  Bench bench(1);
  const auto refused = [&](const LogRecord& record) {
    const std::vector<LogRecord> log{record};
    return !Core::recover(bench.config(), bench.durable(), log).has_value();
  };
  CHECK(refused(StartRecord{GenesisHash::of(qilian::ledger::sha256({"other"})), qilian::sim::fake_key(1)}));
  CHECK(refused(StartRecord{kGenesis, qilian::sim::fake_key(2)}));
  CHECK_FALSE(refused(StartRecord{kGenesis, qilian::sim::fake_key(1)}));
  CHECK(refused(VoteRecord{*signed_header(Bench::prepare(2, 0, 1, kNullDigest)), {}}));
  CHECK(refused(VoteRecord{*signed_header(Bench::prepare(1, 3, 1, kNullDigest)), {}}));
}

TEST_CASE("every record survives its encoding, and no cut or flipped byte is taken for something else in silence") {
  Bench bench(1);
  const auto what = bench.proposal(1, {envelope(1).digest});
  const Message change = Bench::view_change(2, 1, {bench.prepared(0, 1, what->digest())}, bench.stable(0));
  const Message new_view = bench.new_view(1, {change, Bench::view_change(0, 1), Bench::view_change(3, 1)});
  const std::vector<LogRecord> records{
      StartRecord{kGenesis, qilian::sim::fake_key(1)},
      ProposalRecord{*what},
      VoteRecord{*signed_header(Bench::prepare(1, 0, 1, what->digest())), {}},
      VoteRecord{*signed_header(Bench::commit(1, 0, 1, what->digest())), bench.prepared(0, 1, what->digest())},
      ViewChangeRecord{std::get<ViewChange>(change)},
      NewViewRecord{std::get<NewView>(new_view), {std::get<ViewChange>(change)}},
      EpochRecord{Epoch(3), Height(9)},
      StableRecord{bench.stable(4)},
      EnvelopeRecord{"bytes"},
  };
  for (const LogRecord& record : records) {
    const Bytes bytes = encode_record(record);
    const auto again = decode_record(bytes);
    REQUIRE(again.has_value());
    CHECK(encode_record(*again) == bytes);
    if (std::holds_alternative<EnvelopeRecord>(record)) continue;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) CHECK_FALSE(decode_record(bytes.substr(0, cut)).has_value());
    CHECK_FALSE(decode_record(bytes + '\0').has_value());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      Bytes flipped = bytes;
      flipped[i] ^= 0x41;
      if (const auto decoded = decode_record(flipped)) CHECK(encode_record(*decoded) != bytes);
    }
  }
}
