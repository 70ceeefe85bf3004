#include "machine.h"

#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace qilian::bench {

std::string machine_name() {
  std::string model = "unknown processor";
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("model name")) continue;
    model = line.substr(line.find(':') + 2);
    break;
  }
  struct sysinfo memory{};
  sysinfo(&memory);
  struct utsname kernel{};
  uname(&kernel);
  return fmt::format("{}, {} cores, {} GiB, {} {}", model, std::thread::hardware_concurrency(),
                     memory.totalram * memory.mem_unit >> 30, kernel.sysname, kernel.release);
}

std::int64_t cpu_us(pid_t process) {
  std::ifstream stat(fmt::format("/proc/{}/stat", process));
  std::string text((std::istreambuf_iterator<char>(stat)), std::istreambuf_iterator<char>());
  // The name in parentheses may hold anything: fields are counted after the last ")".
  const auto end = text.rfind(')');
  if (end == std::string::npos) return 0;
  std::istringstream fields(text.substr(end + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::int64_t user = 0;
  std::int64_t system = 0;
  fields >> user >> system;
  return (user + system) * 1'000'000 / sysconf(_SC_CLK_TCK);
}

}  // namespace qilian::bench
