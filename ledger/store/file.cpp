#include "ledger/store/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace qilian::ledger::store {
namespace fs = std::filesystem;
namespace {

std::unexpected<Error> io_error(std::string_view what, const std::filesystem::path& path) {
  const int number = errno;
  return fail("store.io", std::string(what) + " " + path.string() + ": " + std::generic_category().message(number));
}

class PosixFile final : public File {
 public:
  PosixFile(std::filesystem::path path, int descriptor) : File(std::move(path)), descriptor_(descriptor) {}
  ~PosixFile() override { ::close(descriptor_); }

  Result<std::uint64_t> size() const override {
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0) return io_error("cannot stat", path());
    return static_cast<std::uint64_t>(status.st_size);
  }

  Result<Bytes> read(std::uint64_t offset, std::size_t size) const override {
    Bytes out(size, '\0');
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(descriptor_, out.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_error("cannot read", path());
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    out.resize(done);
    return out;
  }

  Result<void> write(std::uint64_t offset, std::initializer_list<ByteView> parts) override {
    for (ByteView part : parts) {
      while (!part.empty()) {
        const ssize_t put = ::pwrite(descriptor_, part.data(), part.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return io_error("cannot write", path());
        offset += static_cast<std::uint64_t>(put);
        part.remove_prefix(static_cast<std::size_t>(put));
      }
    }
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return io_error("cannot truncate", path());
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(descriptor_) != 0) return io_error("cannot sync", path());
    return {};
  }

 private:
  int descriptor_;
};

class PosixDisk final : public Disk {
 public:
  Result<void> create_folder(const fs::path& path) override {
    std::error_code error;
    fs::create_directories(path, error);
    if (error) return fail("store.io", "cannot create " + path.string() + ": " + error.message());
    return {};
  }

  Result<std::vector<std::string>> list(const fs::path& folder) const override {
    std::vector<std::string> out;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
      out.push_back(entry->path().filename().string());
    if (error) return fail("store.io", "cannot list " + folder.string() + ": " + error.message());
    return out;
  }

  Result<std::shared_ptr<File>> open(const fs::path& path, bool writable) override {
    return take(path, ::open(path.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC), "cannot open");
  }

  Result<std::shared_ptr<File>> create(const fs::path& path) override {
    return take(path, ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644), "cannot create");
  }

  Result<void> rename(const fs::path& from, const fs::path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_error("cannot rename", from);
    return {};
  }

  Result<void> remove(const fs::path& path) override {
    if (::unlink(path.c_str()) != 0) return io_error("cannot remove", path);
    return {};
  }

  Result<void> sync_folder(const fs::path& folder) override {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return io_error("cannot open", folder);
    const bool synced = ::fsync(descriptor) == 0;
    const auto error = io_error("cannot sync", folder);
    ::close(descriptor);
    if (!synced) return error;
    return {};
  }

 private:
  static Result<std::shared_ptr<File>> take(const fs::path& path, int descriptor, std::string_view what) {
    if (descriptor < 0) return io_error(what, path);
    return std::make_shared<PosixFile>(path, descriptor);
  }
};

}  // namespace

std::shared_ptr<Disk> posix_disk() {
  static const auto disk = std::make_shared<PosixDisk>();
  return disk;
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

Result<DirectoryLock> DirectoryLock::take_shared(const std::filesystem::path& directory) {
  const auto path = directory / "LOCK";
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return DirectoryLock(-1);
  if (descriptor < 0) return io_error("cannot open", path);
  DirectoryLock lock(descriptor);
  if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return io_error("cannot lock", path);
    return fail("store.locked", directory.string() + " is in use by a running node: stop it first, or copy the folder");
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
