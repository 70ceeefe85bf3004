// A blocking client of the node's HTTP API: for the CLI, for tests, for small tools. One connection, kept open; not
// thread-safe.
#pragma once

#include <memory>
#include <vector>

#include "ledger/core/transaction.h"

namespace qilian::client {

/// A node's answer as it came.
struct Response {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// What became of a submitted envelope.
struct Submitted {
  std::string id;  ///< hex
  std::string
      code;  ///< "OK", the receipt's refusal, or "PENDING" where it was accepted and is not in a certified block yet
  bool certified = false;
  std::uint64_t height = 0;
  std::uint32_t index = 0;
  std::string receipt_json;            ///< the receipt as JSON; empty while pending
  std::vector<std::uint32_t> signers;  ///< replicas that signed the block's certificate
  std::string json;                    ///< the whole answer
};

struct Options {
  /// For one request, waiting for a block included.
  int timeout_ms = 40'000;
};

class Client {
 public:
  /// "http://127.0.0.1:8001" or "127.0.0.1:8001"; nothing is connected yet. Error "client.address".
  static ledger::Result<Client> at(std::string_view address, Options options = Options());
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// GET; `path` with its query, percent-encoded. Any HTTP status is a Response. Error "client.io": no answer.
  ledger::Result<Response> get(const std::string& path, const std::string& accept = "application/json");
  ledger::Result<Response> post(const std::string& path, const std::string& content_type, std::string body);

  /// GET that must succeed: another status becomes the API's {code, message} as the error.
  ledger::Result<std::string> fetch(const std::string& path, const std::string& accept = "application/json");

  /// Sends an envelope. With `wait_certified` it returns when the block is certified, or "PENDING" after `wait_ms`.
  /// A refusal at admission is an error with its code (COM-101, COM-305, ...); a refusal at execution is a receipt.
  ledger::Result<Submitted> submit(ledger::ByteView envelope, bool wait_certified = true, int wait_ms = 30'000);

  /// "/v1/objects/{kind}/{id}" and other paths with ids in them.
  static std::string percent_encode(std::string_view text);

 private:
  class Connection;
  explicit Client(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace qilian::client
