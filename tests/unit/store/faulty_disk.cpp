#include "unit/store/faulty_disk.h"

#include <algorithm>

namespace qilian::testing {

using ledger::Bytes;
using ledger::ByteView;
using ledger::Error;
using ledger::fail;
using ledger::Result;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSector = 64;

/// The unsynced part of a file as a power failure leaves it.
std::string damaged(const std::string& bytes, const std::string& durable, Loss loss) {
  if (loss == Loss::kEverything) return durable;
  std::string out = bytes;
  if (loss == Loss::kNothing) return out;
  const std::size_t safe = std::min(durable.size(), bytes.size());
  if (loss == Loss::kTail) {
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(safe + (out.size() - safe) / 2), out.end(), '\0');
    return out;
  }
  for (std::size_t at = safe; at < out.size(); ++at)
    if ((at - safe) / kSector % 2 == 1) out[at] = static_cast<char>(out[at] ^ static_cast<char>(0x5a + at % 7));
  return out;
}

}  // namespace

class FaultyFile final : public ledger::store::File {
 public:
  FaultyFile(fs::path path, std::shared_ptr<FaultyDisk> disk, std::shared_ptr<FaultyDisk::Content> content)
      : File(std::move(path)), disk_(std::move(disk)), content_(std::move(content)) {}

  Result<std::uint64_t> size() const override { return content_->bytes.size(); }

  Result<Bytes> read(std::uint64_t offset, std::size_t size) const override {
    if (offset >= content_->bytes.size()) return Bytes();
    return content_->bytes.substr(offset, size);
  }

  Result<void> write(std::uint64_t offset, std::initializer_list<ByteView> parts) override {
    Bytes joined;
    for (const ByteView part : parts) joined += part;
    const auto verdict = disk_->ask("write");
    if (verdict.half) joined.resize(joined.size() / 2);
    if (verdict.apply) {
      if (content_->bytes.size() < offset + joined.size()) content_->bytes.resize(offset + joined.size());
      content_->bytes.replace(offset, joined.size(), joined);
    }
    if (verdict.error) return std::unexpected(*verdict.error);
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    const auto verdict = disk_->ask("truncate");
    if (verdict.apply) content_->bytes.resize(size);
    if (verdict.error) return std::unexpected(*verdict.error);
    return {};
  }

  Result<void> sync() override {
    const auto verdict = disk_->ask("sync");
    if (verdict.apply) content_->durable = content_->bytes;
    if (verdict.error) return std::unexpected(*verdict.error);
    return {};
  }

 private:
  std::shared_ptr<FaultyDisk> disk_;
  std::shared_ptr<FaultyDisk::Content> content_;
};

FaultyDisk::Verdict FaultyDisk::ask(const std::string& kind) {
  const Error gone{"store.io", "the power is off"};
  if (down_) return {.apply = false, .error = gone};
  kinds_.push_back(kind);
  ++calls_;
  if (lies_from_ != 0 && calls_ >= lies_from_ && kind.starts_with("sync")) return {.apply = false};
  if (calls_ != fault_at_) return {};
  switch (fault_) {
    case Fault::kPowerBefore:
      down_ = true;
      return {.apply = false, .error = gone};
    case Fault::kPowerAfter:
      down_ = true;
      return {.apply = true, .error = gone};
    case Fault::kTorn:
      down_ = true;
      return {.apply = kind == "write", .half = true, .error = gone};
    case Fault::kFull:
      return {.apply = kind == "write", .half = true, .error = Error{"store.io", "no space left on device"}};
    case Fault::kError:
      return {.apply = false, .error = Error{"store.io", "input/output error"}};
  }
  return {};
}

std::shared_ptr<FaultyDisk> FaultyDisk::after(Loss loss) const {
  auto out = std::make_shared<FaultyDisk>();
  for (const auto& [name, content] : loss == Loss::kEverything ? durable_names_ : names_) {
    auto left = std::make_shared<Content>();
    left->bytes = left->durable = damaged(content->bytes, content->durable, loss);
    out->names_[name] = out->durable_names_[name] = std::move(left);
  }
  return out;
}

Result<void> FaultyDisk::create_folder(const fs::path&) { return {}; }

Result<std::vector<std::string>> FaultyDisk::list(const fs::path&) const {
  std::vector<std::string> out;
  for (const auto& [name, content] : names_) out.push_back(name);
  return out;
}

Result<std::shared_ptr<ledger::store::File>> FaultyDisk::open(const fs::path& path, bool) {
  const auto found = names_.find(path.filename().string());
  if (found == names_.end()) return fail("store.io", "no such file: " + path.string());
  return std::make_shared<FaultyFile>(path, shared_from_this(), found->second);
}

Result<std::shared_ptr<ledger::store::File>> FaultyDisk::create(const fs::path& path) {
  const auto verdict = ask("create");
  if (verdict.apply) names_[path.filename().string()] = std::make_shared<Content>();
  if (verdict.error) return std::unexpected(*verdict.error);
  return std::make_shared<FaultyFile>(path, shared_from_this(), names_[path.filename().string()]);
}

Result<void> FaultyDisk::rename(const fs::path& from, const fs::path& to) {
  const auto verdict = ask("rename");
  if (verdict.apply) {
    names_[to.filename().string()] = names_.at(from.filename().string());
    names_.erase(from.filename().string());
  }
  if (verdict.error) return std::unexpected(*verdict.error);
  return {};
}

Result<void> FaultyDisk::remove(const fs::path& path) {
  const auto verdict = ask("remove");
  if (verdict.apply) names_.erase(path.filename().string());
  if (verdict.error) return std::unexpected(*verdict.error);
  return {};
}

Result<void> FaultyDisk::sync_folder(const fs::path& folder) {
  const auto verdict = ask("sync folder");
  if (verdict.apply && folder.filename() == "segments") durable_names_ = names_;
  if (verdict.error) return std::unexpected(*verdict.error);
  return {};
}

}  // namespace qilian::testing
