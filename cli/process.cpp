#include "cli/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

extern char** environ;  // NOLINT: POSIX names it

namespace qilian::cli {
namespace {

namespace fs = std::filesystem;
using ledger::fail;
using namespace std::chrono_literals;

/// How long a fresh process may take to bear its program's name.
constexpr int kNamingMs = 200;

/// Waits for a child of ours; for others, until the pid is gone.
bool gone(pid_t pid, const std::string& program_name) {
  int status = 0;
  if (waitpid(pid, &status, WNOHANG) == pid) return true;
  return !process_runs(pid, program_name);
}

}  // namespace

ledger::Result<pid_t> start_process(const fs::path& program, const std::vector<std::string>& arguments,
                                    const fs::path& log) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, static_cast<short>(POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK));

  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  pid_t pid = 0;
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0)
    return fail("process.start", fmt::format("{} cannot be started: {}", program.string(), std::strerror(error)));
  // The child bears our own name for a moment still; whoever asks by name would think that it is gone.
  const std::string name = program.filename().string();
  for (int waited_ms = 0; waited_ms < kNamingMs && kill(pid, 0) == 0 && !process_runs(pid, name); ++waited_ms) {
    std::this_thread::sleep_for(1ms);
  }
  return pid;
}

ledger::Result<int> run_process(const fs::path& program, const std::vector<std::string>& arguments,
                                const fs::path& log) {
  QILIAN_TRY(const pid_t pid, start_process(program, arguments, log));
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool process_runs(pid_t pid, const std::string& program_name) {
  std::ifstream name(fmt::format("/proc/{}/comm", pid));
  std::string found;
  if (!std::getline(name, found) || found != program_name.substr(0, 15)) return false;
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(stat, line);
  const std::size_t end = line.rfind(')');
  return end != std::string::npos && end + 2 < line.size() && line[end + 2] != 'Z';
}

void kill_process(pid_t pid, const std::string& program_name) {
  if (!process_runs(pid, program_name)) return;
  kill(pid, SIGKILL);
  while (!gone(pid, program_name)) std::this_thread::sleep_for(2ms);
}

void ask_to_stop(pid_t pid, const std::string& program_name) {
  if (process_runs(pid, program_name)) kill(pid, SIGTERM);
}

void stop_process(pid_t pid, const std::string& program_name, int grace_ms) {
  ask_to_stop(pid, program_name);
  for (int waited_ms = 0; waited_ms < grace_ms; waited_ms += 10) {
    if (gone(pid, program_name)) return;
    std::this_thread::sleep_for(10ms);
  }
  kill_process(pid, program_name);
}

ledger::Result<fs::path> find_program(const std::string& name) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<fs::path> candidates = {self / name, self.parent_path() / "node" / name};
  if (const char* programs = std::getenv(kProgramsVariable); programs != nullptr && *programs != '\0') {
    candidates.insert(candidates.begin(), {fs::path(programs) / name, fs::path(programs) / "node" / name});
  }
  for (const fs::path& candidate : candidates) {
    if (fs::exists(candidate, error)) return candidate;
  }
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const fs::path candidate = fs::path(rest.substr(0, colon)) / name;
    if (fs::exists(candidate, error)) return candidate;
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return fail("process.program",
              fmt::format("{} is neither beside this program ({}) nor on the PATH; build it or set the PATH", name,
                          self.string()));
}

std::vector<std::uint16_t> free_ports(std::size_t count) {
  std::vector<int> sockets;
  std::vector<std::uint16_t> ports;
  for (std::size_t i = 0; i < count; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      if (fd >= 0) close(fd);
      break;
    }
    sockets.push_back(fd);
    ports.push_back(ntohs(address.sin_port));
  }
  for (const int fd : sockets) close(fd);
  return ports;
}

}  // namespace qilian::cli
