// A file that is appended to and read by position: POSIX calls whose failures are Results that name the file.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>

#include "ledger/core/bytes.h"

namespace qilian::ledger::store {

/// Owner of one descriptor. Reading by position is thread-safe beside appending; appending is one thread's. Errors:
/// "store.io".
class File {
 public:
  /// The file must exist.
  static Result<std::shared_ptr<File>> open(const std::filesystem::path& path);
  /// The file must exist; writing fails.
  static Result<std::shared_ptr<File>> open_to_read(const std::filesystem::path& path);
  /// The file must not exist.
  static Result<std::shared_ptr<File>> create(const std::filesystem::path& path);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::filesystem::path& path() const { return path_; }
  Result<std::uint64_t> size() const;
  /// Up to `size` bytes from `offset`; fewer only at the end of the file.
  Result<Bytes> read(std::uint64_t offset, std::size_t size) const;
  /// Writes the parts one after another at `offset`. After an error an unknown part of them stands in the file.
  Result<void> write(std::uint64_t offset, std::initializer_list<ByteView> parts);
  Result<void> truncate(std::uint64_t size);
  /// fdatasync. After an error nothing is known about what is durable: never retried (the kernel forgets the error).
  Result<void> sync();

 private:
  File(std::filesystem::path path, int descriptor);
  std::filesystem::path path_;
  int descriptor_;
};

/// Makes created, renamed and removed names durable.
Result<void> sync_directory(const std::filesystem::path& path);

/// An exclusive lock on `directory`/LOCK for as long as the value lives: two processes never write one store.
/// Error "store.locked" where another process holds it.
class DirectoryLock {
 public:
  static Result<DirectoryLock> take(const std::filesystem::path& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace qilian::ledger::store
