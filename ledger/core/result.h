// What an operation that can fail returns, and the check of what cannot be false.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace qilian::ledger {

/// An expected failure. `code` is stable and for programs ("COM-101", "store.corrupt"); `message` is for people and
/// says what to do.
struct Error {
  std::string code;
  std::string message;
  bool operator==(const Error&) const = default;
};

/// T or an Error. Must be looked at.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

/// `return fail("store.corrupt", "segment 3, offset 912: ...");`
inline std::unexpected<Error> fail(std::string code, std::string message) {
  return std::unexpected(Error{std::move(code), std::move(message)});
}

/// Aborts with the place and the text. Called by CHECK only.
[[noreturn]] void check_failed(const char* file, int line, const char* condition);

}  // namespace qilian::ledger

/// A broken invariant of ours: always on, aborts. Never for what came from a peer, a user or a disk.
#define QILIAN_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::qilian::ledger::check_failed(__FILE__, __LINE__, #condition))

/// Assigns or declares `lhs` from a Result, or returns its error from the function around it.
#define QILIAN_TRY(lhs, expression) QILIAN_TRY_(lhs, expression, __COUNTER__)
#define QILIAN_TRY_(lhs, expression, n) QILIAN_TRY__(lhs, expression, n)
#define QILIAN_TRY__(lhs, expression, n)                               \
  auto qilian_try_##n = (expression);                                  \
  if (!qilian_try_##n) return std::unexpected(qilian_try_##n.error()); \
  lhs = *std::move(qilian_try_##n)

/// Returns the error of a Result<void> from the function around it.
#define QILIAN_TRY_VOID(expression) \
  if (auto qilian_try_result = (expression); !qilian_try_result) return std::unexpected(qilian_try_result.error())
