#include "node/executor.h"

#include <doctest/doctest.h>

#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::node::Batch;
using qilian::node::Executor;

namespace {

std::unique_ptr<Executor> open(const Folder& folder, const Network& network) {
  auto opened = Executor::open(options_in(folder.path()), network.genesis());
  if (!opened) FAIL(opened.error().message);
  return *std::move(opened);
}

}  // namespace

TEST_CASE("two nodes that execute the same batches hold the same block frames") {
  const Folder a;
  const Folder b;
  const Network network;
  const auto left = open(a, network);
  const auto right = open(b, network);
  for (std::uint64_t h = 1; h <= 12; ++h) {
    REQUIRE(left->execute(scripted_batch(network, Height(h))));
    REQUIRE(right->execute(scripted_batch(network, Height(h))));
    REQUIRE(*left->store().block_frame(Height(h)) == *right->store().block_frame(Height(h)));
  }
}

TEST_CASE("a null batch becomes an empty block with its parent's time and no proposer") {
  const Folder folder;
  const Network network;
  const auto executor = open(folder, network);
  REQUIRE(executor->execute(network.batch(Height(1), 5000, {network.transaction("put.a", "1")})));
  const Digest state = executor->header().state_root;
  const auto done = executor->execute(
      {.height = Height(2), .epoch = Epoch(0), .time = TimeMs(0), .proposer = kNoProposer, .transactions = {}});
  REQUIRE(done);
  CHECK(done->header.time == TimeMs(kStart + 5000));
  CHECK(done->header.proposer == kNoProposer);
  CHECK(done->header.transaction_count == 0);
  CHECK(done->header.state_root == state);
}

TEST_CASE("header time never runs backwards") {
  const Folder folder;
  const Network network;
  const auto executor = open(folder, network);
  REQUIRE(executor->execute(network.batch(Height(1), 5000, {})));
  REQUIRE(executor->execute(network.batch(Height(2), 3000, {})));
  CHECK(executor->header().time == TimeMs(kStart + 5000));
}

TEST_CASE("a wrong height, a wrong epoch and a null batch with transactions are refused") {
  const Folder folder;
  const Network network;
  const auto executor = open(folder, network);
  CHECK(executor->execute(network.batch(Height(2), 1000, {})).error().code == "executor.order");
  CHECK(executor->execute(network.batch(Height(0), 1000, {})).error().code == "executor.order");
  Batch batch = network.batch(Height(1), 1000, {});
  batch.epoch = Epoch(1);
  CHECK(executor->execute(batch).error().code == "executor.order");
  batch = network.batch(Height(1), 1000, {network.transaction("put.a", "1")});
  batch.proposer = kNoProposer;
  CHECK(executor->execute(batch).error().code == "executor.order");
  CHECK(executor->height() == Height(0));
}

TEST_CASE(
    "an id is executed at most once: in one batch, in a later block, after a restart, short-lived and long-lived") {
  const Folder folder;
  const Network network;
  const auto brief = network.transaction("put.a", "short", kShortExpiryMs);
  const auto lasting = network.transaction("put.b", "long", 10 * kShortExpiryMs);
  {
    const auto executor = open(folder, network);
    const auto done = executor->execute(network.batch(Height(1), 1000, {brief, lasting, brief}));
    REQUIRE(done);
    CHECK(done->outcomes.size() == 2);
    CHECK(done->dropped == std::vector{brief->id()});
    CHECK(executor->executed(*brief));
    CHECK(executor->executed(*lasting));
    CHECK_FALSE(executor->executed(*network.transaction("put.c", "other")));
    CHECK(executor->execute(network.batch(Height(2), 2000, {lasting, brief}))->dropped.size() == 2);
  }
  const auto executor = open(folder, network);
  CHECK(executor->execute(network.batch(Height(3), 3000, {lasting, brief}))->dropped.size() == 2);
  // The long-lived id outlives the window of blocks.
  const auto later = executor->execute(network.batch(Height(4), 5 * kShortExpiryMs, {lasting}));
  CHECK(later->dropped.size() == 1);
  CHECK(later->header.transaction_count == 0);
}

TEST_CASE("the window of remembered short ids depends on block time alone, whether or not the node was restarted") {
  const Folder a;
  const Folder b;
  const Network network;
  const auto brief = network.transaction("put.a", "short", 1000);
  const auto steady = open(a, network);
  auto restarted = open(b, network);
  for (const auto& batch :
       {network.batch(Height(1), 500, {brief}), network.batch(Height(2), 500 + kShortExpiryMs, {brief}),
        network.batch(Height(3), 501 + kShortExpiryMs, {brief})}) {
    const auto left = steady->execute(batch);
    const auto right = restarted->execute(batch);
    REQUIRE(left);
    REQUIRE(right);
    CHECK(left->header_bytes == right->header_bytes);
    restarted.reset();
    restarted = open(b, network);
  }
  CHECK(steady->store().header(Height(2))->transaction_count == 0);
  // Beyond the window the id is forgotten; by then it has expired, and the contracts say so.
  CHECK(steady->header().transaction_count == 1);
}

TEST_CASE("a joining node installs certified blocks and ends with the same ledger") {
  const Folder a;
  const Folder b;
  const Network network(4);
  const auto source = open(a, network);
  const auto joining = open(b, network);
  for (std::uint64_t h = 1; h <= 10; ++h) {
    const auto done = source->execute(scripted_batch(network, Height(h)));
    REQUIRE(done);
    if (h <= 6) REQUIRE(source->append_certificate(network.certify(done->header)));
  }
  for (std::uint64_t h = 1; h <= 6; ++h) {
    const auto installed =
        joining->install(*source->store().block_frame(Height(h)), *source->store().certificate(Height(h)));
    if (!installed) FAIL(installed.error().message);
    CHECK(installed->header == *source->store().header(Height(h)));
  }
  // Blocks 7 to 10 under the certificate of 10 alone.
  REQUIRE(source->append_certificate(network.certify(source->header())));
  std::vector<Bytes> frames;
  for (std::uint64_t h = 7; h <= 10; ++h) frames.push_back(*source->store().block_frame(Height(h)));
  REQUIRE(joining->install_run(frames, *source->store().certificate_covering(Height(7))));
  CHECK(joining->header() == source->header());
  CHECK(joining->store().certified() == Height(10));
}

TEST_CASE("a peer's bad block is refused and leaves nothing behind") {
  const Folder a;
  const Folder b;
  const Network network(4);
  const auto source = open(a, network);
  const auto joining = open(b, network);
  REQUIRE(source->execute(scripted_batch(network, Height(1))));
  const Bytes frame = *source->store().block_frame(Height(1));
  const BlockCertificate good = network.certify(source->header());

  BlockCertificate few = good;
  few.signers[0] = 3;
  few.signatures.resize(2);
  CHECK(joining->install(frame, few).error().code.starts_with("certificate."));
  BlockCertificate forged = good;
  forged.signatures[1].bytes[5] ^= 1;
  CHECK_FALSE(joining->install(frame, forged));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < frame.size(); at += 13) {
    Bytes changed = frame;
    changed[at] ^= 4;
    const auto installed = joining->install(changed, good);
    REQUIRE_FALSE(installed);
    CHECK(installed.error().code == "executor.bad_block");
    ++refused;
  }
  CHECK(refused > 50);
  CHECK(joining->install_run({}, good).error().code == "executor.bad_block");
  CHECK(joining->height() == Height(0));
  CHECK(joining->store().blocks() == 1);
  CHECK(joining->install(frame, good));
}

TEST_CASE("a certificate of another header than ours is divergence, never a fork") {
  const Folder folder;
  const Network network(4);
  const auto executor = open(folder, network);
  REQUIRE(executor->execute(scripted_batch(network, Height(1))));
  Header other = executor->header();
  other.state_root = other.history_root;
  const auto kept = executor->append_certificate(network.certify(other));
  REQUIRE_FALSE(kept);
  CHECK(kept.error().code == "executor.diverged");
  CHECK(kept.error().message.find("block 1") != std::string::npos);
  CHECK(executor->store().certified() == Height(0));
}

TEST_CASE("a certified block that this node executes differently stops it and names the height") {
  const Folder folder;
  const Network network(4);
  const auto executor = open(folder, network);
  const auto made = scripted_batch(network, Height(1));
  // A quorum that executed by other rules: same envelopes, another state.
  std::vector<const Transaction*> pointers;
  for (const auto& transaction : made.transactions) pointers.push_back(transaction.get());
  const auto state = executor->store().latest();
  const MerkleMap map = *executor->store().map(Height(0));
  auto block = qilian::node::make_block({.genesis = network.genesis(),
                                         .validators = network.genesis().validators,
                                         .parent = executor->header(),
                                         .parent_hash = executor->header_hash(),
                                         .history_root = executor->store().history_root(Height(1)),
                                         .map = map,
                                         .state = *state,
                                         .keys = *state},
                                        made.time, made.proposer, pointers);
  block.header.state_root = block.header.history_root;
  block.block.header = block.header.encode();
  const auto installed = executor->install(block.block.encode(), network.certify(block.header));
  REQUIRE_FALSE(installed);
  CHECK(installed.error().code == "executor.diverged");
  CHECK(installed.error().message.find("block 1: the state root differs") != std::string::npos);
  CHECK(executor->height() == Height(0));
  CHECK(executor->store().blocks() == 1);
}
