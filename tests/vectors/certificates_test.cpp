// The published certificates: what this build makes, and what it says of them. QILIAN_WRITE_VECTORS=1 rewrites the
// file, on purpose only.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "ledger/core/fact.h"
#include "tests/vectors/corpus.h"

namespace qilian::ledger {
namespace {

const std::string kFile = std::string(QILIAN_SOURCE_DIR) + "/tests/vectors/certificates.txt";

std::string read_file() {
  std::ifstream in(kFile, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the published certificates are those that this build makes") {
  const std::string head =
      "# Certificates with the verdicts to which every verifier is held; the README beside this file has the format.\n";
  const std::string made = head + test::Corpus().published();
  if (std::getenv("QILIAN_WRITE_VECTORS") != nullptr) std::ofstream(kFile, std::ios::binary) << made;
  CHECK((read_file() == made));
}

TEST_CASE("every published certificate gets its published verdict, read as a stranger would read it") {
  std::istringstream lines(read_file());
  std::map<std::string, Bytes> goods;
  std::optional<Genesis> genesis;
  std::map<std::string, int> verdicts;
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    std::string name;
    std::string sign;
    std::string value;
    words >> name >> sign >> value;
    if (sign == "=") {
      goods[name] = from_hex(value).value();
      if (name == "genesis") genesis = Genesis::decode(goods[name]).value();
      continue;
    }
    REQUIRE(genesis);
    if (sign == ":") {
      CHECK(test::summary(goods.at(name), *genesis) == line.substr(name.size() + 3));
      continue;
    }
    std::string put;
    std::string verdict;
    words >> put >> verdict;
    Bytes certificate = goods.at(name);
    certificate.replace(std::stoul(sign), std::stoul(value), put == "-" ? Bytes() : from_hex(put).value());
    const auto fact = verify_fact(certificate, *genesis);
    CHECK((fact ? "accepted" : fact.error().code) == verdict);
    ++verdicts[verdict];
  }
  CHECK(verdicts.size() > 25);
  CHECK(verdicts["accepted"] > 30);
}

}  // namespace qilian::ledger
