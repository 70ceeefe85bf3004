// The API's server over a socket: who waits for whom.
#include "node/api/server.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <semaphore>

using namespace qilian::node;

namespace {

/// One connection that asks for one path.
class Asked {
 public:
  Asked(std::uint16_t port, const std::string& path) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: here\r\n\r\n";
    REQUIRE(::send(socket_, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size()));
  }
  ~Asked() { ::close(socket_); }
  Asked(const Asked&) = delete;

  bool answered(int seconds) const {
    const timeval most{seconds, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    char first = 0;
    return ::recv(socket_, &first, 1, 0) == 1;
  }

 private:
  int socket_;
};

}  // namespace

TEST_CASE("as many questions as may be asked at a time leave the API's other paths open") {
  std::counting_semaphore<> begun(0);
  std::counting_semaphore<> go_on(0);
  Metrics metrics;
  const auto server = HttpServer::start(
      {"127.0.0.1", 0}, {},
      [&](const HttpRequest& request, const HttpReply& reply) {
        reply([&, slow = request.path == "/slow"] {
          if (slow) {
            begun.release();
            go_on.acquire();
          }
          return HttpResponse{};
        });
      },
      metrics);
  REQUIRE(server.has_value());
  {
    const Asked first((*server)->port(), "/slow");
    const Asked second((*server)->port(), "/slow");
    for (std::size_t i = 0; i < HttpServer::kLongAnswers; ++i) begun.acquire();
    const Asked other((*server)->port(), "/fast");
    CHECK(other.answered(10));
    go_on.release(2);
    CHECK(first.answered(10));
    CHECK(second.answered(10));
  }
  (*server)->stop();
}
