// A network of nodes as a story's chain. Nothing that a node says is believed: receipts and states come from
// certificates that are verified against the genesis.
#pragma once

#include <memory>

#include "cli/network.h"
#include "cli/story/chain.h"
#include "ledger/core/fact.h"
#include "node/client/client.h"

namespace qilian::cli {

class LiveChain final : public Chain {
 public:
  /// `units`: lengths of the story's units. REQUIRES: the network runs.
  LiveChain(Network network, UnitLengths units);

  const ledger::Genesis& genesis() const override { return network_.genesis(); }
  ledger::TimeMs now() override;
  void wait_until(ledger::TimeMs time) override;
  Result<Delivery> submit(const ledger::Bytes& envelope) override;
  Result<std::optional<ledger::Bytes>> record(const ledger::Key& key) override;
  Result<Told> ask(const std::string& question, const std::map<std::string, std::string>& arguments,
                   std::optional<ledger::TimeMs> at) override;
  Result<std::optional<ledger::Bytes>> certificate(const CertificateRequest& request,
                                                   const ledger::TransactionId& id) override;
  Result<std::optional<std::string>> fault(const Fault& fault) override;
  const UnitLengths* unit_lengths() const override { return &units_; }

 private:
  Result<client::Client*> connection();
  /// To another running node, after the present one failed.
  void move_on();
  Result<ledger::Bytes> fetch_certificate(const std::string& path);
  /// Verified, and not older than what this run has seen certified.
  Result<ledger::VerifiedFact> fetch_fact(const std::string& path, ledger::Bytes* bytes = nullptr);
  Result<std::size_t> choose(const std::string& which);
  Result<std::string> kill(const std::string& which);
  Result<std::string> restart();
  Result<std::string> wait_equal();
  Result<std::string> status(std::size_t node);

  Network network_;
  UnitLengths units_;
  std::size_t node_ = 0;
  std::unique_ptr<client::Client> client_;
  ledger::Height seen_;
  std::vector<std::size_t> killed_;
};

}  // namespace qilian::cli
