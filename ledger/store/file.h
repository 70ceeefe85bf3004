// Where the ledger files lie: the calls of an operating system whose failures are Results that name the file. Tests put
// another disk under the store, one that loses what was not synced.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <vector>

#include "ledger/core/bytes.h"

namespace qilian::ledger::store {

/// A file that is appended to and read by position. Reading is thread-safe beside appending; appending is one
/// thread's. Errors: "store.io".
class File {
 public:
  explicit File(std::filesystem::path path) : path_(std::move(path)) {}
  virtual ~File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::filesystem::path& path() const { return path_; }
  virtual Result<std::uint64_t> size() const = 0;
  /// Up to `size` bytes from `offset`; fewer only at the end of the file.
  virtual Result<Bytes> read(std::uint64_t offset, std::size_t size) const = 0;
  /// Writes the parts one after another at `offset`. After an error an unknown part of them stands in the file.
  virtual Result<void> write(std::uint64_t offset, std::initializer_list<ByteView> parts) = 0;
  virtual Result<void> truncate(std::uint64_t size) = 0;
  /// fdatasync. After an error nothing is known about what is durable: never retried (the kernel forgets the error).
  virtual Result<void> sync() = 0;

 private:
  std::filesystem::path path_;
};

/// Files by their names. Names that were made or changed are durable after `sync_folder`. Errors: "store.io".
class Disk {
 public:
  virtual ~Disk() = default;
  /// With its parents; none of them need be new.
  virtual Result<void> create_folder(const std::filesystem::path& path) = 0;
  /// The names in a folder, in any order.
  virtual Result<std::vector<std::string>> list(const std::filesystem::path& folder) const = 0;
  /// The file must exist; where it is not `writable`, writing fails.
  virtual Result<std::shared_ptr<File>> open(const std::filesystem::path& path, bool writable) = 0;
  /// The file must not exist.
  virtual Result<std::shared_ptr<File>> create(const std::filesystem::path& path) = 0;
  /// Replaces `to`, at once or not at all.
  virtual Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
  virtual Result<void> remove(const std::filesystem::path& path) = 0;
  virtual Result<void> sync_folder(const std::filesystem::path& folder) = 0;
};

/// The machine's.
std::shared_ptr<Disk> posix_disk();

/// A lock on `directory`/LOCK for as long as the value lives, exclusive unless said otherwise: two processes never
/// write one store. Error "store.locked" where another process holds it.
class DirectoryLock {
 public:
  static Result<DirectoryLock> take(const std::filesystem::path& directory);
  /// For readers: others may read as well, nobody writes. Creates nothing; a folder without the file was never opened
  /// by a store here (a copy), and there is nothing to lock.
  static Result<DirectoryLock> take_shared(const std::filesystem::path& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace qilian::ledger::store
