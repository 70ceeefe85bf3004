// The public test vectors: data of other projects, read where it lies and never committed here.
#pragma once

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>

namespace qilian::ledger::test {

/// The parsed file, or nothing (and a word about it) where the folder is absent.
inline std::optional<boost::json::value> public_vectors(const std::string& file) {
  const std::string path = std::string(QILIAN_VECTORS_DIR) + "/" + file;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::cout << "skipped: " << path << " is absent; set the CMake option QILIAN_VECTORS\n";
    return std::nullopt;
  }
  return boost::json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
}

inline std::string text(const boost::json::value& object, const char* key) {
  return std::string(object.at(key).as_string());
}

}  // namespace qilian::ledger::test
