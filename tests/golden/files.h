// The trace files beside this header.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace qilian::golden {

inline std::vector<std::filesystem::path> trace_files() {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(QILIAN_SOURCE_DIR "/tests/golden")) {
    if (entry.path().extension() == ".trace") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

/// "line 12: expected ..., happened ..."
inline std::string first_difference(const std::string& expected, const std::string& happened) {
  std::istringstream left(expected), right(happened);
  for (std::size_t number = 1;; ++number) {
    std::string a, b;
    const bool more_left = static_cast<bool>(std::getline(left, a));
    const bool more_right = static_cast<bool>(std::getline(right, b));
    if (!more_left && !more_right) return "no difference";
    if (a != b || more_left != more_right) {
      return "line " + std::to_string(number) + "\n  expected: " + a + "\n  happened: " + b;
    }
  }
}

}  // namespace qilian::golden
