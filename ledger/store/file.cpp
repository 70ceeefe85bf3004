#include "ledger/store/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace qilian::ledger::store {
namespace {

std::unexpected<Error> io_error(std::string_view what, const std::filesystem::path& path) {
  const int number = errno;
  return fail("store.io", std::string(what) + " " + path.string() + ": " + std::generic_category().message(number));
}

}  // namespace

File::File(std::filesystem::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

File::~File() { ::close(descriptor_); }

Result<std::shared_ptr<File>> File::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return io_error("cannot open", path);
  return std::shared_ptr<File>(new File(path, descriptor));
}

Result<std::shared_ptr<File>> File::open_to_read(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return io_error("cannot open", path);
  return std::shared_ptr<File>(new File(path, descriptor));
}

Result<std::shared_ptr<File>> File::create(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) return io_error("cannot create", path);
  return std::shared_ptr<File>(new File(path, descriptor));
}

Result<std::uint64_t> File::size() const {
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) return io_error("cannot stat", path_);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<Bytes> File::read(std::uint64_t offset, std::size_t size) const {
  Bytes out(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(descriptor_, out.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error("cannot read", path_);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  out.resize(done);
  return out;
}

Result<void> File::write(std::uint64_t offset, std::initializer_list<ByteView> parts) {
  for (ByteView part : parts) {
    while (!part.empty()) {
      const ssize_t put = ::pwrite(descriptor_, part.data(), part.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return io_error("cannot write", path_);
      offset += static_cast<std::uint64_t>(put);
      part.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  return {};
}

Result<void> File::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return io_error("cannot truncate", path_);
  return {};
}

Result<void> File::sync() {
  if (::fdatasync(descriptor_) != 0) return io_error("cannot sync", path_);
  return {};
}

Result<void> sync_directory(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error("cannot open", path);
  const bool synced = ::fsync(descriptor) == 0;
  const auto error = io_error("cannot sync", path);
  ::close(descriptor);
  if (!synced) return error;
  return {};
}

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory) {
  const auto path = directory / "LOCK";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return io_error("cannot open", path);
  DirectoryLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return io_error("cannot lock", path);
    return fail("store.locked", directory.string() + " is in use by another process: stop that one first");
  }
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : descriptor_(other.descriptor_) {
  other.descriptor_ = -1;
}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace qilian::ledger::store
