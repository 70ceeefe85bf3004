// The certificates to which every verifier is held, ours and a stranger's: good ones of each kind, and what must be
// refused, each with the verdict. `tests/vectors/README.md` has the file's format.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/ledger/story.h"

namespace qilian::ledger::test {

/// A certificate as a change of a good one: `cut` bytes at `at` give way to `put`.
struct Edit {
  std::string base;  ///< a good certificate's name
  std::size_t at = 0;
  std::size_t cut = 0;
  Bytes put;
  std::string verdict;  ///< "accepted" or the code of the refusal
  std::string about;    ///< what was done, in a word

  std::string line() const;
};

struct GoodCertificate {
  std::string name;
  Bytes bytes;
};

class Corpus {
 public:
  /// Always the same bytes.
  Corpus();

  const Genesis& genesis() const { return single_.genesis(); }
  /// One of each kind under one epoch ("one/..."), and behind two hand-overs ("three/...").
  const std::vector<GoodCertificate>& goods() const { return goods_; }

  /// The genesis and the good certificates, as lines.
  std::string text() const;

  /// Lines of their own geneses: validator sets of other sizes, and the numbers of signers around their quorums.
  std::string sizes() const;

  /// The published file: `text` with every signed forgery and a sample of the rest, a few for each
  /// verdict, and `sizes`.
  std::string published() const;

  /// Edits that are no certificates, from a seed: bits, bytes, fields, entries, parts of other certificates. Verdicts
  /// are the C++ verifier's. A mutation that comes out as the honest answer to another question is passed over. Returns
  /// how many were called; stops after `count`. CHECKs that nothing else is accepted.
  void for_each_mutation(std::uint64_t seed, std::size_t count, const std::function<void(const Edit&)>& each) const;

  /// What a prover who holds the ledger and a quorum's signatures can make of it, true claims (accepted) among them.
  void for_each_forgery(const std::function<void(const Edit&)>& each) const;

 private:
  const TestChain& chain_of(const GoodCertificate& good) const;
  bool honest(const TestChain& chain, const Bytes& certificate) const;

  TestChain single_;
  TestChain epochs_;
  std::vector<GoodCertificate> goods_;
};

/// What a certificate proves, in one line that any verifier can produce; REQUIRES: it verifies.
std::string summary(ByteView certificate, const Genesis& genesis);

}  // namespace qilian::ledger::test
