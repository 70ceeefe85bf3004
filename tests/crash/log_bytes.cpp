#include "tests/crash/log_bytes.h"

#include <fstream>
#include <sstream>

#include "node/consensus_log.h"

namespace qilian::crash {

namespace fs = std::filesystem;
using ledger::Bytes;
using node::ConsensusLog;

namespace {

constexpr std::uint64_t kSegmentBytes = 1 << 24;

Bytes read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Run after_steps(std::size_t steps, std::set<std::uint32_t> may_stop) {
  Run run(settings(0), std::move(may_stop));
  for (std::size_t i = 0; i < steps && run.advance();) ++i;
  return run;
}

/// The log on disk as the node would have written it, group by group.
struct Written {
  fs::path file;
  Bytes bytes;
  std::vector<std::size_t> ends;     ///< size of the file after the first record and after each group
  std::vector<std::size_t> records;  ///< in the file at these sizes
};

class Bytewise {
 public:
  Bytewise(const stage::Disk& disk, const fs::path& folder) : folder_(folder), genesis_(settings(0).genesis) {
    written_ = write(disk);
  }

  LogTally run() {
    tally_.bytes = written_.bytes.size();
    tally_.groups = written_.ends.size() - 1;
    for (std::size_t size = 0; size < written_.bytes.size() && tally_.failure.empty(); ++size) cut(size);
    for (std::size_t at = 0; at < written_.bytes.size() && tally_.failure.empty(); ++at) flip(at);
    return tally_;
  }

 private:
  Written write(const stage::Disk& disk) {
    Written out;
    fs::remove_all(folder_);
    QILIAN_CHECK(ConsensusLog::initialise(folder_, genesis_, disk.log.front()).has_value());
    auto opened = ConsensusLog::open(folder_, genesis_, kSegmentBytes);
    QILIAN_CHECK(opened.has_value());
    out.file = fs::directory_iterator(folder_)->path();
    out.ends.push_back(fs::file_size(out.file));
    out.records.push_back(1);
    for (const std::size_t end : disk.groups) {
      if (end <= out.records.back()) continue;
      const std::span<const Bytes> all(disk.log);
      QILIAN_CHECK(opened->log.append(all.subspan(out.records.back(), end - out.records.back())).has_value());
      out.ends.push_back(fs::file_size(out.file));
      out.records.push_back(end);
    }
    out.bytes = read(out.file);
    return out;
  }

  ledger::Result<ConsensusLog::Opened> open_with(const Bytes& bytes) {
    for (const auto& entry : fs::directory_iterator(folder_)) fs::remove(entry.path());
    std::ofstream(written_.file, std::ios::binary | std::ios::trunc) << bytes;
    return ConsensusLog::open(folder_, genesis_, kSegmentBytes);
  }

  void fail(const char* what, std::size_t at, const std::string& why) {
    if (tally_.failure.empty()) tally_.failure = std::string(what) + " at byte " + std::to_string(at) + ": " + why;
  }

  void expect_refusal(const char* what, std::size_t at, const ledger::Result<ConsensusLog::Opened>& opened) {
    ++tally_.refused;
    if (opened) return fail(what, at, "opens, although it had been on disk");
    const ledger::Error& error = opened.error();
    const bool names = error.message.find(written_.file.string()) != std::string::npos &&
                       (error.message.find("offset") != std::string::npos || error.code == "log.chain");
    if ((error.code != "log.corrupt" && error.code != "log.chain") || !names) {
      fail(what, at, error.code + ": " + error.message);
    }
  }

  void expect_records(const char* what, std::size_t at, const ledger::Result<ConsensusLog::Opened>& opened,
                      std::size_t records, bool torn) {
    ++(torn ? tally_.torn_tail : tally_.whole);
    if (!opened) return fail(what, at, opened.error().code + ": " + opened.error().message);
    if (opened->records.size() != records || opened->cut_torn_tail != torn) {
      fail(what, at,
           "gives " + std::to_string(opened->records.size()) + " records instead of " + std::to_string(records));
    }
  }

  void cut(std::size_t size) {
    const auto opened = open_with(written_.bytes.substr(0, size));
    if (size < written_.ends.front()) return expect_refusal("cut", size, opened);
    std::size_t group = 0;
    while (group + 1 < written_.ends.size() && written_.ends[group + 1] <= size) ++group;
    expect_records("cut", size, opened, written_.records[group], size != written_.ends[group]);
  }

  void flip(std::size_t at) {
    Bytes bytes = written_.bytes;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    const auto opened = open_with(bytes);
    const std::size_t groups = written_.ends.size();
    if (groups > 1 && at >= written_.ends[groups - 2]) {
      return expect_records("flip", at, opened, written_.records[groups - 2], true);
    }
    expect_refusal("flip", at, opened);
  }

  fs::path folder_;
  ledger::GenesisHash genesis_;
  Written written_;
  LogTally tally_;
};

}  // namespace

LogTally cut_and_flip(std::uint32_t place, std::size_t groups, const fs::path& folder) {
  Run run(settings(0));
  while (run.at(place).disk().groups.size() < groups && run.advance()) continue;
  const LogTally tally = Bytewise(run.at(place).disk(), folder).run();
  fs::remove_all(folder);
  return tally;
}

void come_back_with_less(std::uint32_t place, std::size_t steps, LogTally& tally) {
  const Run alive = after_steps(steps, {place});
  const std::vector<std::size_t> groups = alive.at(place).disk().groups;
  for (std::size_t kept = 1; kept <= groups.size() && tally.failure.empty(); ++kept) {
    Run run = alive;
    run.power_off(place, 0);
    stage::Disk& disk = run.at(place).disk();
    disk.log.resize(groups[kept - 1]);
    disk.groups.resize(kept);
    run.restart_in(place, 35);
    const std::string failure = run.finish();
    if (!failure.empty()) {
      tally.failure = "after " + std::to_string(steps) + " steps replica " + std::to_string(place) + " with " +
                      std::to_string(kept) + " of " + std::to_string(groups.size()) + " groups: " + failure;
      return;
    }
    const bool votes = run.at(place).up() && run.at(place).core().status().voting;
    ++(votes ? tally.went_on : tally.observes);
    if (kept == groups.size() && !votes) tally.failure = "nothing was lost, and yet it only observes";
  }
}

}  // namespace qilian::crash
