// A disk in memory, with one folder of segments, that counts what is asked of it, fails where it is told to, and can
// lose power.
//
// What survives a power failure: bytes that a sync of their file covered, names that a sync of their folder covered,
// and of the rest whatever the test chooses.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ledger/store/file.h"

namespace qilian::testing {

/// What happens at the chosen call.
enum class Fault {
  kPowerBefore,  ///< the power fails in front of it
  kPowerAfter,   ///< the power fails behind it
  kTorn,         ///< the power fails half way through a write
  kFull,         ///< a write stops half way: no space left; the machine goes on
  kError,        ///< it fails with an I/O error, a sync forgets what it was to write; the machine goes on
};

/// What a power failure does to what was not synced.
enum class Loss {
  kEverything,  ///< bytes and names that were not synced are gone
  kNothing,     ///< all of it had reached the disk
  kTail,        ///< names are there, the second half of the unsynced bytes is zeros
  kSectors,     ///< names are there, every other sector of the unsynced bytes is noise
};

class FaultyDisk final : public ledger::store::Disk, public std::enable_shared_from_this<FaultyDisk> {
 public:
  /// Numbers the calls that change something from 1.
  std::uint64_t calls() const { return calls_; }
  /// What call `number` was: "write", "sync", ...
  const std::string& kind(std::uint64_t number) const { return kinds_.at(number - 1); }
  void fail_at(std::uint64_t call, Fault fault) {
    fault_at_ = call;
    fault_ = fault;
  }
  /// From that call on every sync says that it is done, and does nothing.
  void lie_from(std::uint64_t call) { lies_from_ = call; }
  /// Was the chosen call made?
  bool struck() const { return fault_at_ != 0 && calls_ >= fault_at_; }
  /// A disk with what is left after the machine went down.
  std::shared_ptr<FaultyDisk> after(Loss loss) const;

  ledger::Result<void> create_folder(const std::filesystem::path& path) override;
  ledger::Result<std::vector<std::string>> list(const std::filesystem::path& folder) const override;
  ledger::Result<std::shared_ptr<ledger::store::File>> open(const std::filesystem::path& path, bool writable) override;
  ledger::Result<std::shared_ptr<ledger::store::File>> create(const std::filesystem::path& path) override;
  ledger::Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
  ledger::Result<void> remove(const std::filesystem::path& path) override;
  ledger::Result<void> sync_folder(const std::filesystem::path& folder) override;

 private:
  friend class FaultyFile;
  struct Content {
    std::string bytes;
    std::string durable;
  };
  using Names = std::map<std::string, std::shared_ptr<Content>>;

  /// Counts a call. What it is to do: nothing more, half of it, or all; an error after that.
  struct Verdict {
    bool apply = true;
    bool half = false;
    std::optional<ledger::Error> error{};
  };
  Verdict ask(const std::string& kind);

  Names names_;
  Names durable_names_;
  std::vector<std::string> kinds_;
  std::uint64_t calls_ = 0;
  std::uint64_t fault_at_ = 0;
  std::uint64_t lies_from_ = 0;
  Fault fault_ = Fault::kError;
  bool down_ = false;
};

}  // namespace qilian::testing
