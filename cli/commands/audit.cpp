// qilian audit: a node's ledger files, examined without the node.
#include "node/offline/audit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <csignal>

#include "cli/commands/commands.h"
#include "cli/json_text.h"
#include "cli/pinned_head.h"
#include "cli/terminal.h"
#include "node/offline/directory.h"

namespace qilian::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string directory;
  std::string checkpoint;
  std::string head;
  std::size_t threads = 0;
  bool fresh = false;
  bool allow_open_end = false;
};

std::atomic<bool> interrupted = false;

/// While it lives, the first Ctrl-C asks for an orderly end and the second one kills.
class CatchInterrupt {
 public:
  CatchInterrupt() {
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, &before_);
    ::sigaction(SIGTERM, &action, &before_terminate_);
  }
  ~CatchInterrupt() {
    ::sigaction(SIGINT, &before_, nullptr);
    ::sigaction(SIGTERM, &before_terminate_, nullptr);
  }
  CatchInterrupt(const CatchInterrupt&) = delete;
  CatchInterrupt& operator=(const CatchInterrupt&) = delete;

 private:
  struct sigaction before_{};
  struct sigaction before_terminate_{};
};

/// One line on the terminal, drawn over itself.
class ProgressBar {
 public:
  explicit ProgressBar(bool shown) : shown_(shown) {}
  ~ProgressBar() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
  }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void draw(const node::AuditProgress& at) {
    const auto now = Clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    drawn_ = true;
    const double done = at.total_bytes == 0 ? 0 : static_cast<double>(at.bytes) / static_cast<double>(at.total_bytes);
    const double elapsed = std::chrono::duration<double>(now - begun_).count();
    const auto filled = static_cast<std::size_t>(done * 30);
    fmt::print(stderr, "\r\x1b[K[{:=<{}}{:.<{}}] {:3.0f} %  block {}, {} transactions, {:.0f} s left", "", filled, "",
               30 - filled, done * 100, at.height.value(), at.transactions, elapsed / std::max(done, 1e-6) - elapsed);
    std::fflush(stderr);
  }

 private:
  bool shown_;
  bool drawn_ = false;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point last_{};
};

/// Why a ledger without a finding is not yet one to rely on as it stands.
std::string open_end(const node::AuditReport& report) {
  std::string out;
  if (report.torn_tail_bytes > 0)
    out = fmt::format("the last {} bytes are no whole frame: a crash left them, or damage", report.torn_tail_bytes);
  if (report.certified < report.last.height)
    out += fmt::format("{}blocks {} to {} are covered by no certificate: this node's word alone",
                       out.empty() ? "" : "; ", report.certified.value() + 1, report.last.height.value());
  return out;
}

void print_json(const node::AuditReport& report, const std::string& end, bool good, double seconds) {
  JsonObject out;
  out.boolean("good", good)
      .number("blocks", static_cast<std::int64_t>(report.blocks))
      .number("transactions", static_cast<std::int64_t>(report.transactions))
      .number("certificates", static_cast<std::int64_t>(report.certificates))
      .number("epochs", static_cast<std::int64_t>(report.epochs))
      .number("height", static_cast<std::int64_t>(report.last.height.value()))
      .text("header_hash", report.last.hash().hex())
      .text("state_root", report.last.state_root.hex())
      .number("certified", static_cast<std::int64_t>(report.certified.value()))
      .number("torn_tail_bytes", static_cast<std::int64_t>(report.torn_tail_bytes))
      .number("resumed_blocks", static_cast<std::int64_t>(report.resumed_blocks))
      .number("milliseconds", static_cast<std::int64_t>(seconds * 1000));
  if (!end.empty()) out.text("open_end", end);
  if (report.finding) {
    JsonObject finding;
    finding.text("code", report.finding->code)
        .number("height", static_cast<std::int64_t>(report.finding->height.value()));
    if (report.finding->transaction) finding.number("transaction", *report.finding->transaction);
    finding.text("what", report.finding->what).text("place", report.finding->place);
    out.raw("finding", finding.str());
  }
  fmt::print("{}\n", out.str());
}

void print_words(const node::AuditReport& report, const std::string& end, bool good, double seconds) {
  if (report.finding) {
    fmt::print(stderr, "{}\n{}\nBlocks 0 to {} before it are what their transactions give.\n",
               styled(Style::kRed, "DIFFERS 审计不通过"), report.finding->text(),
               report.blocks == 0 ? 0 : report.blocks - 1);
    return;
  }
  fmt::print("{} blocks, {} transactions, {} certificates, {} epoch{} in {:.1f} s ({:.0f} transactions/s)\n",
             report.blocks, report.transactions, report.certificates, report.epochs, report.epochs == 1 ? "" : "s",
             seconds, static_cast<double>(report.transactions) / std::max(seconds, 1e-3));
  if (report.resumed_blocks > 0)
    fmt::print("{} blocks of them were examined before the interruption.\n", report.resumed_blocks);
  fmt::print("Every signature holds, every block is what its transactions give, every root was recomputed.\n");
  fmt::print("Last block {}  {}\nCertified by a quorum up to block {}\n", report.last.height.value(),
             report.last.hash().hex(), report.certified.value());
  if (!end.empty()) fmt::print(stderr, "{}\n", end);
  if (good)
    fmt::print("{}\n", styled(Style::kGreen, "GOOD 审计通过"));
  else
    fmt::print(stderr, "{}: --allow-open-end accepts what a crash may leave at the end\n",
               styled(Style::kRed, "OPEN END 末尾未定"));
}

void run(Globals& globals, const Options& options) {
  Session session(globals);
  QILIAN_OR_REPORT(const ledger::Genesis genesis, session.genesis());
  QILIAN_OR_REPORT(const auto head, pinned_head(options.head));
  QILIAN_OR_REPORT(const auto ledger, node::QuietLedger::open(options.directory));
  node::AuditOptions how;
  how.threads = options.threads;
  how.head = head;
  how.checkpoint = options.checkpoint.empty() ? ledger.directory().string() + ".audit" : options.checkpoint;
  std::error_code error;
  if (options.fresh) std::filesystem::remove(how.checkpoint, error);
  ProgressBar bar(!globals.json && isatty(STDERR_FILENO) != 0);
  how.progress = [&](const node::AuditProgress& at) { bar.draw(at); };
  how.stop = &interrupted;
  const auto begun = Clock::now();
  const auto report = [&] {
    const CatchInterrupt guard;
    auto out = node::audit(ledger.directory(), genesis, how);
    how.progress = nullptr;
    return out;
  }();
  if (!report) return cli::report(globals, report.error());
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  const std::string end = report->finding ? "" : open_end(*report);
  const bool good = !report->finding && (end.empty() || options.allow_open_end);
  if (!good) globals.exit = kUnverified;
  (globals.json ? print_json : print_words)(*report, end, good, seconds);
}

}  // namespace

void add_audit_command(CLI::App& app, Globals& globals) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "audit",
      "审计 Examine a node's ledger files, without the node: signatures, roots, values, certificates, hand-overs, and "
      "every\n"
      "block executed again. Exit code 0: all of it holds; 4: something differs (the first height and transaction are\n"
      "named), a file is damaged, or the end is open; 130: interrupted, and the same command goes on from there.");
  command
      ->add_option("DIR", options->directory,
                   "A folder with segments/ in it, a node's data folder, or the node's folder")
      ->required();
  command->add_option("--head", options->head, "A block that you know by other means, HEIGHT:HASH: it must stand here");
  command->add_option("--checkpoint", options->checkpoint,
                      "Where an interrupted audit keeps its place (default: DIR's ledger folder + .audit)");
  command->add_flag("--fresh", options->fresh, "Begin at block 0, whatever an interrupted audit left");
  command->add_flag("--allow-open-end", options->allow_open_end,
                    "Accept a torn last frame, and last blocks without a certificate");
  command->add_option("--threads", options->threads, "Threads that check signatures (default: one a core, at most 8)")
      ->check(CLI::Range(0, 64));
  command->callback([&globals, options] { run(globals, *options); });
}

}  // namespace qilian::cli
