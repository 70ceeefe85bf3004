// A request and its answer, free of any library's types: what routes work on and what the server carries.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace qilian::node {

struct HttpRequest {
  std::string method;                        ///< "GET", "POST"
  std::string path;                          ///< as sent, still percent-encoded, without the query
  std::map<std::string, std::string> query;  ///< decoded
  std::string content_type;                  ///< without parameters, lower case
  std::string accept;
  std::string body;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  int retry_after_s = 0;  ///< 0 = no such header
};

/// Answers one request, once; from any thread, at once or later. The work runs on a thread of the server.
using HttpReply = std::function<void(std::function<HttpResponse()> work)>;
using HttpHandler = std::function<void(HttpRequest request, HttpReply reply)>;

}  // namespace qilian::node
