// What the benchmark says of the machine, and the CPU time of a process. Linux.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace qilian::bench {

/// "Intel(R) Xeon(R) Processor, 2 cores, 23 GiB, Linux 6.1".
std::string machine_name();

/// User and system time that a process has used so far, in microseconds; 0 where it is gone.
std::int64_t cpu_us(pid_t process);

}  // namespace qilian::bench
