// Golden traces: a script in words, played on the real core, and what every replica did, drawn as the paper draws it:
// time goes down, one column per replica. tests/golden/README.md describes the language and the notation.
#pragma once

#include <string>

#include "ledger/core/result.h"

namespace qilian::golden {

/// The comments and commands of `text` in their order, each command followed by what happens. Lines of `text` that are
/// neither are left out, so playing a trace gives the trace again. Errors: "golden.script" with the line.
ledger::Result<std::string> play(const std::string& text);

}  // namespace qilian::golden
