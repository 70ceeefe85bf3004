// golden [--write] [FILE...]: plays golden traces and shows the first line that differs; --write makes what happens now
// the golden truth. Without files: all of tests/golden.
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "tests/golden/files.h"
#include "tests/golden/trace.h"

int main(int argc, char** argv) {
  using namespace qilian::golden;
  bool write = false;
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--write") {
      write = true;
    } else if (word.starts_with("-")) {
      std::fprintf(stderr, "usage: golden [--write] [FILE...]\n");
      return 2;
    } else if (!std::filesystem::is_regular_file(word)) {
      std::fprintf(stderr, "golden: %s is no file: name a trace, e.g. tests/golden/normal-case.trace\n", argv[i]);
      return 2;
    } else {
      files.emplace_back(word);
    }
  }
  if (files.empty()) files = trace_files();
  int differing = 0;
  for (const auto& file : files) {
    const std::string text = read_file(file);
    const auto played = play(text);
    if (!played) {
      std::printf("%s: %s\n", file.c_str(), played.error().message.c_str());
      ++differing;
    } else if (*played == text) {
      std::printf("%s: as written\n", file.c_str());
    } else if (write) {
      write_file(file, *played);
      std::printf("%s: written anew\n", file.c_str());
    } else {
      std::printf("%s: %s\n", file.c_str(), first_difference(text, *played).c_str());
      ++differing;
    }
  }
  return differing == 0 ? 0 : 1;
}
