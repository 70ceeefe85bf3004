#include "cli/toml_value.h"

#include <doctest/doctest.h>

namespace qilian::cli {

TEST_CASE("a reader takes what a table holds, in its types") {
  const auto root =
      parse_toml("name = \"a\"\ncount = 3\nflag = true\nat = 2026-05-12T09:00:00+08:00\nlist = [\"x\", \"y\"]\n", "t");
  REQUIRE(root.has_value());
  TomlReader reader(*root, "t");
  CHECK(reader.text("name") == "a");
  CHECK(reader.integer("count") == 3);
  CHECK(reader.boolean_or("flag", false));
  CHECK(reader.time("at") == 1778547600000);
  CHECK(reader.texts_or_none("list") == std::vector<std::string>{"x", "y"});
  CHECK(reader.integer_or("absent", 7) == 7);
  CHECK(reader.finish().has_value());
}

TEST_CASE("an unknown key is an error that names file and line") {
  const auto root = parse_toml("known = 1\n\nunknwon = 2\n", "file.toml");
  REQUIRE(root.has_value());
  TomlReader reader(*root, "file.toml");
  CHECK(reader.integer("known") == 1);
  const auto end = reader.finish();
  REQUIRE_FALSE(end.has_value());
  CHECK(end.error().message.starts_with("file.toml:3: 'unknwon'"));
}

TEST_CASE("a missing key and a wrong type are errors") {
  const auto root = parse_toml("a = 1\n", "f");
  REQUIRE(root.has_value());
  TomlReader missing(*root, "f");
  missing.integer("a");
  missing.text("b");
  CHECK_FALSE(missing.finish().has_value());
  TomlReader wrong(*root, "f");
  wrong.text("a");
  CHECK_FALSE(wrong.finish().has_value());
}

TEST_CASE("floating-point numbers, local times and broken syntax are refused") {
  CHECK(parse_toml("a = 1.5", "f").error().code == "toml.type");
  CHECK(parse_toml("a = 2026-05-12T09:00:00", "f").error().code == "toml.type");
  CHECK(parse_toml("a = ", "f").error().code == "toml.syntax");
  CHECK(read_toml_file("/nowhere/at/all.toml").error().code == "file.unreadable");
}

TEST_CASE("fields stand in the order of the file") {
  const auto root = parse_toml("z = 1\na = 2\n", "f");
  REQUIRE(root.has_value());
  REQUIRE(root->fields.size() == 2);
  CHECK(root->fields[0].name == "z");
  CHECK(root->fields[1].name == "a");
}

}  // namespace qilian::cli
