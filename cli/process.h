// Node processes: started detached from the terminal, known by a pid file, told to stop or killed.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/core/result.h"

namespace qilian::cli {

/// Starts `program` in a session of its own; standard output and error are appended to `log`. Error "process.start".
ledger::Result<pid_t> start_process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                                    const std::filesystem::path& log);

/// Runs to its end, output to `log`, and returns the exit status. Error "process.start".
ledger::Result<int> run_process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                                const std::filesystem::path& log);

/// True while the process runs and its program has that file name (a pid may have been given out again).
bool process_runs(pid_t pid, const std::string& program_name);

/// SIGKILL, and waits until it is gone.
void kill_process(pid_t pid, const std::string& program_name);
/// SIGTERM, and returns at once.
void ask_to_stop(pid_t pid, const std::string& program_name);
/// SIGTERM, then SIGKILL after `grace_ms`. Returns when it is gone.
void stop_process(pid_t pid, const std::string& program_name, int grace_ms);

/// Where --bin says that programs are; find_program looks there first.
inline constexpr const char* kProgramsVariable = "QILIAN_BIN";
/// qiliand: in $QILIAN_BIN (or its node/), beside this program, in the sibling folder of a build tree, or on the PATH.
/// Error "process.program".
ledger::Result<std::filesystem::path> find_program(const std::string& name);

/// Distinct free TCP ports of 127.0.0.1, as of now.
std::vector<std::uint16_t> free_ports(std::size_t count);

}  // namespace qilian::cli
