// How a rule says no: nothing, or the denial that ends the call.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "contracts/engine.h"

namespace qilian::contracts {

/// Nothing: the rule lets the call pass. Otherwise the first failing code and one line that says what decided and what
/// to do.
using Outcome = std::optional<Denial>;

inline Outcome pass() { return std::nullopt; }
inline Denial deny(std::string code, std::string trace) { return Denial{std::move(code), std::move(trace)}; }

}  // namespace qilian::contracts

/// Returns the denial of an Outcome from the function around it.
#define QILIAN_PASS(expression) \
  if (auto qilian_outcome = (expression)) return qilian_outcome

/// Denies with (code, trace) unless the condition holds. `trace` is evaluated only then.
#define QILIAN_REQUIRE(condition, code, trace) \
  if (!(condition)) return ::qilian::contracts::deny((code), (trace))
