// Every call that the store makes to change its files, and every way in which it can go wrong: power, space, errors.
//
// A scripted life of a store is lived once for each call and fault; then the machine loses, in several ways, what was
// not synced, and the store is opened again, beside the index of that moment, an older one or none. It must open, hold
// everything that a sync confirmed, say the same as a store that was never disturbed, and go on to the same end.
// The counts are the table in ledger/store/README.md.
#include <doctest/doctest.h>

#include <map>

#include "unit/store/faulty_disk.h"
#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::node::Executor;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kEnd = 7;
constexpr std::uint64_t kOlder = 3;

enum class IndexLeft { kSame, kOlder, kNone };

store::Options options_on(const std::shared_ptr<FaultyDisk>& disk, const fs::path& folder, Log* log = nullptr) {
  store::Options out = options_in(folder, log);
  out.disk = disk;
  out.segment_bytes = 3 << 10;
  out.recent_versions = 4;
  return out;
}

/// What is true at each height.
struct Truth {
  explicit Truth(const Network& network) {
    const Folder folder(Folder::kInMemory);
    const auto executor = *Executor::open(options_in(folder.path()), network.genesis());
    while (true) {
      headers.push_back(executor->header());
      records.push_back(*executor->store().latest()->objects(kKind, "", "", 1000));
      if (executor->height().value() == kEnd) return;
      REQUIRE(executor->execute(scripted_batch(network, executor->height().next())));
    }
  }
  std::vector<Header> headers;
  std::vector<std::vector<store::StoredObject>> records;
};

/// Goes on to the end, each block's certificate behind the next block, a sync with every second one. Returns the last
/// height that a sync confirmed, if any did. Keeps a copy of the index at kOlder.
std::optional<std::uint64_t> live(const Network& network, const std::shared_ptr<FaultyDisk>& disk,
                                  const fs::path& folder) {
  auto opened = Executor::open(options_on(disk, folder), network.genesis());
  if (!opened) return std::nullopt;
  Executor& executor = **opened;
  std::optional<std::uint64_t> confirmed = executor.store().durable()->value();
  while (executor.height().value() < kEnd) {
    const Header before = executor.header();
    const auto done = executor.execute(scripted_batch(network, executor.height().next()));
    const bool good = done && executor.append_certificate(network.certify(before)) &&
                      (executor.height().value() % 2 == 1 || executor.sync());
    if (!good) {
      // Nothing is written or confirmed after the first failure.
      const std::uint64_t calls = disk->calls();
      CHECK_FALSE(executor.sync());
      CHECK_FALSE(executor.execute(scripted_batch(network, executor.height().next())));
      CHECK(disk->calls() == calls);
      break;
    }
    confirmed = executor.store().durable()->value();
    if (executor.height().value() == kOlder) {
      fs::remove_all(folder / "older");
      fs::copy(folder / "index", folder / "older", fs::copy_options::recursive);
    }
  }
  return confirmed;
}

void leave_index(const fs::path& from, const fs::path& to, IndexLeft left) {
  fs::remove_all(to);
  fs::create_directories(to);
  const fs::path source = from / (left == IndexLeft::kOlder ? "older" : "index");
  if (left != IndexLeft::kNone && fs::exists(source)) fs::copy(source, to / "index", fs::copy_options::recursive);
}

struct Outcome {
  bool cut = false;
  bool rebuilt = false;
};

/// Opens what is left, compares it with the truth, and goes on to the end.
Outcome come_back(const Network& network, const Truth& truth, const std::shared_ptr<FaultyDisk>& disk,
                  const fs::path& folder, std::uint64_t confirmed) {
  Log log;
  auto opened = Executor::open(options_on(disk, folder, &log), network.genesis());
  if (!opened) FAIL(opened.error().code, ": ", opened.error().message, "\n", log.text());
  const Outcome outcome{log.contains("cut a torn tail"), log.contains("it is rebuilt")};
  Executor& executor = **opened;
  const std::uint64_t height = executor.height().value();
  REQUIRE_MESSAGE(height >= confirmed, "block ", confirmed, " was confirmed, ", height, " is left");
  for (std::uint64_t h = 0; h <= height; ++h) REQUIRE(*executor.store().header(Height(h)) == truth.headers[h]);
  REQUIRE(executor.store().map(Height(height))->root() == truth.headers[height].state_root);
  const auto records = *executor.store().latest()->objects(kKind, "", "", 1000);
  REQUIRE(records.size() == truth.records[height].size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    REQUIRE(records[i].key == truth.records[height][i].key);
    REQUIRE(records[i].record == truth.records[height][i].record);
    REQUIRE(records[i].frontier == truth.records[height][i].frontier);
  }
  // The certificate that was still to come, or that the crash took, comes first.
  if (height > 0) REQUIRE(executor.append_certificate(network.certify(executor.header())));
  while (executor.height().value() < kEnd) {
    const auto done = executor.execute(scripted_batch(network, executor.height().next()));
    REQUIRE(done);
    REQUIRE(executor.append_certificate(network.certify(done->header)));
  }
  REQUIRE(executor.header() == truth.headers[kEnd]);
  REQUIRE(executor.sync());
  opened->reset();
  opened = Executor::open(options_on(disk, folder, &log), network.genesis());
  if (!opened) FAIL(opened.error().code, ": ", opened.error().message, "\n", log.text());
  REQUIRE((*opened)->header() == truth.headers[kEnd]);
  return outcome;
}

struct Row {
  std::uint64_t points = 0;
  std::uint64_t faults = 0;
  std::uint64_t reopened = 0;
  std::uint64_t cut = 0;
  std::uint64_t rebuilt = 0;
};

}  // namespace

TEST_CASE("at every call, with every fault and every loss, what was confirmed comes back and nothing wrong is served") {
  const Network network;
  const Truth truth(network);
  const Folder folder(Folder::kInMemory);
  const Folder copy(Folder::kInMemory);

  const auto whole = std::make_shared<FaultyDisk>();
  REQUIRE(live(network, whole, folder.path()) == kEnd - 1);
  const std::uint64_t calls = whole->calls();

  std::map<std::string, Row> rows;
  for (std::uint64_t call = 1; call <= calls; ++call) {
    Row& row = rows[whole->kind(call)];
    ++row.points;
    for (const Fault fault : {Fault::kPowerBefore, Fault::kPowerAfter, Fault::kTorn, Fault::kFull, Fault::kError}) {
      if (fault == Fault::kTorn && whole->kind(call) != "write") continue;
      CAPTURE(call);
      CAPTURE(whole->kind(call));
      CAPTURE(static_cast<int>(fault));
      ++row.faults;
      fs::remove_all(folder.path());
      fs::create_directories(folder.path());
      const auto disk = std::make_shared<FaultyDisk>();
      disk->fail_at(call, fault);
      const auto confirmed = live(network, disk, folder.path());
      // The last calls of a life are those of its clean end, after the last height.
      REQUIRE(disk->struck());
      for (const Loss loss : {Loss::kEverything, Loss::kNothing, Loss::kTail, Loss::kSectors}) {
        CAPTURE(static_cast<int>(loss));
        for (const IndexLeft left : {IndexLeft::kSame, IndexLeft::kOlder, IndexLeft::kNone}) {
          CAPTURE(static_cast<int>(left));
          leave_index(folder.path(), copy.path(), left);
          const Outcome outcome = come_back(network, truth, disk->after(loss), copy.path(), confirmed.value_or(0));
          ++row.reopened;
          row.cut += outcome.cut ? 1 : 0;
          row.rebuilt += outcome.rebuilt ? 1 : 0;
        }
      }
    }
  }

  const std::string readme = file_bytes(fs::path(QILIAN_SOURCE_DIR) / "ledger" / "store" / "README.md");
  for (const auto& [kind, row] : rows) {
    const std::string line = "|" + kind + "|" + std::to_string(row.points) + "|" + std::to_string(row.faults) + "|" +
                             std::to_string(row.reopened) + "|" + std::to_string(row.cut) + "|" +
                             std::to_string(row.rebuilt) + "|";
    CHECK_MESSAGE(readme.find(line) != std::string::npos, "ledger/store/README.md lacks the row ", line);
  }
}

TEST_CASE("a power failure at any call of a recovery is recovered from as well") {
  const Network network;
  const Truth truth(network);
  const Folder folder(Folder::kInMemory);
  const Folder copy(Folder::kInMemory);
  const auto whole = std::make_shared<FaultyDisk>();
  REQUIRE(live(network, whole, folder.path()) == kEnd - 1);
  std::uint64_t tried = 0;
  for (std::uint64_t call = 1; call <= whole->calls(); ++call) {
    CAPTURE(call);
    fs::remove_all(folder.path());
    fs::create_directories(folder.path());
    const auto disk = std::make_shared<FaultyDisk>();
    disk->fail_at(call, Fault::kPowerAfter);
    const auto confirmed = live(network, disk, folder.path());
    for (std::uint64_t again = 1;; ++again) {
      CAPTURE(again);
      leave_index(folder.path(), copy.path(), IndexLeft::kSame);
      const auto second = disk->after(Loss::kSectors);
      second->fail_at(again, Fault::kPowerBefore);
      Log log;
      const bool opened = Executor::open(options_on(second, copy.path(), &log), network.genesis()).has_value();
      const bool struck = second->struck();
      const auto third = second->after(Loss::kEverything);
      come_back(network, truth, third, copy.path(), confirmed.value_or(0));
      ++tried;
      if (opened && !struck) break;
      REQUIRE(again < 20);
    }
  }
  MESSAGE(tried, " recoveries");
  CHECK(tried > whole->calls());
}

TEST_CASE("a disk that lied about a sync is found out by what the index knows, and the store does not open") {
  const Network network;
  const Folder folder(Folder::kInMemory);
  const auto whole = std::make_shared<FaultyDisk>();
  REQUIRE(live(network, whole, folder.path()) == kEnd - 1);
  std::size_t lies = 0;
  for (std::uint64_t call = 1; call <= whole->calls(); ++call) {
    if (!whole->kind(call).starts_with("sync")) continue;
    CAPTURE(call);
    fs::remove_all(folder.path());
    fs::create_directories(folder.path());
    const auto disk = std::make_shared<FaultyDisk>();
    disk->lie_from(call);
    REQUIRE(live(network, disk, folder.path()) == kEnd - 1);
    const auto opened = Executor::open(options_on(disk->after(Loss::kEverything), folder.path()), network.genesis());
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == "store.corrupt");
    CHECK_MESSAGE(opened.error().message.find("had been confirmed") != std::string::npos, opened.error().message);
    ++lies;
  }
  CHECK(lies == 14);
}
