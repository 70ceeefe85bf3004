// HEIGHT:HASH on a command line.
#pragma once

#include <optional>
#include <string>

#include "ledger/core/fact.h"

namespace qilian::cli {

/// Nothing where the text is empty. Error "usage.head".
ledger::Result<std::optional<ledger::PinnedHead>> pinned_head(const std::string& text);

}  // namespace qilian::cli
