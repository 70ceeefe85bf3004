// Where a node's log lines go: standard error, readable, or one JSON object a line for machines.
#pragma once

#include <string>

namespace qilian::node {

/// Sets the process-wide logger. `level` and `format` as Config checked them.
void start_logging(const std::string& level, const std::string& format);

}  // namespace qilian::node
