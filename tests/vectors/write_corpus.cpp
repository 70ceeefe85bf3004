// write_corpus MUTATIONS [SEED]: good certificates, that many mutations and every forgery, with the C++ verifier's
// verdicts, on stdout; `tests/vectors/README.md` has the format. Another verifier reads them and must say the same.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/vectors/corpus.h"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("usage: write_corpus MUTATIONS [SEED]\n", stderr);
    return 2;
  }
  const auto print = [](const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); };
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const qilian::ledger::test::Corpus corpus;
  print("# seed " + std::to_string(seed) + "\n" + corpus.text());
  const auto each = [&](const auto& edit) { print(edit.line()); };
  print("# mutations: all refused\n");
  corpus.for_each_mutation(seed, std::strtoull(argv[1], nullptr, 10), each);
  print("# forgeries\n");
  corpus.for_each_forgery(each);
  print(corpus.sizes());
  return std::fflush(stdout) == 0 ? 0 : 1;
}
