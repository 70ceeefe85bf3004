// The HTTP/1.1 server of the API: connections, bounds and timeouts; what is answered is decided in routes.h.
//
// Bounds: `api_connections` at once (one more is answered 503 and closed), kMaxRequestBytes a body (413),
// `api_request_timeout_ms` to send a request and between two. What is no HTTP is answered 400 and closed. Each is
// counted.
#pragma once

#include <memory>

#include "node/api/http.h"
#include "node/config.h"
#include "node/metrics.h"

namespace qilian::node {

class HttpServer {
 public:
  /// An envelope as hexadecimal in JSON fits, with room to spare.
  static constexpr std::size_t kMaxRequestBytes = 640 * 1024;
  /// Answers that take long hold a thread each: routes let in so many of them, and two threads stay for the others.
  static constexpr std::size_t kLongAnswers = 2;

  /// Binds at once and serves on threads of its own. Error "api.listen" (the port is taken).
  static ledger::Result<std::unique_ptr<HttpServer>> start(const Address& listen, const LimitsConfig& limits,
                                                           HttpHandler handler, Metrics& metrics);
  virtual ~HttpServer() = default;
  virtual std::uint16_t port() const = 0;
  /// Closes everything and joins the threads; replies that come later go nowhere.
  virtual void stop() = 0;
};

}  // namespace qilian::node
