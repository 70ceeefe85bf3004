// A chain in this process: the contracts over a map of records, one block for each transaction, dates of the story as
// block times.
#pragma once

#include <map>
#include <set>

#include "cli/story/chain.h"
#include "contracts/questions/memory_history.h"

namespace qilian::cli {

class InProcessChain final : public Chain {
 public:
  /// Starts from the genesis' records and time.
  explicit InProcessChain(ledger::Genesis genesis);

  const ledger::Genesis& genesis() const override { return genesis_; }
  ledger::TimeMs now() override { return time_; }
  void wait_until(ledger::TimeMs time) override;
  /// As a node does it: static checks, signatures, admission, then a block of its own.
  Result<Delivery> submit(const ledger::Bytes& envelope) override;
  Result<std::optional<ledger::Bytes>> record(const ledger::Key& key) override;
  Result<Told> ask(const std::string& question, const std::map<std::string, std::string>& arguments,
                   std::optional<ledger::TimeMs> at) override;
  Result<std::optional<ledger::Bytes>> certificate(const CertificateRequest& request,
                                                   const ledger::TransactionId& id) override;
  Result<std::optional<std::string>> fault(const Fault& fault) override;
  const UnitLengths* unit_lengths() const override { return nullptr; }
  /// The whole state.
  const std::map<ledger::Key, ledger::Bytes>& records() const { return records_.map; }

 private:
  struct Records final : ledger::StateView {
    std::map<ledger::Key, ledger::Bytes> map;
    std::optional<ledger::Bytes> record(const ledger::Key& key) const override;
  };
  ledger::Genesis genesis_;
  Records records_;
  contracts::questions::MemoryHistory history_;
  std::set<ledger::TransactionId> executed_;
  ledger::Height height_;
  ledger::TimeMs time_;
};

/// The receipt's fields, for both kinds of chain. Error "story.receipt".
Result<Delivery> delivery_from_receipt(const ledger::Bytes& receipt);

}  // namespace qilian::cli
