#include "cli/story/output.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/json_text.h"
#include "cli/terminal.h"

namespace qilian::cli {
namespace {

constexpr std::size_t kCodeColumns = 8;
constexpr std::size_t kCallColumns = 30;
constexpr std::size_t kTitleColumns = 52;

bool all_passed(const std::vector<Check>& checks) {
  for (const Check& check : checks) {
    if (!check.passed) return false;
  }
  return true;
}

std::string name_of(const ShortNames& names, const std::string& uscc) {
  const auto found = names.find(uscc);
  return found == names.end() ? uscc : found->second;
}

std::string certifiers(const ShortNames& names, const Delivery& delivery) {
  std::string out;
  for (const std::string& organisation : delivery.certified_by)
    out += (out.empty() ? "" : " ") + name_of(names, organisation);
  return out;
}

void say(const std::string& line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

class TerminalOutput final : public StoryOutput {
 public:
  explicit TerminalOutput(ShortNames names) : names_(std::move(names)) {}

  void begin(const Story& story, const std::string& where) override {
    say("");
    say(styled(Style::kBold, fmt::format("{}  {}", story.zh, story.en)));
    say(styled(Style::kDim, where));
  }

  void step(const Step& step) override {
    say("");
    say(styled(Style::kCyan, fmt::format("── {} · {}  {}", step.id, step.zh, step.en)));
  }

  void document(const Document& document, const std::string& zh, const std::string& en, const Delivery* delivery,
                const std::vector<Check>& checks) override {
    const bool passed = all_passed(checks);
    const std::string mark = passed ? styled(Style::kGreen, "✓") : styled(Style::kRed, "✗");
    std::string line = "  " + mark + " ";
    if (delivery == nullptr) {
      line += fit("state", kCodeColumns) + fit("", 7) + styled(Style::kDim, fit("query", kCallColumns)) +
              fit(zh, kTitleColumns);
    } else {
      const std::string where = delivery->refused ? "  --" : fmt::format("#{}", delivery->height.value());
      const Style style = !passed ? Style::kRed : delivery->code == "OK" ? Style::kGreen : Style::kYellow;
      line += styled(style, fit(delivery->code, kCodeColumns)) + fit(where, 7) +
              styled(Style::kDim, fit(document.call, kCallColumns)) + fit(zh, kTitleColumns) +
              styled(Style::kDim, certifiers(names_, *delivery));
    }
    say(line);
    if (delivery != nullptr && delivery->code != "OK")
      say(styled(Style::kDim, "      " + en + " → " + delivery->trace));
    failures(document.file, checks);
    if (passed && checks.size() > 1)
      say(styled(Style::kDim, fmt::format("      {} expectations: {}", checks.size(), summary(checks))));
  }

  void note(const std::string& zh, const std::string& en, const std::string& text,
            const std::vector<Check>& checks) override {
    say(fmt::format("  {} {}  {}  {}", styled(Style::kYellow, "•"), styled(Style::kYellow, zh), styled(Style::kDim, en),
                    text));
    failures(en, checks);
  }

  void end(const Totals& totals) override {
    say("");
    say(styled(totals.failed == 0 ? Style::kGreen : Style::kRed,
               fmt::format("{} passed, {} failed", totals.passed, totals.failed)));
  }

 private:
  static void failures(const std::string& where, const std::vector<Check>& checks) {
    for (const Check& check : checks) {
      if (check.passed) continue;
      say(styled(Style::kRed,
                 fmt::format("      {}: {}: expected {}, found {}", where, check.what, check.expected, check.actual)));
    }
  }

  /// "status=ADMITTED stage=CLOSED": the states that were found as expected.
  static std::string summary(const std::vector<Check>& checks) {
    std::string out;
    for (const Check& check : checks) {
      if (check.what == "code" || check.what == "trace") continue;
      const std::size_t space = check.what.rfind(' ');
      const std::string field = space == std::string::npos ? check.what : check.what.substr(space + 1);
      const std::string value = check.actual.size() > 40 ? check.actual.substr(0, 16) + "…" : check.actual;
      out += fmt::format("{}{}={}", out.empty() ? "" : " ", field, value);
    }
    return out.empty() ? "receipt" : out;
  }

  ShortNames names_;
};

class JsonOutput final : public StoryOutput {
 public:
  explicit JsonOutput(ShortNames names) : names_(std::move(names)) {}

  void begin(const Story& story, const std::string& where) override {
    say(JsonObject().text("event", "story").text("zh", story.zh).text("en", story.en).text("where", where).str());
  }
  void step(const Step& step) override {
    say(JsonObject().text("event", "step").text("id", step.id).text("zh", step.zh).text("en", step.en).str());
  }
  void document(const Document& document, const std::string& zh, const std::string& en, const Delivery* delivery,
                const std::vector<Check>& checks) override {
    JsonObject line;
    line.text("event", "document")
        .text("file", document.file)
        .text("name", document.name)
        .text("zh", zh)
        .text("en", en);
    if (delivery != nullptr) {
      line.text("call", document.call)
          .text("code", delivery->code)
          .text("trace", delivery->trace)
          .text("object", delivery->object);
      line.boolean("refused", delivery->refused);
      if (!delivery->refused) {
        line.text("id", delivery->id.hex()).number("height", static_cast<std::int64_t>(delivery->height.value()));
        line.text("certified_by", certifiers(names_, *delivery));
      }
    }
    say(line.raw("checks", checks_text(checks)).str());
  }
  void note(const std::string& zh, const std::string& en, const std::string& text,
            const std::vector<Check>& checks) override {
    say(JsonObject()
            .text("event", "note")
            .text("zh", zh)
            .text("en", en)
            .text("text", text)
            .raw("checks", checks_text(checks))
            .str());
  }
  void end(const Totals& totals) override {
    say(JsonObject()
            .text("event", "end")
            .number("passed", static_cast<std::int64_t>(totals.passed))
            .number("failed", static_cast<std::int64_t>(totals.failed))
            .str());
  }

 private:
  static std::string checks_text(const std::vector<Check>& checks) {
    std::string out;
    for (const Check& check : checks) {
      out += out.empty() ? "" : ",";
      out += JsonObject()
                 .text("what", check.what)
                 .text("expected", check.expected)
                 .text("actual", check.actual)
                 .boolean("passed", check.passed)
                 .str();
    }
    return "[" + out + "]";
  }
  ShortNames names_;
};

class QuietOutput final : public StoryOutput {
 public:
  void begin(const Story&, const std::string&) override {}
  void step(const Step&) override {}
  void document(const Document& document, const std::string&, const std::string& en, const Delivery* delivery,
                const std::vector<Check>& checks) override {
    if (all_passed(checks)) return;
    fmt::print(stderr, "{} ({}): {}\n", document.file, en,
               delivery == nullptr ? "" : delivery->code + " " + delivery->trace);
    for (const Check& check : checks) {
      if (!check.passed) fmt::print(stderr, "  {}: expected {}, found {}\n", check.what, check.expected, check.actual);
    }
  }
  void note(const std::string&, const std::string&, const std::string&, const std::vector<Check>&) override {}
  void end(const Totals&) override {}
};

}  // namespace

void Totals::add(const std::vector<Check>& checks) {
  for (const Check& check : checks) ++(check.passed ? passed : failed);
}

std::unique_ptr<StoryOutput> make_terminal_output(ShortNames names) {
  return std::make_unique<TerminalOutput>(std::move(names));
}
std::unique_ptr<StoryOutput> make_json_output(ShortNames names) {
  return std::make_unique<JsonOutput>(std::move(names));
}
std::unique_ptr<StoryOutput> make_quiet_output() { return std::make_unique<QuietOutput>(); }

}  // namespace qilian::cli
