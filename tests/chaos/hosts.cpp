#include "tests/chaos/hosts.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace qilian::chaos {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBridge = "qilian0";
constexpr const char* kBallast = "ballast";
constexpr const char* kNobody = "02:00:00:00:ff:ff";  // frames to it reach no host

std::string address_of(std::size_t host) { return "10.77.0." + std::to_string(host + 1); }

std::string hardware_of(std::size_t host) {
  char text[18];
  std::snprintf(text, sizeof text, "02:00:00:00:00:%02x", static_cast<unsigned>(host + 1));
  return text;
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  out.close();
  REQUIRE_MESSAGE(out.good(), file);
}

// Runs `ip` with these words, inside a network namespace where one is given.
void ip(const std::string& words, int network_namespace = -1) {
  std::vector<std::string> parts{"ip"};
  std::istringstream in(words);
  for (std::string word; in >> word;) parts.push_back(word);
  std::vector<char*> arguments;
  for (auto& part : parts) arguments.push_back(part.data());
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (network_namespace >= 0 && ::setns(network_namespace, CLONE_NEWNET) != 0) ::_exit(126);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE_MESSAGE(status == 0, "ip " << words);
}

// Every Hosts starts in an empty network of its own; the one before it vanishes. Users and mounts are parted once.
void enter_private_namespaces() {
  static bool entered = false;
  const auto user = ::geteuid(), group = ::getegid();
  const int once = entered ? 0 : CLONE_NEWNS | (user == 0 ? 0 : CLONE_NEWUSER);
  REQUIRE_MESSAGE(::unshare(once | CLONE_NEWNET) == 0,
                  "this suite makes network namespaces: run it as root, or allow unprivileged user namespaces ("
                      << std::strerror(errno) << ")");
  if (once & CLONE_NEWUSER) {
    write("/proc/self/setgroups", "deny");
    write("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
    write("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
  }
  if (once & CLONE_NEWNS) REQUIRE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
  entered = true;
  ip("link set lo up");
}

// A new network namespace, which lives as long as its descriptor.
int make_network_namespace() {
  const int own = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  REQUIRE(own >= 0);
  REQUIRE(::unshare(CLONE_NEWNET) == 0);
  const int made = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  REQUIRE(made >= 0);
  REQUIRE(::setns(own, CLONE_NEWNET) == 0);
  ::close(own);
  return made;
}

}  // namespace

Hosts::Hosts(std::size_t count) {
  enter_private_namespaces();
  std::string pattern = (fs::temp_directory_path() / "qilian-hosts-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
  ip(std::string("link add ") + kBridge + " type bridge");
  ip(std::string("address add 10.77.0.254/24 dev ") + kBridge);
  ip(std::string("link set ") + kBridge + " up");
  for (std::size_t i = 0; i < count; ++i) {
    const int inside = make_network_namespace();
    const std::string port = "port" + std::to_string(i);
    ip("link add " + port + " type veth peer name eth0 address " + hardware_of(i) + " netns /proc/" +
       std::to_string(::getpid()) + "/fd/" + std::to_string(inside));
    ip("link set " + port + " master " + kBridge + " up");
    ip("address add " + address_of(i) + "/24 dev eth0", inside);
    ip("link set eth0 up", inside);
    e2e::Host host;
    host.address = address_of(i);
    host.network_namespace = inside;
#ifdef QILIAN_CLOCK_LIBRARY
    host.environment = {"LD_PRELOAD=" QILIAN_CLOCK_LIBRARY, "FAKETIME_TIMESTAMP_FILE=" + clock_file(i).string(),
                        "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"};
#endif
    hosts_.push_back(host);
    set_clock(i, 0);
  }
  heal();
}

Hosts::~Hosts() {
  for (const auto& host : hosts_) ::close(host.network_namespace);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path Hosts::clock_file(std::size_t host) const { return folder_ / ("clock-" + std::to_string(host)); }

void Hosts::set_clock(std::size_t host, int seconds) {
  // By rename: whoever reads it finds the old or the new offset.
  const fs::path made = folder_ / "clock";
  write(made, (seconds < 0 ? "" : "+") + std::to_string(seconds) + "\n");
  fs::rename(made, clock_file(host));
}

void Hosts::set_link(std::size_t from, std::size_t to, bool whole) {
  ip("neighbour replace " + address_of(to) + " lladdr " + (whole ? hardware_of(to) : kNobody) +
         " nud permanent dev eth0",
     hosts_[from].network_namespace);
}

void Hosts::cut(std::size_t from, std::size_t to) { set_link(from, to, false); }

void Hosts::separate(std::size_t one, std::size_t other) {
  cut(one, other);
  cut(other, one);
}

void Hosts::heal() {
  for (std::size_t from = 0; from < hosts_.size(); ++from) {
    for (std::size_t to = 0; to < hosts_.size(); ++to) {
      if (from != to) set_link(from, to, true);
    }
  }
}

SmallDisk::SmallDisk(fs::path folder, std::uint64_t bytes) : folder_(std::move(folder)) {
  const fs::path aside = folder_.string() + ".aside";
  fs::rename(folder_, aside);
  fs::create_directory(folder_);
  const std::string options = "size=" + std::to_string(bytes);
  REQUIRE_MESSAGE(::mount("tmpfs", folder_.c_str(), "tmpfs", 0, options.c_str()) == 0, std::strerror(errno));
  fs::copy(aside, folder_, fs::copy_options::recursive);
  fs::remove_all(aside);
}

SmallDisk::~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }

void SmallDisk::fill() {
  const int file = ::open((folder_ / kBallast).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  for (std::size_t piece = 1 << 20; piece > 0; piece /= 2) {
    const std::string zeros(piece, '\0');
    while (::write(file, zeros.data(), piece) == static_cast<ssize_t>(piece)) continue;
  }
  ::close(file);
}

void SmallDisk::clear() { fs::remove(folder_ / kBallast); }

}  // namespace qilian::chaos
