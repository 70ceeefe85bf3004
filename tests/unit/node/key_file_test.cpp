#include "node/client/key_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace qilian;

namespace {

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "qilian-key-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a key survives its file, readable by its owner alone, and never overwrites another") {
  const Folder folder;
  const auto file = folder.path / "key.pem";
  const auto key = *ledger::SecretKey::from_seed(std::string(32, 'k'));
  REQUIRE(client::write_key_file(file, key, "secret").has_value());
  struct stat info{};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const auto read = client::read_key_file(file, "secret");
  REQUIRE(read.has_value());
  CHECK(read->public_key() == key.public_key());
  CHECK(client::write_key_file(file, key, "secret").error().code == "key.exists");
}

TEST_CASE("a wrong passphrase, an empty one and another file each get their own error") {
  const Folder folder;
  const auto file = folder.path / "key.pem";
  const auto key = ledger::SecretKey::generate();
  CHECK(client::write_key_file(file, key, "").error().code == "key.passphrase");
  REQUIRE(client::write_key_file(file, key, "secret").has_value());
  CHECK(client::read_key_file(file, "Secret").error().code == "key.passphrase");
  CHECK(client::read_key_file(file, "").error().code == "key.passphrase");
  CHECK(client::read_key_file(folder.path / "none.pem", "secret").error().code == "key.open");
  std::ofstream(folder.path / "text.pem") << "no key\n";
  CHECK(client::read_key_file(folder.path / "text.pem", "secret").error().code == "key.format");
}

TEST_CASE("a passphrase is the first line of its file, or a variable") {
  const Folder folder;
  std::ofstream(folder.path / "pass") << "open sesame\nsecond line\n";
  CHECK(client::passphrase_from_file(folder.path / "pass").value() == "open sesame");
  std::ofstream(folder.path / "empty") << "\n";
  CHECK(client::passphrase_from_file(folder.path / "empty").error().code == "key.passphrase");
  CHECK(client::passphrase_from_env("QILIAN_NO_SUCH_VARIABLE").error().code == "key.passphrase");
}
