// What was tried and refused. Only for regulators: an attempt is not yet a fault.
#include <array>

#include "contracts/members.h"
#include "contracts/questions/reading.h"
#include "ledger/core/hash.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::contracts::questions {
namespace {

void add_denial(const Reading& reading, const HistoryEntry& entry, Answer& answer) {
  pb::DeniedAttempt attempt;
  QILIAN_CHECK(attempt.ParseFromString(entry.payload));
  ledger::pb::Receipt receipt;
  if (const auto bytes = reading.history().receipt(attempt.transaction_id())) {
    QILIAN_CHECK(receipt.ParseFromString(*bytes));
  }
  answer.add({{"height", static_cast<std::int64_t>(entry.height.value())},
              {"at", entry.time.value()},
              {"organisation", attempt.organisation()},
              {"call", attempt.call()},
              {"code", attempt.code()},
              {"trace", receipt.has_nested() ? receipt.nested().trace() : receipt.trace()},
              {"subjects", std::vector<std::string>(attempt.subjects().begin(), attempt.subjects().end())},
              {"transaction", ledger::to_hex(attempt.transaction_id())}});
}

Result<void> denied(const Reading& reading, Answer& answer) {
  const std::string organisation = reading.text("organisation");
  const std::string entry_code = reading.text("entry");
  if (organisation.empty() == entry_code.empty()) {
    return fail("question.argument", "denied asks for organisation or for entry, one of them");
  }
  const ledger::Key index = organisation.empty() ? ledger::Key{kind::kDeniedByEntry, entry_code}
                                                 : ledger::Key{kind::kDeniedByOrganisation, organisation};
  for (const HistoryEntry& entry : reading.history().journal(index)) add_denial(reading, entry, answer);
  answer.facts = {{"attempts", static_cast<std::int64_t>(answer.rows.size())}};
  return {};
}

/// 所商分离: roles that exclude each other, asked for or reached for through a controller.
Result<void> separation(const Reading& reading, Answer& answer) {
  reading.history().each(kind::kDeniedByOrganisation, [&](std::string_view id, const std::optional<ledger::Bytes>&) {
    for (const HistoryEntry& entry : reading.history().journal({kind::kDeniedByOrganisation, std::string(id)})) {
      pb::DeniedAttempt attempt;
      QILIAN_CHECK(attempt.ParseFromString(entry.payload));
      const bool breach = attempt.code() == "MEM-401" || attempt.code() == "MEM-402" || attempt.code() == "MEM-403";
      if (breach) add_denial(reading, entry, answer);
    }
  });
  answer.facts = {{"attempts", static_cast<std::int64_t>(answer.rows.size())}};
  return {};
}

constexpr std::array kDenied{Argument{"organisation", false, "USCC of who is answerable"},
                             Argument{"entry", false, "code of an entry of the negative list"}};

}  // namespace

std::span<const Entry> denial_questions() {
  static const std::array<Entry, 2> all{{
      {{4, "denied", kDenied, Tier::kRegulator, "被拒记录", "Denied attempts of an organisation, or by an entry"},
       denied},
      {{17, "separation", {}, Tier::kRegulator, "所商分离", "Attempts to unite roles that exclude each other"},
       separation},
  }};
  return all;
}

}  // namespace qilian::contracts::questions
