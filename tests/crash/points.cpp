#include "tests/crash/points.h"

namespace qilian::crash {

namespace {

class Enumeration {
 public:
  explicit Enumeration(const Plan& plan) : plan_(plan) {}

  Tally run() {
    Run script(settings(plan_.ledger_lag, plan_.lying_disk));
    for (std::size_t step = 0; tally_.failure.empty(); ++step) {
      const Run before = script;
      if (!script.advance()) break;
      if (!script.violation().empty()) tally_.failure = "without any crash: " + script.violation();
      const std::vector<Run::Point> points = script.points();
      for (std::size_t i = 0; i < points.size() && tally_.failure.empty(); ++i) at(before, step, i, points[i]);
    }
    return tally_;
  }

 private:
  void at(const Run& before, std::size_t step, std::size_t index, const Run::Point& point) {
    if (tally_.points++ % plan_.stride != 0) return;
    ++tally_.by_kind[std::string(point.kind)];
    const std::string name = "step " + std::to_string(step) + ", effect " + std::to_string(index) + " (" +
                             std::string(point.kind) + " of replica " + std::to_string(point.place) + ")";
    for (std::size_t survivors = 0; survivors <= point.unsynced && tally_.failure.empty(); ++survivors) {
      if (plan_.everybody && survivors > 0 && survivors < point.unsynced) continue;
      Run run = before;
      // "Everything": the others may have written more.
      run.arm(index, plan_.everybody && survivors > 0 ? SIZE_MAX : survivors, plan_.everybody);
      run.advance();
      const std::string with = name + ", " + std::to_string(survivors) + " records kept";
      if (plan_.again == 0) {
        finish(run, with, survivors > 0);
      } else {
        again(run, with, point.place);
      }
    }
  }

  /// The same replica once more, in front of each of its next effects.
  void again(Run run, const std::string& name, std::uint32_t place) {
    for (std::size_t seen = 0; seen < plan_.again && tally_.failure.empty();) {
      const Run before = run;
      if (!run.advance()) return;
      const std::vector<Run::Point> points = run.points();
      for (std::size_t i = 0; i < points.size() && seen < plan_.again; ++i) {
        if (points[i].place != place) continue;
        ++seen;
        for (std::size_t survivors = 0; survivors <= points[i].unsynced; ++survivors) {
          Run second = before;
          second.arm(i, survivors);
          second.advance();
          finish(second, name + ", then its effect " + std::to_string(seen) + " with " + std::to_string(survivors),
                 survivors > 0);
        }
      }
    }
  }

  void finish(Run& run, const std::string& name, bool with_tail) {
    ++tally_.runs;
    tally_.with_tail += with_tail;
    const std::string failure = run.finish();
    tally_.slowest_ms = std::max(tally_.slowest_ms, run.recovery_ms());
    if (!failure.empty() && tally_.failure.empty()) tally_.failure = name + ": " + failure;
  }

  Plan plan_;
  Tally tally_;
};

}  // namespace

Tally enumerate(const Plan& plan) { return Enumeration(plan).run(); }

}  // namespace qilian::crash
