#include "cli/genesis_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "cli/network.h"

namespace qilian::cli {
namespace {

namespace fs = std::filesystem;

const fs::path kGenesis = fs::path(QILIAN_SOURCE_DIR) / "genesis";

ledger::Result<CompiledGenesis> compile(const fs::path& file,
                                        GenesisChoices choices = {.creation_ms = 1'790'000'000'000}) {
  SeededKeys keys;
  return compile_genesis_file(file, keys, choices);
}

/// The story's genesis with one text replaced by another.
ledger::Result<CompiledGenesis> compile_changed(const std::string& from, const std::string& to) {
  auto text = read_file(kGenesis / "gansu.toml");
  REQUIRE(text.has_value());
  const std::size_t at = text->find(from);
  REQUIRE(at != std::string::npos);
  text->replace(at, from.size(), to);
  const fs::path file = fs::temp_directory_path() / ("qilian-genesis-test-" + std::to_string(getpid()) + ".toml");
  REQUIRE(write_file(file, *text).has_value());
  auto compiled = compile(file);
  fs::remove(file);
  return compiled;
}

}  // namespace

TEST_CASE("both genesis files compile, and the contracts accept them") {
  for (const char* name : {"gansu.toml", "gansu-live.toml"}) {
    CAPTURE(name);
    const auto compiled = compile(kGenesis / name);
    REQUIRE_MESSAGE(compiled.has_value(), (compiled ? "" : compiled.error().message));
    CHECK(compiled->genesis.validators.size() == 4);
    CHECK(compiled->validator_names == std::vector<std::string>{"REG1", "REG2", "VEN", "NOT"});
    CHECK(describe_genesis(compiled->genesis)->find("91620100DEM00041XD") != std::string::npos);
  }
}

TEST_CASE("a file compiles to the same bytes every time, and to others when anything in it changes") {
  const auto first = compile(kGenesis / "gansu.toml");
  const auto second = compile(kGenesis / "gansu.toml");
  REQUIRE((first && second));
  CHECK(first->genesis.bytes == second->genesis.bytes);
  const auto changed = compile_changed("fee_basis_points = 200", "fee_basis_points = 201");
  REQUIRE(changed.has_value());
  CHECK(changed->genesis.hash != first->genesis.hash);
}

TEST_CASE("fewer validators are the first ones of the file") {
  const auto compiled = compile(kGenesis / "gansu.toml", {.creation_ms = 0, .validators = 1});
  REQUIRE(compiled.has_value());
  CHECK(compiled->validator_names == std::vector<std::string>{"REG1"});
}

TEST_CASE("what is misspelt, unknown or invalid is an error that names the line") {
  const auto error_of = [](const std::string& from, const std::string& to) {
    const auto compiled = compile_changed(from, to);
    REQUIRE_FALSE(compiled.has_value());
    return compiled.error();
  };
  CHECK(error_of("window = 32", "windwo = 32").message.find(":5: 'windwo'") != std::string::npos);
  CHECK(error_of("registry.publicity = \"10 WORKING_DAY\"", "registry.publisity = \"10 WORKING_DAY\"")
            .message.find("registry.publisity") != std::string::npos);
  CHECK(error_of("\"10 WORKING_DAY\"", "\"ten days\"").message.find("registry.publicity") != std::string::npos);
  CHECK(error_of("11620000DEM000014C", "11620000DEM000014D").message.find("check character") != std::string::npos);
  CHECK(error_of("[[validator]]\norganisation = \"REG1\"", "[[validator]]\norganisation = \"REG9\"")
            .message.find("REG9") != std::string::npos);
  CHECK(error_of("mode = \"PROHIBIT\"", "mode = \"FORBID\"").message.find("PROHIBIT") != std::string::npos);
  CHECK(error_of("kind = \"AGENCY\"", "kind = \"MINISTRY\"").code == "genesis.value");
}

}  // namespace qilian::cli
