#include "ledger/store/store.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "ledger/core/hash.h"
#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::node::Executor;

namespace {

std::unique_ptr<Executor> open(const Folder& folder, const Network& network, Log* log = nullptr) {
  auto opened = Executor::open(options_in(folder.path(), log), network.genesis());
  if (!opened) FAIL(opened.error().message);
  return *std::move(opened);
}

void run(Executor& executor, const Network& network, std::uint64_t until) {
  while (executor.height().value() < until) {
    const auto done = executor.execute(scripted_batch(network, executor.height().next()));
    if (!done) FAIL(done.error().message);
    REQUIRE(executor.append_certificate(network.certify(done->header)));
  }
  REQUIRE(executor.sync());
}

}  // namespace

TEST_CASE("a fresh store begins with header 0 and the genesis records") {
  const Folder folder;
  const Network network;
  const auto executor = open(folder, network);
  CHECK(executor->height() == Height(0));
  CHECK(executor->header().parent.is_zero());
  CHECK(executor->header().proposer == kNoProposer);
  const auto latest = executor->store().latest();
  CHECK(latest->record({kKind, "first"}) == "genesis record");
  CHECK(executor->store().durable() == Height(0));
  CHECK(executor->store().certified() == Height(0));
}

TEST_CASE("what a block wrote can be read: transactions, blocks, objects, journals, lists") {
  const Folder folder;
  const Network network;
  const auto executor = open(folder, network);
  const auto put = network.transaction("put.b", "record of b");
  const auto denied = network.transaction("deny.x", "no");
  const auto done =
      executor->execute(network.batch(Height(1), 1000, {network.transaction("put.a", "record of a"), put, denied}));
  REQUIRE(done);
  CHECK(done->outcomes.size() == 3);
  const auto& store = executor->store();

  const auto found = store.transaction(put->id());
  REQUIRE(found);
  CHECK(found->height == Height(1));
  CHECK(found->index == 1);
  CHECK(found->envelope == put->envelope());
  CHECK(found->receipt == done->outcomes[1].receipt);
  CHECK(store.transaction(denied->id())->index == 2);
  CHECK(store.transaction(TransactionId{}).error().code == "store.not_found");

  CHECK(*store.header(Height(1)) == done->header);
  CHECK(store.header(Height(2)).error().code == "store.not_found");
  const auto block = Block::decode(*store.block_frame(Height(1)));
  REQUIRE(block);
  CHECK(block->header == done->header_bytes);
  CHECK(*transactions_root(*block) == done->header.transactions_root);

  const auto latest = store.latest();
  CHECK(latest->height() == Height(1));
  CHECK(latest->record({kKind, "a"}) == "record of a");
  CHECK_FALSE(latest->record({kKind, "c"}));
  CHECK(latest->health());
  const auto all = latest->objects(kKind, "", "", 10);
  REQUIRE(all->size() == 3);
  CHECK((*all)[0].key.id == "a");
  CHECK(latest->objects(kKind, "", "a", 10)->size() == 2);
  CHECK(latest->objects(kKind, "", "", 2)->size() == 2);
  CHECK(latest->objects(kKind, "f", "", 10)->size() == 1);
  CHECK(latest->objects(kKind, "f", "a", 10)->size() == 1);
  CHECK(latest->objects(kKind, "", "first", 10)->empty());
  CHECK(latest->objects(kIndexKind, "", "", 10)->size() == 1);

  const auto journal = latest->journal({kIndexKind, "all"}, 0, 10);
  REQUIRE(journal->size() == 2);
  CHECK((*journal)[1].payload == "b");
  CHECK((*journal)[1].leaf.transaction_index == 1);
  CHECK(latest->journal({kIndexKind, "all"}, 1, 10)->size() == 1);
  CHECK(latest->journal({kIndexKind, "all"}, 0, 1)->size() == 1);
  CHECK(latest->journal({kIndexKind, "none"}, 0, 1).error().code == "store.not_found");
}

TEST_CASE("a snapshot stays what it was while blocks are appended") {
  const Folder folder;
  const Network network;
  const auto executor = open(folder, network);
  REQUIRE(executor->execute(network.batch(Height(1), 1000, {network.transaction("put.a", "old")})));
  const auto before = executor->store().latest();
  REQUIRE(executor->execute(network.batch(Height(2), 2000, {network.transaction("put.a", "new")})));
  CHECK(before->record({kKind, "a"}) == "old");
  CHECK(before->journal({kKind, "a"}, 0, 10)->size() == 1);
  CHECK(executor->store().latest()->record({kKind, "a"}) == "new");
}

TEST_CASE("readers on other threads see whole blocks while the writer appends") {
  const Folder folder;
  const Network network;
  const auto executor = open(folder, network);
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> checked = 0;
  std::atomic<std::uint64_t> wrong = 0;
  auto read = [&] {
    const auto& store = executor->store();
    while (!stop) {
      const auto latest = store.latest();
      const Height height = latest->height();
      const auto header = store.header(height);
      if (!header || *header != latest->header()) ++wrong;
      if (store.executed() < height) ++wrong;
      const auto map = store.map(height);
      if (!map || map->root() != latest->header().state_root) ++wrong;
      const auto journal = latest->journal({kIndexKind, "all"}, 0, 1'000'000);
      if (height.value() > 0 && (!journal || journal->back().leaf.height != height)) ++wrong;
      if (!latest->health()) ++wrong;
      ++checked;
    }
  };
  std::thread first(read);
  std::thread second(read);
  run(*executor, network, 150);
  stop = true;
  first.join();
  second.join();
  CHECK(wrong == 0);
  CHECK(checked > 0);
}

TEST_CASE("a reopened store has the same state, the recent maps included") {
  const Folder folder;
  const Network network;
  std::vector<Digest> roots;
  {
    const auto executor = open(folder, network);
    run(*executor, network, 40);
    for (std::uint64_t h = 0; h <= 40; ++h) roots.push_back(executor->store().map(Height(h))->root());
  }
  Log log;
  const auto executor = open(folder, network, &log);
  CHECK(log.text() == "");
  CHECK(executor->height() == Height(40));
  CHECK(executor->store().certified() == Height(40));
  CHECK(executor->store().durable() == Height(40));
  for (std::uint64_t h = 0; h <= 40; ++h) CHECK(executor->store().map(Height(h))->root() == roots[h]);
  run(*executor, network, 45);
}

TEST_CASE("only the last maps are kept, across a reopen as well, and never fewer than down to the certified height") {
  const Folder folder;
  const Network network;
  auto options = options_in(folder.path());
  options.recent_versions = 8;
  {
    const auto executor = *Executor::open(options, network.genesis());
    run(*executor, network, 30);
    CHECK(executor->store().map(Height(10)).error().code == "store.gone");
    CHECK(executor->store().map(Height(31)).error().code == "store.pending");
    CHECK(executor->store().map(Height(24)));
  }
  const auto executor = *Executor::open(options, network.genesis());
  CHECK(executor->store().map(Height(10)).error().code == "store.gone");
  CHECK(executor->store().map(Height(24)));
  for (int i = 0; i < 20; ++i) REQUIRE(executor->execute(scripted_batch(network, executor->height().next())));
  CHECK(executor->store().map(Height(30)));
}

TEST_CASE("a deleted index is rebuilt by replay, with the same answers") {
  const Folder folder;
  const Network network;
  Header last;
  std::vector<qilian::ledger::store::StoredObject> objects;
  {
    const auto executor = open(folder, network);
    run(*executor, network, 25);
    last = executor->header();
    objects = *executor->store().latest()->objects(kKind, "", "", 1000);
  }
  std::filesystem::remove_all(folder.path() / "index");
  const auto executor = open(folder, network);
  CHECK(executor->header() == last);
  CHECK(executor->store().certified() == Height(25));
  const auto again = *executor->store().latest()->objects(kKind, "", "", 1000);
  REQUIRE(again.size() == objects.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    CHECK(again[i].key == objects[i].key);
    CHECK(again[i].frontier == objects[i].frontier);
    CHECK(again[i].record == objects[i].record);
  }
}

TEST_CASE("an older index is caught up from the segments") {
  const Folder folder;
  const Folder copy;
  const Network network;
  {
    const auto executor = open(folder, network);
    run(*executor, network, 10);
  }
  std::filesystem::copy(folder.path() / "index", copy.path() / "index", std::filesystem::copy_options::recursive);
  Header last;
  {
    const auto executor = open(folder, network);
    run(*executor, network, 22);
    last = executor->header();
  }
  std::filesystem::remove_all(folder.path() / "index");
  std::filesystem::copy(copy.path() / "index", folder.path() / "index", std::filesystem::copy_options::recursive);
  const auto executor = open(folder, network);
  CHECK(executor->header() == last);
  CHECK(executor->store().latest()->height() == Height(22));
}

TEST_CASE("two processes cannot open one store") {
  const Folder folder;
  const Network network;
  const auto executor = open(folder, network);
  const auto second = Executor::open(options_in(folder.path()), network.genesis());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == "store.locked");
}

TEST_CASE("the store of another genesis is refused") {
  const Folder folder;
  {
    open(folder, Network(1));
  }
  const auto other = Executor::open(options_in(folder.path()), Network(4).genesis());
  REQUIRE_FALSE(other);
  CHECK(other.error().code == "store.genesis");
}

TEST_CASE("the store refuses a block that does not follow, a wrong state root, and a certificate of nothing") {
  const Folder folder;
  const Network network;
  auto store = *store::Store::open(options_in(folder.path()), network.genesis());
  const auto genesis = qilian::node::make_genesis_block(network.genesis());
  Block second{.header = {}, .envelopes = {}, .receipts = {}};
  Header header = genesis.header;
  header.height = Height(1);
  second.header = header.encode();
  CHECK(store->append(second, {}, genesis.change).error().code == "store.order");
  header = genesis.header;
  header.state_root = sha256({"x"});
  second.header = header.encode();
  CHECK(store->append(second, {}, genesis.change).error().code == "store.order");
  CHECK(store->append_certificate(network.certify(genesis.header)).error().code == "store.order");
  REQUIRE(store->append(genesis.block, {}, genesis.change));
  CHECK(store->append(genesis.block, {}, genesis.change).error().code == "store.order");
  CHECK(store->certificate(Height(0)).error().code == "store.pending");
}
