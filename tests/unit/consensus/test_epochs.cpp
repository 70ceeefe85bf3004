// Rule 11, on one core: what an epoch's end drops and keeps, whose signatures count, and what a restart finds.
#include "tests/unit/consensus/bench.h"

using namespace qilian::consensus;
using qilian::sim::fake_key;

namespace {

constexpr std::uint32_t kWindow = 2;
constexpr std::uint64_t kBoundary = 3;

BlockSummary block(std::uint64_t height, std::uint64_t epoch = 0) {
  BlockSummary out;
  out.height = Height(height);
  out.header = header(height);
  out.epoch = Epoch(epoch);
  return out;
}

/// Members of the next epoch by their keys: in replica order.
ValidatorSet next_set(std::vector<std::uint32_t> keys) {
  ValidatorSet out;
  out.epoch = Epoch(1);
  for (const std::uint32_t key : keys) out.validators.push_back({"validator" + std::to_string(key), fake_key(key)});
  return out;
}

/// Signed with the key of that number as the replica of that place.
Verified<Message> signed_as(std::uint32_t key, Message message) {
  const PublicKey name = fake_key(key);
  const ReplicaId sender = sender_of(message);
  return Signer(kGenesis, sender, [name](ByteView payload) { return qilian::sim::fake_sign(name, payload); })
      .sign(std::move(message));
}

Message checkpoint_in(std::uint64_t epoch, std::uint32_t key, std::uint32_t place, std::uint64_t height) {
  return *signed_as(key, Checkpoint{Epoch(epoch), Height(height), header(height), ReplicaId(place), {}});
}

/// A bench whose epoch 0 ends at block 3 and goes on with `next`.
void install_up_to(Bench& bench, std::uint64_t height, const ValidatorSet& next, std::optional<ReplicaId> self) {
  for (std::uint64_t h = 1; h <= height; ++h) {
    BlockSummary one = block(h);
    if (h == 1) one.change = BlockSummary::Change{next, self};
    bench.input(BlockInstalled{one, bench.stable(h)});
  }
  if (height < kBoundary) return;
  bench.verifier().add_validators(next);
  bench.verifier().set_horizon(bench.core().horizon());
}

}  // namespace

TEST_CASE("mistake 49: each set judges the blocks of its own epoch alone, its last one included") {
  Bench bench(0, 4, kWindow);
  install_up_to(bench, kBoundary, next_set({10, 11, 12, 13}), ReplicaId(0));
  REQUIRE(bench.core().status().epoch == Epoch(1));
  CHECK(bench.core().horizon().begun_by == Height(kBoundary));
  // The old set above the boundary, the new one at and below it.
  CHECK_FALSE(bench.deliver(1, checkpoint_in(0, 1, 1, kBoundary + 1)).has_value());
  CHECK_FALSE(bench.deliver(1, checkpoint_in(1, 11, 1, kBoundary)).has_value());
  // Old keys under the new epoch's number.
  CHECK_FALSE(bench.deliver(1, checkpoint_in(1, 1, 1, kBoundary + 1)).has_value());
  CHECK(bench.deliver(1, checkpoint_in(0, 1, 1, kBoundary)).has_value());
  CHECK(bench.deliver(1, checkpoint_in(1, 11, 1, kBoundary + 1)).has_value());
  CheckpointCertificate forged = bench.stable(kBoundary + 1);
  CHECK_FALSE(bench.deliver(1, CheckpointProof{forged, {}}).has_value());
}

TEST_CASE("mistake 49: while a change is pending, nothing above its boundary is judged by the present set") {
  Bench bench(0, 4, kWindow);
  install_up_to(bench, 2, next_set({10, 11, 12, 13}), ReplicaId(0));
  CHECK(bench.core().status().epoch_ends == Height(kBoundary));
  CHECK(bench.deliver(1, Bench::checkpoint(1, kBoundary, header(kBoundary))).has_value());
  CHECK_FALSE(bench.deliver(1, Bench::checkpoint(1, kBoundary + 1, header(kBoundary + 1))).has_value());
  const auto beyond = bench.proposal(kBoundary + 1, {});
  CHECK_FALSE(bench.deliver(0, bench.pre_prepare(beyond)).has_value());
}

TEST_CASE("mistake 50: who was removed is counted no more, whatever place its number names now") {
  Bench bench(0, 4, kWindow);
  // Replica 2 goes, replica 3 takes its place.
  install_up_to(bench, kBoundary, next_set({10, 11, 13}), ReplicaId(0));
  const std::uint64_t next = kBoundary + 1;
  CHECK_FALSE(bench.deliver(2, checkpoint_in(1, 2, 2, next)).has_value());
  CHECK_FALSE(bench.deliver(2, checkpoint_in(1, 13, 3, next)).has_value());
  CHECK(bench.core().status().certified == Height(kBoundary));
  REQUIRE(bench.deliver(1, checkpoint_in(1, 11, 1, next)).has_value());
  CHECK(bench.core().status().certified == Height(kBoundary));
  REQUIRE(bench.deliver(2, checkpoint_in(1, 13, 2, next)).has_value());
  CHECK(bench.core().status().certified == Height(next));
}

TEST_CASE("an own number of the epoch before is somebody else's now: its signatures accuse nobody") {
  Bench bench(3, 4, kWindow);
  install_up_to(bench, kBoundary, next_set({10, 11, 13}), ReplicaId(2));
  CHECK(bench.core().place() == ReplicaId(2));
  CHECK(bench.deliver(1, checkpoint_in(0, 2, 2, kBoundary)).has_value());
  CHECK_FALSE(bench.core().status().stopped.has_value());
  CHECK(bench.core().status().voting);
}

TEST_CASE("a removed validator retires, serves whoever lags, and is done at its successors' first certificate") {
  Bench bench(3, 4, kWindow);
  install_up_to(bench, kBoundary, next_set({10, 11, 12}), std::nullopt);
  CHECK(bench.core().status().retiring);
  CHECK_FALSE(bench.core().status().voting);
  CHECK_FALSE(bench.core().place().has_value());
  Status lagging;
  lagging.stable = Height(1);
  REQUIRE(bench.deliver(1, lagging).has_value());
  REQUIRE(bench.handovers.size() == 1);
  CHECK(bench.handovers[0].to == ReplicaId(1));
  CHECK(bench.handovers[0].epoch == Epoch(0));
  for (const std::uint32_t i : {0u, 1u, 2u})
    REQUIRE(bench.deliver(i, checkpoint_in(1, 10 + i, i, kBoundary + 1)).has_value());
  CHECK_FALSE(bench.core().status().retiring);
  bench.tick(3000);
  CHECK(bench.votes<Prepare>().empty());
  CHECK(bench.votes<ViewChange>().empty());
}

TEST_CASE("who joins follows as an observer and votes from its epoch on, once peers said what they hold of it") {
  Bench bench(0, 4, kWindow);
  bench.config().observer = true;
  bench.config().await_reports = true;
  install_up_to(bench, kBoundary, next_set({10, 11, 12, 13, 14}), ReplicaId(4));
  CHECK(bench.core().place() == ReplicaId(4));
  CHECK_FALSE(bench.core().status().voting);
  bench.verifier().set_self(ReplicaId(4));
  Status report;
  report.epoch = Epoch(1);
  report.is_report = true;
  for (const std::uint32_t i : {0u, 1u}) REQUIRE(bench.deliver(i, report).has_value());
  CHECK_FALSE(bench.core().status().voting);
  // A guest's word is no validator's, and one of another epoch is none either.
  CHECK_FALSE(bench.deliver(kFirstGuest + 1, report).has_value());
  report.epoch = Epoch(0);
  REQUIRE(bench.deliver(2, report).has_value());
  CHECK_FALSE(bench.core().status().voting);
  report.epoch = Epoch(1);
  REQUIRE(bench.deliver(2, report).has_value());
  CHECK(bench.core().status().voting);
}

TEST_CASE("a guest is answered like a replica that lags, and nothing that it says counts") {
  Bench bench(1, 4, kWindow);
  install_up_to(bench, 2, next_set({10, 11, 12, 13}), ReplicaId(1));
  const std::uint32_t guest = kFirstGuest + 7;
  REQUIRE(bench.deliver(guest, Status{}).has_value());
  bool answered = false;
  for (const Outgoing& outgoing : bench.at_once) {
    answered =
        answered || (outgoing.to == ReplicaId(guest) && std::holds_alternative<CheckpointProof>(message_of(outgoing)));
  }
  CHECK(answered);
  CHECK_FALSE(bench.deliver(guest, Forward{{envelope(1).digest}, {}}).has_value());
}

TEST_CASE("an empty batch is not refused before the change that it may fill up to was executed here") {
  Bench bench(1, 4, 8);
  bench.hold_executor = true;
  bench.admit(envelope(1));
  const auto first = bench.proposal(1, {envelope(1).digest});
  const auto second = bench.proposal(2, {});
  REQUIRE(bench.deliver(0, bench.pre_prepare(first)).has_value());
  REQUIRE(bench.deliver(0, bench.pre_prepare(second)).has_value());
  CHECK(bench.votes<Prepare>().size() == 1);
  BlockSummary done = block(1);
  done.time = first->time;
  done.change = BlockSummary::Change{next_set({10, 11, 12, 13}), ReplicaId(1)};
  for (const std::uint32_t i : {0u, 2u, 3u}) {
    if (i != 0) REQUIRE(bench.deliver(i, Bench::prepare(i, 0, 1, first->digest())).has_value());
    REQUIRE(bench.deliver(i, Bench::commit(i, 0, 1, first->digest())).has_value());
  }
  bench.input(Executed{done});
  CHECK(bench.votes<Prepare>().size() == 2);
}

TEST_CASE("without such a change an empty batch is refused") {
  Bench bench(1, 4, 8);
  const auto first = bench.proposal(1, {});
  REQUIRE(bench.deliver(0, bench.pre_prepare(first)).has_value());
  CHECK(bench.votes<Prepare>().empty());
}

namespace {

/// What a replica finds that restarts in epoch 1, at its boundary.
void restart_in_epoch_1(Bench& bench, const ValidatorSet& next) {
  bench.durable().previous = bench.durable().validators;
  bench.durable().previous_self = bench.config().self;
  bench.durable().validators = next;
  bench.durable().begun_by = Height(kBoundary);
  bench.durable().stable = bench.stable(kBoundary);
  bench.durable().blocks = {block(kBoundary)};
}

Result<Core> recovered(Bench& bench) { return Core::recover(bench.config(), bench.durable(), bench.log()); }

}  // namespace

TEST_CASE("a restart knows the log of the epoch before its hand-over, and none of an epoch to come") {
  Bench bench(1, 4, kWindow);
  restart_in_epoch_1(bench, next_set({10, 11, 12, 13}));
  const Message old = Bench::checkpoint(1, kBoundary, header(kBoundary));
  bench.log() = {StartRecord{kGenesis, fake_key(1)}, VoteRecord{*signed_header(old), {}}};
  auto core = recovered(bench);
  REQUIRE_MESSAGE(core.has_value(), (core ? "" : core.error().message));
  CHECK(core->status().epoch == Epoch(1));
  bench.log() = {StartRecord{kGenesis, fake_key(11)}, EpochRecord{Epoch(1), Height(kBoundary)}};
  CHECK(recovered(bench).has_value());
  bench.log().push_back(EpochRecord{Epoch(2), Height(90)});
  CHECK(recovered(bench).error().code == "consensus.log");
  // Another validator's log, unless it was just initialised.
  bench.log() = {StartRecord{kGenesis, fake_key(12)}, EpochRecord{Epoch(1), Height(kBoundary)}};
  CHECK(recovered(bench).error().code == "consensus.log");
  bench.log() = {StartRecord{kGenesis, fake_key(77)}};
  CHECK(recovered(bench).has_value());
  bench.log() = {StartRecord{kGenesis, fake_key(12)}};
  CHECK(recovered(bench).error().code == "consensus.log");
}

TEST_CASE("a pending change survives a restart, wherever the block that decided it stands") {
  for (const bool certified : {true, false}) {
    Bench bench(1, 4, kWindow);
    const BlockSummary::Change change{next_set({10, 11, 12, 13}), ReplicaId(1)};
    BlockSummary second = block(2);
    if (certified) {
      bench.durable().stable = bench.stable(1);
      bench.durable().blocks = {block(1), second};
      bench.durable().change = change;
      bench.durable().boundary = Height(kBoundary);
    } else {
      BlockSummary first = block(1);
      first.change = change;
      bench.durable().blocks.push_back(first);
      bench.durable().blocks.push_back(second);
    }
    bench.log() = {StartRecord{kGenesis, fake_key(1)}};
    const auto core = recovered(bench);
    REQUIRE(core.has_value());
    CHECK(core->status().epoch_ends == Height(kBoundary));
  }
}

TEST_CASE("an own signature that the log lacks ends voting, not following; a fresh key starts anew") {
  Bench bench(1, 4, kWindow);
  bench.tick(0);
  REQUIRE(bench.deliver(2, Bench::checkpoint(1, 1, header(9))).has_value());
  CHECK(bench.core().status().stopped.has_value());
  CHECK_FALSE(bench.core().status().voting);
  install_up_to(bench, 2, next_set({10, 11, 12, 13}), ReplicaId(1));
  CHECK(bench.core().status().stable == Height(2));
  CHECK_FALSE(bench.core().status().voting);
  bench.input(BlockInstalled{block(kBoundary), bench.stable(kBoundary)});
  CHECK(bench.core().status().epoch == Epoch(1));
  CHECK_FALSE(bench.core().status().stopped.has_value());
  CHECK(bench.core().status().voting);
}

TEST_CASE(
    "who waits for reports when an epoch ends, or knows that its log lacks something, waits in the next one too") {
  // Put back to an older disk, it may have voted with the next epoch's key already.
  for (const bool observing : {false, true}) {
    Bench bench(1, 4, kWindow);
    bench.config().await_reports = true;
    bench.tick(0);
    Status report;
    report.is_report = true;
    if (observing) {
      for (const std::uint32_t i : {0u, 2u}) REQUIRE(bench.deliver(i, report).has_value());
      REQUIRE(bench.core().status().voting);
      REQUIRE(bench.deliver(2, Bench::checkpoint(1, 1, header(9))).has_value());
    }
    install_up_to(bench, kBoundary, next_set({10, 11, 12, 13}), ReplicaId(1));
    REQUIRE(bench.core().status().epoch == Epoch(1));
    CHECK_FALSE(bench.core().status().voting);
    report.epoch = Epoch(1);
    for (const std::uint32_t i : {0u, 2u}) REQUIRE(bench.deliver(i, report).has_value());
    CHECK(bench.core().status().voting);
  }
}
