#include "node/consensus_log.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

using qilian::ledger::Bytes;
using qilian::ledger::GenesisHash;
using qilian::node::ConsensusLog;

namespace {

namespace fs = std::filesystem;

// A folder of its own, gone at the end.
struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "qilian-log-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path log() const { return path / "consensus"; }
  fs::path path;
};

GenesisHash genesis() { return *GenesisHash::from(std::string(32, 'g')); }

std::vector<fs::path> segments(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path());
  return out;
}

Bytes read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write(const fs::path& file, const Bytes& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

constexpr std::uint64_t kLarge = 1 << 20;

// Initialised, then three groups of two records in one segment; returns the segment's bytes and where each group ends.
struct Written {
  fs::path file;
  Bytes bytes;
  std::vector<std::size_t> ends;
};

Written write_three_groups(const fs::path& folder) {
  REQUIRE(ConsensusLog::initialise(folder, genesis(), "start").has_value());
  auto opened = ConsensusLog::open(folder, genesis(), kLarge);
  REQUIRE(opened.has_value());
  Written out;
  out.file = segments(folder).front();
  out.ends.push_back(read(out.file).size());
  for (const char* group : {"a", "b", "c"}) {
    const std::vector<Bytes> records{Bytes(group) + "1", Bytes(group) + Bytes(40, 'x')};
    REQUIRE(opened->log.append(records).has_value());
    out.ends.push_back(read(out.file).size());
  }
  out.bytes = read(out.file);
  return out;
}

}  // namespace

TEST_CASE("a log is made once, by initialisation alone") {
  const Folder folder;
  const auto missing = ConsensusLog::open(folder.log(), genesis(), kLarge);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == "log.missing");
  CHECK_FALSE(fs::exists(folder.log()));
  REQUIRE(ConsensusLog::initialise(folder.log(), genesis(), "start").has_value());
  CHECK(ConsensusLog::initialise(folder.log(), genesis(), "start").error().code == "log.exists");
}

TEST_CASE("records come back in order after a reopening, which rewrites them into a new segment") {
  const Folder folder;
  const auto written = write_three_groups(folder.log());
  const auto opened = ConsensusLog::open(folder.log(), genesis(), kLarge);
  REQUIRE(opened.has_value());
  CHECK_FALSE(opened->cut_torn_tail);
  REQUIRE(opened->records.size() == 7);
  CHECK(opened->records[0] == "start");
  CHECK(opened->records[1] == "a1");
  CHECK(opened->records[5] == "c1");
  REQUIRE(segments(folder.log()).size() == 1);
  CHECK(segments(folder.log()).front() != written.file);
}

TEST_CASE("a log cut at any byte loses whole groups from its end, never more, never half of one") {
  const Folder folder;
  const auto written = write_three_groups(folder.log());
  for (std::size_t size = 0; size < written.bytes.size(); ++size) {
    CAPTURE(size);
    fs::remove_all(folder.log());
    fs::create_directories(folder.log());
    write(written.file, written.bytes.substr(0, size));
    const auto opened = ConsensusLog::open(folder.log(), genesis(), kLarge);
    if (size < written.ends[0]) {  // below what was on disk before the segment had a name
      REQUIRE_FALSE(opened.has_value());
      CHECK(opened.error().code == "log.corrupt");
      continue;
    }
    REQUIRE(opened.has_value());
    std::size_t groups = 0;
    while (groups + 1 < written.ends.size() && written.ends[groups + 1] <= size) ++groups;
    CHECK(opened->records.size() == 1 + 2 * groups);
    CHECK(opened->cut_torn_tail == (size != written.ends[groups]));
  }
}

TEST_CASE("a flipped byte is damage wherever something whole stands behind it, and a torn tail at the end") {
  const Folder folder;
  const auto written = write_three_groups(folder.log());
  for (std::size_t at = 0; at < written.bytes.size(); ++at) {
    CAPTURE(at);
    fs::remove_all(folder.log());
    fs::create_directories(folder.log());
    Bytes bytes = written.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
    write(written.file, bytes);
    const auto opened = ConsensusLog::open(folder.log(), genesis(), kLarge);
    if (at < written.ends[2]) {
      REQUIRE_FALSE(opened.has_value());
      CHECK(opened.error().code == "log.corrupt");
    } else {
      REQUIRE(opened.has_value());
      CHECK(opened->cut_torn_tail);
      CHECK(opened->records.size() == 5);
    }
  }
}

TEST_CASE("after a cut the log goes on, and reads back without the cut part") {
  const Folder folder;
  const auto written = write_three_groups(folder.log());
  write(written.file, written.bytes.substr(0, written.bytes.size() - 1));
  {
    auto opened = ConsensusLog::open(folder.log(), genesis(), kLarge);
    REQUIRE(opened.has_value());
    const Bytes record = "after";
    REQUIRE(opened->log.append(std::span(&record, 1)).has_value());
  }
  const auto again = ConsensusLog::open(folder.log(), genesis(), kLarge);
  REQUIRE(again.has_value());
  REQUIRE(again->records.size() == 6);
  CHECK(again->records[5] == "after");
}

TEST_CASE("truncation leaves exactly what it is given") {
  const Folder folder;
  REQUIRE(ConsensusLog::initialise(folder.log(), genesis(), "start").has_value());
  {
    auto opened = ConsensusLog::open(folder.log(), genesis(), 100);
    REQUIRE(opened.has_value());
    CHECK_FALSE(opened->log.wants_restart());
    const Bytes big(200, 'x');
    REQUIRE(opened->log.append(std::span(&big, 1)).has_value());
    CHECK(opened->log.wants_restart());
    const std::vector<Bytes> kept{"start", "kept"};
    REQUIRE(opened->log.restart_with(kept).has_value());
    CHECK_FALSE(opened->log.wants_restart());
    CHECK(segments(folder.log()).size() == 1);
  }
  const auto again = ConsensusLog::open(folder.log(), genesis(), 100);
  REQUIRE(again.has_value());
  CHECK(again->records == std::vector<Bytes>{"start", "kept"});
}

TEST_CASE("leftovers of a crash beside the newest segment change nothing") {
  const Folder folder;
  const auto written = write_three_groups(folder.log());
  write(folder.log() / "0000000000000001.qlog", "old");
  write(folder.log() / "00000000000000ff.qlog.tmp", "half");
  const auto opened = ConsensusLog::open(folder.log(), genesis(), kLarge);
  REQUIRE(opened.has_value());
  CHECK(opened->records.size() == 7);
}

TEST_CASE("a log of another genesis is refused") {
  const Folder folder;
  REQUIRE(ConsensusLog::initialise(folder.log(), genesis(), "start").has_value());
  const auto other = ConsensusLog::open(folder.log(), *GenesisHash::from(std::string(32, 'h')), kLarge);
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == "log.chain");
}

TEST_CASE("a log that cannot be read to its end is no shorter log: nothing is opened and nothing is removed") {
  const Folder folder;
  const Written written = write_three_groups(folder.log());
  // Reading a folder fails after the open succeeded, as a bad sector does.
  fs::remove(written.file);
  fs::create_directory(written.file);
  const auto opened = ConsensusLog::open(folder.log(), genesis(), kLarge);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == "log.io");
  CHECK(fs::exists(written.file));
}

TEST_CASE("records that are longer together than a group are rewritten in several, and all come back") {
  const Folder folder;
  REQUIRE(ConsensusLog::initialise(folder.log(), genesis(), "start").has_value());
  const std::vector<Bytes> records{"start", Bytes(12u << 20, 'a'), Bytes(12u << 20, 'b'), Bytes(12u << 20, 'c'), "d"};
  {
    auto opened = ConsensusLog::open(folder.log(), genesis(), kLarge);
    REQUIRE(opened.has_value());
    REQUIRE(opened->log.restart_with(records).has_value());
  }
  const auto files = segments(folder.log());
  REQUIRE(files.size() == 1);
  const Bytes bytes = read(files[0]);
  std::size_t groups = 0;
  for (auto at = bytes.find("QLG1"); at != Bytes::npos; at = bytes.find("QLG1", at + 1)) ++groups;
  CHECK(groups > 1);
  // Cut between two groups it is damaged, not torn: all of it had been on disk.
  write(files[0], bytes.substr(0, bytes.rfind("QLG1")));
  CHECK(ConsensusLog::open(folder.log(), genesis(), kLarge).error().code == "log.corrupt");
  write(files[0], bytes);
  const auto opened = ConsensusLog::open(folder.log(), genesis(), kLarge);
  REQUIRE(opened.has_value());
  CHECK(opened->records == records);
}
