// What a played story tells: to people at a terminal, or as JSON lines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/story/chain.h"

namespace qilian::cli {

/// One expectation and what came of it.
struct Check {
  std::string what;
  std::string expected;
  std::string actual;
  bool passed = false;
};

struct Totals {
  std::size_t passed = 0;
  std::size_t failed = 0;
  void add(const std::vector<Check>& checks);
};

/// Organisations' names by USCC, for "who signed".
using ShortNames = std::map<std::string, std::string, std::less<>>;

class StoryOutput {
 public:
  virtual ~StoryOutput() = default;
  virtual void begin(const Story& story, const std::string& where) = 0;
  virtual void step(const Step& step) = 0;
  /// A transaction with its receipt (or without one: a check of states), and the expectations that it was held against.
  virtual void document(const Document& document, const std::string& zh, const std::string& en,
                        const Delivery* delivery, const std::vector<Check>& checks) = 0;
  /// A fault, or anything else worth a line. `checks` may be empty.
  virtual void note(const std::string& zh, const std::string& en, const std::string& text,
                    const std::vector<Check>& checks) = 0;
  /// The last line: "N passed, N failed".
  virtual void end(const Totals& totals) = 0;
};

/// Aligned lines, with colour where standard output is a terminal.
std::unique_ptr<StoryOutput> make_terminal_output(ShortNames names);
/// One JSON object a line.
std::unique_ptr<StoryOutput> make_json_output(ShortNames names);
/// Says nothing but failures, on standard error: what the test suites use.
std::unique_ptr<StoryOutput> make_quiet_output();

}  // namespace qilian::cli
