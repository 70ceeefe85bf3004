#include "cli/pinned_head.h"

#include <charconv>

namespace qilian::cli {

using namespace ledger;

Result<std::optional<PinnedHead>> pinned_head(const std::string& text) {
  if (text.empty()) return std::optional<PinnedHead>();
  const std::size_t colon = text.find(':');
  const char* const number_end = text.data() + (colon == std::string::npos ? 0 : colon);
  std::uint64_t height = 0;
  const auto [end, error] = std::from_chars(text.data(), number_end, height);
  const auto hash =
      colon == std::string::npos ? Result<Bytes>(fail("usage.head", "")) : from_hex(text.substr(colon + 1));
  const auto read = hash ? HeaderHash::from(*hash) : std::nullopt;
  if (!read || error != std::errc() || end != number_end)
    return fail("usage.head", "a pinned head is HEIGHT:HASH, the hash in hex");
  return std::optional(PinnedHead{Height(height), *read});
}

}  // namespace qilian::cli
