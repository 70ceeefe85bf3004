// What one question works with. Private to the folder.
#pragma once

#include "contracts/common.pb.h"
#include "contracts/context.h"
#include "contracts/questions/questions.h"
#include "contracts/rules.h"

namespace qilian::contracts::questions {

using ledger::fail;
using ledger::Result;

/// The rules' own view of the state, at the time of evaluation: every contract's reads work on it. Lives for one
/// question on one thread.
class Reading {
 public:
  Reading(const HistoryView& history, TimeMs time, Tier tier, const Arguments& arguments);
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  const HistoryView& history() const { return history_; }
  const Context& context() const { return context_; }
  TimeMs time() const { return frame_.time; }
  Tier tier() const { return tier_; }
  RuleVersions versions() const;

  /// An argument; empty where it was left out.
  std::string text(std::string_view name) const;
  /// A whole number, or `absent`. Error "question.argument".
  Result<std::int64_t> number(std::string_view name, std::int64_t absent) const;

  /// Every record of a kind, decoded, ascending by id. REQUIRES: records of that kind are T.
  template <class T, class Visitor>
  void each(Kind kind, const Visitor& visitor) const {
    history_.each(kind, [&](std::string_view id, const std::optional<ledger::Bytes>& bytes) {
      T record;
      if (!bytes) return;
      QILIAN_CHECK(record.ParseFromString(*bytes));
      visitor(id, record);
    });
  }
  /// What an index refers to, oldest first, each once.
  std::vector<pb::Reference> references(Kind index, std::string_view id) const;

 private:
  const HistoryView& history_;
  Tier tier_;
  const Arguments& arguments_;
  Parameters parameters_;
  Calendar calendar_;
  BlockFrame frame_;
  WriteSet writes_;
  Context context_;
};

/// "question.not_found": there is nothing of that name at this height.
inline ledger::Error missing(std::string_view what, std::string_view id) {
  return {"question.not_found", "there is no " + std::string(what) + " " + std::string(id) + " at this height"};
}

using AnswerFunction = Result<void> (*)(const Reading&, Answer&);
struct Entry {
  Question question;
  AnswerFunction answer;
};

// One function a file; questions.cpp puts them together.
std::span<const Entry> lineage_questions();
std::span<const Entry> rights_questions();
std::span<const Entry> market_questions();
std::span<const Entry> denial_questions();
std::span<const Entry> credit_questions();
std::span<const Entry> attestation_questions();
std::span<const Entry> operation_questions();
std::span<const Entry> deadline_questions();
std::span<const Entry> holding_questions();
std::span<const Entry> list_questions();
std::span<const Entry> security_questions();

}  // namespace qilian::contracts::questions
