#include "node/api/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/url/parse.hpp>
#include <thread>
#include <vector>

namespace qilian::node {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using ledger::fail;
using ledger::Result;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr int kThreads = HttpServer::kLongAnswers + 2;
constexpr std::size_t kMaxHeaderBytes = 16 * 1024;

using Strand = asio::strand<asio::io_context::executor_type>;

// Where the answer to one request arrives; lives as long as somebody may still answer.
struct Pending {
  explicit Pending(const Strand& on) : strand(on), ready(on, asio::steady_timer::time_point::max()) {}
  Strand strand;
  asio::steady_timer ready;
  std::optional<HttpResponse> response;
};

HttpResponse plain_error(int status, std::string_view code, std::string_view message) {
  return {status, "application/json", fmt::format(R"({{"code":"{}","message":"{}"}})", code, message), 0};
}

std::string lower_media_type(std::string_view value) {
  std::string out(value.substr(0, value.find(';')));
  while (!out.empty() && out.back() == ' ') out.pop_back();
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::optional<HttpRequest> to_request(http::request<http::string_body>& message) {
  const auto target = boost::urls::parse_origin_form({message.target().data(), message.target().size()});
  if (!target) return std::nullopt;
  HttpRequest request;
  request.method = message.method_string();
  request.path = std::string(target->encoded_path());
  for (const auto& parameter : target->params()) request.query.emplace(parameter.key, parameter.value);
  request.content_type =
      lower_media_type({message[http::field::content_type].data(), message[http::field::content_type].size()});
  request.accept = message[http::field::accept];
  request.body = std::move(message.body());
  return request;
}

class BeastServer final : public HttpServer {
 public:
  BeastServer(const LimitsConfig& limits, HttpHandler handler, Metrics& metrics)
      : limits_(limits),
        handler_(std::move(handler)),
        acceptor_(io_),
        refused_(metrics.counter("qilian_api_refused_connections_total", "Connections beyond limits.api_connections")),
        bad_(metrics.counter("qilian_api_bad_requests_total", "Requests that are no HTTP, too large or too slow")),
        requests_(metrics.counter("qilian_api_requests_total", "Requests answered")),
        open_gauge_(metrics.gauge("qilian_api_connections", "Open connections")) {}

  ~BeastServer() override { stop(); }

  Result<void> open(const Address& listen) {
    error_code error;
    const tcp::endpoint endpoint(asio::ip::make_address(listen.host, error), listen.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error)
      return fail("api.listen", fmt::format("cannot listen on api.listen = {}: {}", listen.text(), error.message()));
    asio::co_spawn(asio::make_strand(io_), accept(), asio::detached);
    for (int i = 0; i < kThreads; ++i) threads_.emplace_back([this] { io_.run(); });
    return {};
  }

  std::uint16_t port() const override { return port_; }

  void stop() override {
    io_.stop();
    for (auto& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

 private:
  asio::awaitable<void> accept() {
    while (true) {
      auto strand = asio::make_strand(io_);
      auto [error, socket] = co_await acceptor_.async_accept(strand, kAwait);
      if (error) {
        asio::steady_timer pause(io_, milliseconds(50));
        co_await pause.async_wait(kAwait);
        continue;
      }
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      asio::co_spawn(strand, serve(beast::tcp_stream(std::move(socket)), strand), asio::detached);
    }
  }

  asio::awaitable<void> serve(beast::tcp_stream stream, Strand strand) {
    const auto open = ++open_;
    open_gauge_.set(open);
    if (open > static_cast<std::int64_t>(limits_.api_connections)) {
      refused_.add();
      HttpResponse full = plain_error(503, "api.connections", "too many connections; try again later");
      full.retry_after_s = 1;
      co_await write(stream, full, 11, false);
    } else {
      beast::flat_buffer buffer;
      while (co_await serve_one(stream, buffer, strand)) {
      }
    }
    error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    open_gauge_.set(--open_);
  }

  // False when the connection ends.
  asio::awaitable<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer, const Strand& strand) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(kMaxRequestBytes);
    parser.header_limit(kMaxHeaderBytes);
    stream.expires_after(milliseconds(limits_.api_request_timeout_ms));
    const auto [error, size] = co_await http::async_read(stream, buffer, parser, kAwait);
    if (error) {
      if (error != http::error::end_of_stream && error != asio::error::connection_reset) bad_.add();
      if (error == http::error::body_limit) {
        co_await write(stream, plain_error(413, "COM-101", "the request is larger than any envelope may be"), 11,
                       false);
      } else if (error.category() == http::make_error_code(http::error::end_of_stream).category() &&
                 error != http::error::end_of_stream && error != http::error::partial_message) {
        co_await write(stream, plain_error(400, "api.http", "this is no HTTP/1.1 request that the node understands"),
                       11, false);
      }
      co_return false;
    }
    auto message = parser.release();
    // Who asked with HEAD expects no body: what follows the header would pass for the next answer.
    const bool keep = message.keep_alive() && message.method() != http::verb::head;
    auto request = to_request(message);
    requests_.add();
    if (!request) {
      bad_.add();
      co_await write(stream, plain_error(400, "api.target", "the request's target is malformed"), message.version(),
                     false);
      co_return false;
    }
    auto pending = std::make_shared<Pending>(strand);
    stream.expires_never();
    handler_(std::move(*request), [pending](std::function<HttpResponse()> work) {
      asio::post(pending->strand, [pending, answer = std::move(work)] {
        if (!pending->response) pending->response = answer();
        pending->ready.cancel();
      });
    });
    while (!pending->response) co_await pending->ready.async_wait(kAwait);
    const bool written = co_await write(stream, *pending->response, message.version(), keep);
    co_return keep&& written;
  }

  asio::awaitable<bool> write(beast::tcp_stream& stream, const HttpResponse& response, unsigned version, bool keep) {
    http::response<http::string_body> message(static_cast<http::status>(response.status), version);
    message.set(http::field::server, "qiliand");
    message.set(http::field::content_type, response.content_type);
    message.set("X-Content-Type-Options", "nosniff");
    if (response.retry_after_s > 0) message.set(http::field::retry_after, std::to_string(response.retry_after_s));
    message.keep_alive(keep);
    message.body() = response.body;
    message.prepare_payload();
    stream.expires_after(milliseconds(limits_.api_request_timeout_ms));
    const auto [error, size] = co_await http::async_write(stream, message, kAwait);
    co_return !error;
  }

  LimitsConfig limits_;
  HttpHandler handler_;
  asio::io_context io_{kThreads};
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::atomic<std::int64_t> open_ = 0;
  Series& refused_;
  Series& bad_;
  Series& requests_;
  Series& open_gauge_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(const Address& listen, const LimitsConfig& limits,
                                                      HttpHandler handler, Metrics& metrics) {
  auto server = std::make_unique<BeastServer>(limits, std::move(handler), metrics);
  QILIAN_TRY_VOID(server->open(listen));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace qilian::node
