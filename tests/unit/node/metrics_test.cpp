#include "node/metrics.h"

#include <doctest/doctest.h>

TEST_CASE("series are printed in the Prometheus text format, names ascending") {
  qilian::node::Metrics metrics;
  metrics.gauge("qilian_height", "Certified height").set(7);
  metrics.counter("qilian_dropped_total", "Dropped", "peer=\"b\"").add(2);
  metrics.counter("qilian_dropped_total", "Dropped", "peer=\"a\"").add();
  metrics.counter("qilian_dropped_total", "Dropped", "peer=\"a\"").add();
  CHECK(metrics.text() ==
        "# HELP qilian_dropped_total Dropped\n# TYPE qilian_dropped_total counter\n"
        "qilian_dropped_total{peer=\"a\"} 2\nqilian_dropped_total{peer=\"b\"} 2\n"
        "# HELP qilian_height Certified height\n# TYPE qilian_height gauge\nqilian_height 7\n");
}
