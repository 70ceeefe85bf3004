#include "tests/unit/consensus/bench.h"

using namespace qilian::consensus;

namespace {

BlockSummary block(std::uint64_t height) {
  BlockSummary out;
  out.height = Height(height);
  out.header = header(height);
  return out;
}

}  // namespace

TEST_CASE("a checkpoint proof counts only with a quorum of distinct signatures over one header") {
  Bench bench(1);
  const auto refused = [&](const CheckpointCertificate& certificate) {
    return !bench.deliver(2, CheckpointProof{certificate, {}}).has_value();
  };
  CheckpointCertificate bad = bench.stable(5);
  bad.header = header(6);
  CHECK(refused(bad));
  bad = bench.stable(5);
  bad.signatures[1].bytes[0] ^= 1;
  CHECK(refused(bad));
  bad = bench.stable(5);
  bad.signatures.pop_back();
  CHECK(refused(bad));
  bad = bench.stable(5);
  bad.signers = make_bitmap(4);
  set_bit(bad.signers, ReplicaId(0));
  CHECK(refused(bad));
  bad = bench.stable(5);
  bad.signers[0] = static_cast<char>(bad.signers[0] | 0x10);
  CHECK(refused(bad));
  CHECK(bench.core().status().certified == Height(0));
  CHECK_FALSE(refused(bench.stable(5)));
  CHECK(bench.core().status().certified == Height(5));
}

TEST_CASE("a certificate above L starts catch-up and truncates nothing") {
  Bench bench(1);
  bench.commit_slot(1, envelope(1));
  REQUIRE(bench.deliver(2, CheckpointProof{bench.stable(200), {}}).has_value());
  CHECK(bench.core().status().stable == Height(0));
  CHECK_FALSE(bench.truncated.has_value());
  bench.tick(1000);
  REQUIRE_FALSE(bench.block_fetches.empty());
  CHECK(bench.block_fetches[0].first == Height(2));
  CHECK(bench.block_fetches[0].last == Height(200));
  CHECK(bench.block_fetches[0].sources.size() == 2);
  // A snapshot may leap.
  bench.input(BlockInstalled{block(200), bench.stable(200)});
  CHECK(bench.core().status().stable == Height(200));
  CHECK(bench.core().status().executed == Height(200));
  CHECK(bench.votes<Checkpoint>().size() == 1);  // never for what was not executed here
}

TEST_CASE("a replica stops when a certificate, and nothing less, contradicts its own header") {
  Bench bench(1);
  bench.commit_slot(1, envelope(1));
  for (const std::uint32_t i : {0U, 2U}) REQUIRE(bench.deliver(i, Bench::checkpoint(i, 1, header(99))).has_value());
  CHECK_FALSE(bench.core().status().stopped.has_value());
  REQUIRE(bench.deliver(3, Bench::checkpoint(3, 1, header(99))).has_value());
  CHECK(bench.core().status().stopped.has_value());
  CHECK_FALSE(bench.core().status().voting);
  CHECK(bench.core().status().stable == Height(0));
}

TEST_CASE("two checkpoints of one replica for one height are evidence, and the second does not count") {
  Bench bench(1);
  bench.commit_slot(1, envelope(1));
  REQUIRE(bench.deliver(0, Bench::checkpoint(0, 1, header(99))).has_value());
  REQUIRE(bench.deliver(0, Bench::checkpoint(0, 1, header(1))).has_value());
  REQUIRE(bench.evidence.size() == 1);
  REQUIRE(bench.deliver(2, Bench::checkpoint(2, 1, header(1))).has_value());
  CHECK(bench.core().status().stable == Height(0));
  REQUIRE(bench.deliver(3, Bench::checkpoint(3, 1, header(1))).has_value());
  CHECK(bench.core().status().stable == Height(1));
}

TEST_CASE("a block that was fetched overtakes its own execution without harm") {
  Bench bench(1);
  bench.hold_executor = true;
  bench.commit_slot(1, envelope(1));
  REQUIRE(bench.executed.size() == 1);
  bench.input(BlockInstalled{block(1), bench.stable(1)});
  CHECK(bench.core().status().executed == Height(1));
  bench.input(Executed{block(1)});
  CHECK(bench.core().status().executed == Height(1));
  CHECK(bench.core().status().stable == Height(1));
  CHECK_FALSE(bench.core().status().stopped.has_value());
}

TEST_CASE("a replica that missed a view change learns the view from the answer to its status") {
  Bench ahead(3);
  const std::vector<Message> changes{Bench::view_change(0, 1), Bench::view_change(1, 1), Bench::view_change(2, 1)};
  for (const Message& one : changes) REQUIRE(ahead.deliver(std::get<ViewChange>(one).sender.value(), one).has_value());
  REQUIRE(ahead.deliver(1, ahead.new_view(1, changes)).has_value());
  ahead.clear();
  Bench behind(2);
  behind.tick(10);
  REQUIRE(behind.sent_at_once<Status>() >= 1);
  for (const Outgoing& outgoing : behind.at_once) REQUIRE(ahead.deliver(2, message_of(outgoing)).has_value());
  for (const Outgoing& outgoing : ahead.at_once) {
    const Message message = message_of(outgoing);
    if (outgoing.to == ReplicaId(2)) static_cast<void>(behind.deliver(3, message));
  }
  CHECK(behind.core().status().view == View(1));
  CHECK(behind.core().status().in_view);
}

TEST_CASE("what lies outside the window, the epoch or the set is refused before any signature is checked") {
  Bench bench(1);
  bench.core();
  const auto cheap = [&](Message message) {
    const auto before = bench.verifier().counters();
    const bool refused = !bench.deliver(2, std::move(message)).has_value();
    return refused && bench.verifier().counters().signatures_checked == before.signatures_checked &&
           bench.verifier().counters().filtered == before.filtered + 1;
  };
  CHECK(cheap(Bench::prepare(2, 0, 0, kNullDigest)));
  CHECK(cheap(Bench::prepare(2, 0, 17, kNullDigest)));
  CHECK(cheap(Bench::prepare(9, 0, 1, kNullDigest)));
  CHECK(cheap(Bench::checkpoint(2, 400, header(1))));
  Prepare other = std::get<Prepare>(Bench::prepare(2, 0, 1, kNullDigest));
  other.epoch = Epoch(1);
  CHECK(cheap(other));
}

TEST_CASE("one answer per peer and interval, whatever it asks") {
  Bench bench(1);
  bench.commit_slot(1, envelope(1));
  bench.tick(1000);
  bench.clear();
  Status status;
  REQUIRE(bench.deliver(2, status).has_value());
  const std::size_t once = bench.at_once.size();
  CHECK(once > 0);
  for (int i = 0; i < 20; ++i) REQUIRE(bench.deliver(2, status).has_value());
  CHECK(bench.at_once.size() == once);
}

TEST_CASE("status answers bring a lagging peer the proposal, the votes and the checkpoints that it lacks") {
  Bench bench(1);
  bench.commit_slot(1, envelope(1));
  bench.tick(1000);
  bench.clear();
  REQUIRE(bench.deliver(3, Status{}).has_value());
  CHECK(bench.sent_at_once<PrePrepare>() == 1);
  CHECK(bench.sent_at_once<Prepare>() >= 1);
  CHECK(bench.sent_at_once<Commit>() >= 2);
  CHECK(bench.sent_at_once<Checkpoint>() == 1);
}

TEST_CASE("a signature that was found good once is not checked again, and the memory of it is bounded") {
  Verifier verifier(kGenesis, qilian::sim::fake_check, 2);
  verifier.add_validators(qilian::sim::fake_validators(4));
  verifier.set_horizon({Epoch(0), View(0), Height(0), 8});
  const auto check = [&](std::uint64_t sequence) {
    REQUIRE(verifier.verify(ReplicaId(2), Bench::prepare(2, 0, sequence, kNullDigest)).has_value());
    return verifier.counters().signatures_checked;
  };
  CHECK(check(1) == 1);
  CHECK(check(1) == 1);
  CHECK(check(2) == 2);
  CHECK(check(3) == 3);
  CHECK(check(1) == 4);
}

TEST_CASE("rule 11: a change of validators ends its epoch at h + window, in which empty batches fill up") {
  Bench bench(0, 4, 2);
  bench.hold_executor = true;
  bench.tick(0);
  bench.admit(envelope(1));
  REQUIRE(bench.votes<PrePrepare>().size() == 1);
  const auto run = [&](std::uint64_t sequence, bool change) {
    ProposalDigest digest;
    for (const PrePrepare& vote : bench.votes<PrePrepare>()) {
      if (vote.sequence == Sequence(sequence)) digest = vote.digest;
    }
    REQUIRE(digest != kNullDigest);
    for (const std::uint32_t i : {1U, 2U})
      REQUIRE(bench.deliver(i, Bench::prepare(i, 0, sequence, digest)).has_value());
    for (const std::uint32_t i : {1U, 2U}) REQUIRE(bench.deliver(i, Bench::commit(i, 0, sequence, digest)).has_value());
    BlockSummary done = block(sequence);
    done.time = bench.clock();
    if (change) done.change = BlockSummary::Change{qilian::sim::fake_validators(7, 1), ReplicaId(0)};
    bench.input(Executed{done});
    for (const std::uint32_t i : {1U, 2U})
      REQUIRE(bench.deliver(i, Bench::checkpoint(i, sequence, header(sequence))).has_value());
  };
  run(1, true);
  bench.tick(50);
  run(2, false);
  bench.tick(50);
  // Slot 3 is the boundary; slot 4 belongs to the next epoch.
  run(3, false);
  CHECK(bench.core().status().stable == Height(3));
  CHECK(bench.core().status().epoch == Epoch(1));
  CHECK(bench.core().status().view == View(0));
  CHECK(bench.core().status().primary == ReplicaId(1));
  CHECK(bench.core().validators().size() == 7);
  CHECK(std::ranges::all_of(bench.votes<PrePrepare>(),
                            [](const PrePrepare& vote) { return vote.sequence <= Sequence(3); }));
  // Votes of the old epoch count no more.
  bench.verifier().add_validators(qilian::sim::fake_validators(7, 1));
  CHECK_FALSE(bench.deliver(2, Bench::prepare(2, 0, 4, kNullDigest)).has_value());
}
