// Hosts of a test: network namespaces on one bridge, in which links vanish one way at a time, and small disks that
// fill up. Everything stands in namespaces of this process and is gone when it ends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/network.h"

namespace qilian::chaos {

class Hosts {
 public:
  /// Enters new network and mount namespaces (a user namespace too, unless root); the process must have one thread.
  /// Fails the test, saying what is missing, where the system does not allow it.
  explicit Hosts(std::size_t count);
  ~Hosts();
  Hosts(const Hosts&) = delete;
  Hosts& operator=(const Hosts&) = delete;

  /// For e2e::Network; every host has an address of its own.
  const std::vector<e2e::Host>& list() const { return hosts_; }
  /// Steps the wall clock of what is started on a host, `seconds` away from the true one. Its steady clock goes on.
  void set_clock(std::size_t host, int seconds);

  /// What `from` sends to `to` is lost without a word; the other direction is not touched.
  void cut(std::size_t from, std::size_t to);
  /// Both directions.
  void separate(std::size_t one, std::size_t other);
  /// Every link works again.
  void heal();

 private:
  std::filesystem::path clock_file(std::size_t host) const;
  void set_link(std::size_t from, std::size_t to, bool whole);

  std::filesystem::path folder_;
  std::vector<e2e::Host> hosts_;
};

/// A disk of its own under a folder, which keeps what the folder holds. Owned by the test; gone with the object.
class SmallDisk {
 public:
  /// REQUIRES: a Hosts was made before, whose mount namespace this uses.
  SmallDisk(std::filesystem::path folder, std::uint64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  /// To the last byte.
  void fill();
  /// Takes back what fill() wrote.
  void clear();

 private:
  std::filesystem::path folder_;
};

}  // namespace qilian::chaos
