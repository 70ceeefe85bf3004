// Quota instead of fees: two token buckets an organisation, for transactions and for denials, refilled by block time.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "contracts/context.h"

namespace qilian::contracts {

/// The buckets of the organisations that a block touches; written back once, at its end, as one event an organisation.
class QuotaBook {
 public:
  explicit QuotaBook(const ledger::StateView& state) : state_(state) {}

  /// Takes one transaction token when the organisation has one and its denial bucket is not empty. False: COM-407,
  /// nothing taken.
  bool take_transaction(std::string_view uscc, const BlockFrame& frame);
  /// Takes one denial token; false when there was none left.
  bool take_denial(std::string_view uscc, const BlockFrame& frame);
  /// Would take_transaction succeed? Takes nothing.
  bool has_transaction(std::string_view uscc, const BlockFrame& frame);

  /// One event of kind kQuota for every organisation charged, ascending by USCC.
  void write_to(WriteSet& block) const;

 private:
  struct Buckets {
    TimeMs at;
    std::int64_t transactions = 0;  ///< thousandths of a token
    std::int64_t denials = 0;
    bool charged = false;
  };
  Buckets& refilled(std::string_view uscc, const BlockFrame& frame);
  const ledger::StateView& state_;
  std::map<std::string, Buckets, std::less<>> buckets_;
};

}  // namespace qilian::contracts
