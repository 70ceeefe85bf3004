#include "node/offline/reindex.h"

#include "ledger/store/index_check.h"
#include "ledger/store/segments.h"
#include "node/executor.h"

namespace qilian::node {

using namespace ledger;
using Old = ReindexReport::Old;
namespace fs = std::filesystem;

namespace {

constexpr const char* kAside = "index.before";

/// An interrupted run left the index of the node aside, and a part of a new one in its place.
Result<void> bring_back(const fs::path& index, const fs::path& aside) {
  std::error_code error;
  if (!fs::exists(aside, error)) return {};
  QILIAN_TRY_VOID(store::Index::remove(index));
  fs::rename(aside, index, error);
  if (error) return fail("store.io", "cannot rename " + aside.string() + ": " + error.message());
  return {};
}

Result<void> put_aside(const fs::path& index, const fs::path& aside) {
  std::error_code error;
  if (!fs::exists(index, error)) return {};
  fs::rename(index, aside, error);
  if (!error) fs::remove(index.string() + ".damaged", error);
  if (error) return fail("store.io", "cannot rename " + index.string() + ": " + error.message());
  return {};
}

/// Checks the ledger files as a node would that knows what this index knows, so that damage is not cut as a torn tail.
Result<void> check_files(const fs::path& directory, const Genesis& genesis,
                         const std::optional<store::Position>& confirmed) {
  store::Options options;
  options.directory = directory;
  QILIAN_TRY([[maybe_unused]] const auto segments, store::Segments::open(options, genesis.hash, confirmed,
                                                                         [](store::FrameType, Height, store::Position,
                                                                            ByteView) -> Result<void> { return {}; }));
  return {};
}

void compare(const store::Index::View& rebuilt, const fs::path& aside, const GenesisHash& genesis, ReindexReport& out) {
  const auto before = store::Index::open(aside, genesis);
  const auto difference = before ? store::first_difference(rebuilt, store::Index::View(*before))
                                 : Result<std::optional<std::string>>(std::unexpected(before.error()));
  if (difference && !*difference) return;
  out.old = difference ? Old::kDifferent : Old::kUnreadable;
  out.old_message = difference ? **difference : difference.error().message;
}

}  // namespace

Result<ReindexReport> reindex(const fs::path& directory, const Genesis& genesis) {
  ReindexReport out;
  const fs::path index = directory / "index";
  const fs::path aside = directory / kAside;
  {
    QILIAN_TRY(const auto lock, store::DirectoryLock::take(directory));
    QILIAN_TRY_VOID(bring_back(index, aside));
    std::error_code error;
    std::optional<store::Position> confirmed;
    if (fs::exists(index, error)) {
      const auto opened = store::Index::open(index, genesis.hash);
      const auto mark = opened ? (*opened)->mark() : Result<store::IndexMark>(std::unexpected(opened.error()));
      out.old = mark ? Old::kEqual : Old::kUnreadable;
      if (mark) {
        confirmed = mark->confirmed;
      } else {
        out.old_message = mark.error().message;
      }
    }
    QILIAN_TRY_VOID(check_files(directory, genesis, confirmed));
    QILIAN_TRY_VOID(put_aside(index, aside));
  }
  {
    store::Options options;
    options.directory = directory;
    QILIAN_TRY(const auto executor, Executor::open(options, genesis));
    out.last = executor->header();
  }
  {
    QILIAN_TRY(const auto lock, store::DirectoryLock::take(directory));
    QILIAN_TRY(const auto opened, store::Index::open(index, genesis.hash));
    const store::Index::View rebuilt(opened);
    QILIAN_TRY(const store::IndexContents contents, store::check_index(rebuilt, out.last.state_root));
    out.objects = contents.objects;
    out.entries = contents.entries;
    out.transactions = contents.transactions;
    if (out.old == Old::kEqual) compare(rebuilt, aside, genesis.hash, out);
    QILIAN_TRY_VOID(store::Index::remove(aside));
  }
  return out;
}

}  // namespace qilian::node
