// Plays a story: builds, signs and delivers each document's transaction and holds receipt and states against what is
// expected.
#pragma once

#include <filesystem>

#include "cli/key_ring.h"
#include "cli/message_values.h"
#include "cli/story/output.h"

namespace qilian::cli {

/// One run. Collaborators outlive it. Not thread-safe.
class Player final : private Names {
 public:
  /// `salt` makes a run's transactions different from another's on the same chain. Certificates go to `certificates`;
  /// empty: none.
  Player(const Story& story, Chain& chain, KeyRing& keys, StoryOutput& output, std::string salt,
         std::filesystem::path certificates);

  /// Plays everything, whatever fails. Error only where the chain can no longer be asked.
  Result<Totals> play();

  /// Certificate files written so far.
  const std::vector<std::filesystem::path>& certificates() const { return written_; }

 private:
  Result<void> play_document(const Document& document);
  Result<void> play_fault(const Document& document);
  Result<ledger::Bytes> envelope_of(const Document& document);
  Result<Delivery> deliver(const Document& document);
  Result<std::vector<Check>> check_object(const ObjectExpectation& expectation);
  Result<void> check_answer(const AnswerExpectation& expectation, std::vector<Check>& checks);
  Result<void> check_row(const std::string& what, const TomlValue& expected, const Told::Row& actual,
                         std::vector<Check>& checks) const;
  void check_receipt(const Document& document, const Delivery& delivery, std::vector<Check>& checks);
  Result<void> write_certificate(const Document& document, const Delivery& delivery);

  Result<TomlValue> lookup(std::string_view path) const override;
  Result<ledger::Bytes> public_key(std::string_view name) const override;
  Result<std::int64_t> time(std::string_view mark) const override;

  const Story& story_;
  Chain& chain_;
  KeyRing& keys_;
  StoryOutput& output_;
  std::string salt_;
  std::filesystem::path certificates_folder_;
  std::uint64_t transactions_ = 0;
  mutable int lookups_ = 0;
  std::map<std::string, std::int64_t, std::less<>> anchors_;  ///< steps and documents -> time
  std::map<std::string, std::string, std::less<>> objects_;   ///< documents -> the receipt's object
  std::vector<std::filesystem::path> written_;
  Totals totals_;
};

/// Short names by USCC, from the cast.
ShortNames short_names(const Story& story);

}  // namespace qilian::cli
