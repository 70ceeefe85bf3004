// What each path answers; `GET /` lists them and api/openapi.yaml describes them.
//
// Reads go to the store alone, on the server's threads; a submission goes through the driver. Every error is
// {"code","message"} with a fitting status: 400 for what breaks gate point 1, 403 for keys and signatures, 409 for a
// replay, 422 for other refusals, 429 for quotas, 503 with Retry-After where the node is full.
#pragma once

#include "node/api/http.h"
#include "node/driver.h"
#include "node/metrics.h"

namespace qilian::node {

/// Driver and metrics outlive the handler.
/// `tier` is the configuration's api.tier.
HttpHandler make_routes(Driver& driver, const Metrics& metrics, const LimitsConfig& limits, std::string_view tier);

}  // namespace qilian::node
