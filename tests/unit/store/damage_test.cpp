// Torn tails are cut, damage is named, and neither ever becomes a wrong answer.
#include <doctest/doctest.h>

#include "unit/store/network.h"

using namespace qilian::ledger;
using namespace qilian::testing;
using qilian::node::Executor;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kBlocks = 6;

/// A small ledger of which every byte is tried.
struct Small {
  Small() {
    const auto executor = *Executor::open(options_in(folder.path()), network.genesis());
    while (executor->height().value() < kBlocks) {
      const auto done = executor->execute(scripted_batch(network, executor->height().next()));
      REQUIRE(done);
      REQUIRE(executor->sync());
      headers.push_back(done->header);
    }
    records = *executor->store().latest()->objects(kKind, "", "", 1000);
  }
  fs::path segment() const { return segments_of(folder.path())[0]; }

  Network network;
  Folder folder{Folder::kInMemory};
  std::vector<Header> headers;
  std::vector<store::StoredObject> records;
};

void copy_store(const fs::path& from, const fs::path& to, bool with_index) {
  fs::remove_all(to);
  fs::create_directories(to);
  fs::copy(from / "segments", to / "segments", fs::copy_options::recursive);
  if (with_index) fs::copy(from / "index", to / "index", fs::copy_options::recursive);
}

/// Opens what was damaged. Either it is refused by name, or what it holds is a beginning of the true ledger with the
/// true records.
struct Verdict {
  bool refused = false;
  std::uint64_t height = 0;
  std::string message;
};
Verdict open_and_compare(const Small& small, const fs::path& folder) {
  Log log;
  auto opened = Executor::open(options_in(folder, &log), small.network.genesis());
  if (!opened) {
    const Error& error = opened.error();
    REQUIRE_MESSAGE(error.code == "store.corrupt", error.code, " ", error.message);
    REQUIRE(error.message.find("seg-00000000.qls") != std::string::npos);
    REQUIRE(error.message.find("offset ") != std::string::npos);
    return {true, 0, error.message};
  }
  const Executor& executor = **opened;
  const std::uint64_t height = executor.height().value();
  REQUIRE(height <= kBlocks);
  for (std::uint64_t h = 1; h <= height; ++h) REQUIRE(*executor.store().header(Height(h)) == small.headers[h - 1]);
  REQUIRE(executor.store().map(Height(height))->root() == executor.header().state_root);
  if (height == kBlocks) {
    const auto records = *executor.store().latest()->objects(kKind, "", "", 1000);
    REQUIRE(records.size() == small.records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      REQUIRE(records[i].key == small.records[i].key);
      REQUIRE(records[i].record == small.records[i].record);
    }
  }
  return {false, height, log.text()};
}

}  // namespace

TEST_CASE("a ledger cut at any byte of its last frame opens with the blocks before it, and says so") {
  const Small small;
  const Folder copy;
  const std::string whole = file_bytes(small.segment());
  std::size_t last = whole.rfind("QLFR");
  for (std::size_t size = last; size < whole.size(); ++size) {
    copy_store(small.folder.path(), copy.path() / "s", false);
    overwrite(segments_of(copy.path() / "s")[0], ByteView(whole).substr(0, size));
    const Verdict verdict = open_and_compare(small, copy.path() / "s");
    REQUIRE_FALSE(verdict.refused);
    REQUIRE(verdict.height == kBlocks - 1);
    REQUIRE((size == last ||
             verdict.message.find("cut a torn tail of " + std::to_string(size - last)) != std::string::npos));
  }
}

TEST_CASE("a ledger that ends below what the index knows to be confirmed is refused") {
  const Small small;
  const Folder copy;
  const std::string whole = file_bytes(small.segment());
  const std::size_t last = whole.rfind("QLFR");
  for (const std::size_t size : {last, last + 10, whole.size() - 1}) {
    copy_store(small.folder.path(), copy.path() / "s", true);
    overwrite(segments_of(copy.path() / "s")[0], ByteView(whole).substr(0, size));
    const Verdict verdict = open_and_compare(small, copy.path() / "s");
    CHECK(verdict.refused);
    CHECK(verdict.message.find("had been confirmed") != std::string::npos);
  }
}

TEST_CASE("a flipped bit in any byte of the segments is named or harmless") {
  const Small small;
  const Folder copy(Folder::kInMemory);
  const std::string whole = file_bytes(small.segment());
  const std::size_t last = whole.rfind("QLFR");
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const bool with_index : {false, true}) {
      copy_store(small.folder.path(), copy.path() / "s", with_index);
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << (at % 8));
      overwrite(segments_of(copy.path() / "s")[0], damaged);
      const Verdict verdict = open_and_compare(small, copy.path() / "s");
      // Without the index nobody knows that the last frame was confirmed; it is cut, and the log says so.
      REQUIRE_MESSAGE(verdict.refused == (at < last || with_index), "byte ", at);
      if (!verdict.refused) REQUIRE(verdict.message.find("cut a torn tail") != std::string::npos);
      refused += verdict.refused ? 1 : 0;
    }
  }
  MESSAGE(whole.size(), " bytes, ", refused, " of ", 2 * whole.size(), " refused");
  CHECK(refused == whole.size() + last);
}

TEST_CASE("a flipped bit anywhere in the index never changes an answer") {
  const Small small;
  const Folder copy(Folder::kInMemory);
  std::size_t rebuilt = 0;
  std::size_t tried = 0;
  for (const auto& entry : fs::directory_iterator(small.folder.path() / "index")) {
    const std::string whole = file_bytes(entry.path());
    for (std::size_t at = 0; at < whole.size(); at += 97) {
      copy_store(small.folder.path(), copy.path() / "s", true);
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << (at % 8));
      overwrite(copy.path() / "s" / "index" / entry.path().filename(), damaged);
      const Verdict verdict = open_and_compare(small, copy.path() / "s");
      REQUIRE_FALSE(verdict.refused);
      REQUIRE(verdict.height == kBlocks);
      rebuilt += verdict.message.find("it is rebuilt") != std::string::npos ? 1 : 0;
      ++tried;
    }
  }
  MESSAGE(tried, " flips, ", rebuilt, " rebuilds");
  CHECK(rebuilt > 0);
}

TEST_CASE("an index that is ahead of the segments is thrown away and rebuilt") {
  const Small small;
  const Folder copy;
  // The index of six blocks, of which none was known to be confirmed, beside segments of four.
  Folder other;
  {
    const auto executor = *Executor::open(options_in(other.path()), small.network.genesis());
    while (executor->height().value() < kBlocks)
      REQUIRE(executor->execute(scripted_batch(small.network, executor->height().next())));
    // Copied while it runs: a crash, in which the unsynced index survives.
    copy_store(other.path(), copy.path() / "s", true);
  }
  const std::string whole = file_bytes(segments_of(copy.path() / "s")[0]);
  std::size_t end = whole.size();
  for (int frames = 0; frames < 2; ++frames) end = whole.rfind("QLFR", end - 1);
  overwrite(segments_of(copy.path() / "s")[0], ByteView(whole).substr(0, end));
  const Verdict verdict = open_and_compare(small, copy.path() / "s");
  CHECK_FALSE(verdict.refused);
  CHECK(verdict.height == kBlocks - 2);
  CHECK(verdict.message.find("the index stands at block 6, which the segments do not hold") != std::string::npos);
}

TEST_CASE("damage that appears while the node runs is named when the block is read") {
  const Small small;
  const auto executor = *Executor::open(options_in(small.folder.path()), small.network.genesis());
  std::string bytes = file_bytes(small.segment());
  // The stored bytes change in place; the store holds the file open.
  const std::size_t at = bytes.find("record of block 3");
  REQUIRE(at != std::string::npos);
  {
    std::FILE* file = std::fopen(small.segment().c_str(), "r+b");
    REQUIRE(file != nullptr);
    std::fseek(file, static_cast<long>(at), SEEK_SET);
    std::fputc('R', file);
    std::fclose(file);
  }
  const auto read = executor->store().block_frame(Height(3));
  REQUIRE_FALSE(read);
  CHECK(read.error().code == "store.corrupt");
  CHECK(read.error().message.find("height 3") != std::string::npos);
  CHECK(executor->store().block_frame(Height(2)));
}
