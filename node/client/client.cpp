#include "node/client/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <optional>

namespace qilian::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;
using asio::ip::tcp;
using beast::error_code;
using ledger::ByteView;
using ledger::Error;
using ledger::fail;
using ledger::Result;

constexpr std::size_t kMaxResponseBytes = 256ull << 20;

Error refusal(const Response& response) {
  error_code error;
  const auto value = json::parse(response.body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* code = object ? object->if_contains("code") : nullptr;
  const auto* message = object ? object->if_contains("message") : nullptr;
  if (code && code->is_string() && message && message->is_string()) {
    return {std::string(code->get_string()), std::string(message->get_string())};
  }
  return {"client.http", "the node answered with status " + std::to_string(response.status)};
}

template <class Number>
Number number_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (!value) return 0;
  error_code error;
  const auto number = value->to_number<Number>(error);
  return error ? 0 : number;
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

// Runs asynchronous operations to their end, one at a time: Beast's timeouts need them asynchronous.
class Client::Connection {
 public:
  Connection(std::string host, std::string port, Options options)
      : host_(std::move(host)), port_(std::move(port)), options_(options) {}

  Result<Response> exchange(http::request<http::string_body>& request) {
    request.version(11);
    request.set(http::field::host, host_ + ":" + port_);
    request.keep_alive(true);
    request.prepare_payload();
    const bool reused = stream_.has_value();
    auto response = try_exchange(request);
    // A kept connection may have been closed meanwhile; submitting twice is safe, an id is executed once.
    if (!response && reused) response = try_exchange(request);
    return response;
  }

 private:
  Result<Response> try_exchange(http::request<http::string_body>& request) {
    if (!stream_) QILIAN_TRY_VOID(connect());
    stream_->expires_after(std::chrono::milliseconds(options_.timeout_ms));
    error_code error;
    http::async_write(*stream_, request, [&](error_code result, std::size_t) { error = result; });
    run();
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMaxResponseBytes);
    if (!error) {
      http::async_read(*stream_, buffer_, parser, [&](error_code result, std::size_t) { error = result; });
      run();
    }
    if (error) {
      drop();
      return fail("client.io", "no answer from " + host_ + ":" + port_ + ": " + error.message());
    }
    auto message = parser.release();
    Response response{static_cast<int>(message.result_int()), std::string(message[http::field::content_type]),
                      std::move(message.body())};
    if (!message.keep_alive()) drop();
    return response;
  }

  Result<void> connect() {
    error_code error;
    tcp::resolver resolver(io_);
    const auto endpoints = resolver.resolve(host_, port_, error);
    if (!error) {
      stream_.emplace(io_);
      stream_->expires_after(std::chrono::milliseconds(options_.timeout_ms));
      stream_->async_connect(endpoints, [&](error_code result, const tcp::endpoint&) { error = result; });
      run();
    }
    if (error) {
      drop();
      return fail("client.io", "cannot connect to " + host_ + ":" + port_ + ": " + error.message());
    }
    error_code ignored;
    stream_->socket().set_option(tcp::no_delay(true), ignored);
    return {};
  }

  void run() {
    io_.restart();
    io_.run();
  }

  void drop() {
    stream_.reset();
    buffer_.clear();
  }

  std::string host_;
  std::string port_;
  Options options_;
  asio::io_context io_{1};
  std::optional<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
};

Client::Client(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Client> Client::at(std::string_view address, Options options) {
  constexpr std::string_view kScheme = "http://";
  if (address.starts_with(kScheme)) address.remove_prefix(kScheme.size());
  while (address.ends_with('/')) address.remove_suffix(1);
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == address.size()) {
    return fail("client.address", "a node's address is http://host:port");
  }
  std::string_view host = address.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return Client(std::make_unique<Connection>(std::string(host), std::string(address.substr(colon + 1)), options));
}

Result<Response> Client::get(const std::string& path, const std::string& accept) {
  http::request<http::string_body> request(http::verb::get, path, 11);
  request.set(http::field::accept, accept);
  return connection_->exchange(request);
}

Result<Response> Client::post(const std::string& path, const std::string& content_type, std::string body) {
  http::request<http::string_body> request(http::verb::post, path, 11);
  request.set(http::field::content_type, content_type);
  request.body() = std::move(body);
  return connection_->exchange(request);
}

Result<std::string> Client::fetch(const std::string& path, const std::string& accept) {
  QILIAN_TRY(auto response, get(path, accept));
  if (response.status != 200) return std::unexpected(refusal(response));
  return std::move(response.body);
}

Result<Submitted> Client::submit(ByteView envelope, bool wait_certified, int wait_ms) {
  const std::string path = wait_certified ? "/v1/transactions?wait=certified&timeout_ms=" + std::to_string(wait_ms)
                                          : std::string("/v1/transactions?wait=accepted");
  QILIAN_TRY(auto response, post(path, "application/octet-stream", std::string(envelope)));
  if (response.status != 200 && response.status != 202) return std::unexpected(refusal(response));
  error_code error;
  const auto value = json::parse(response.body, error);
  const auto* object = error ? nullptr : value.if_object();
  if (!object) return fail("client.http", "the node's answer is not the JSON that this client knows");
  Submitted out;
  out.id = text_of(*object, "id");
  out.code = text_of(*object, "code");
  out.certified =
      object->if_contains("certified") && object->at("certified").is_bool() && object->at("certified").get_bool();
  out.height = number_of<std::uint64_t>(*object, "height");
  out.index = number_of<std::uint32_t>(*object, "index");
  if (const auto* receipt = object->if_contains("receipt")) out.receipt_json = json::serialize(*receipt);
  if (const auto* signers = object->if_contains("signers"); signers && signers->is_array()) {
    for (const auto& signer : signers->get_array()) out.signers.push_back(signer.to_number<std::uint32_t>(error));
  }
  out.json = std::move(response.body);
  return out;
}

std::string Client::percent_encode(std::string_view text) {
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[static_cast<unsigned char>(c) >> 4], kDigits[static_cast<unsigned char>(c) & 15]};
    }
  }
  return out;
}

}  // namespace qilian::client
