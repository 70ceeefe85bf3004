#include <spdlog/spdlog.h>

#include "ledger/core/block.h"
#include "node/driver.h"

namespace qilian::node {

using namespace ledger;

Result<void> Driver::recover(std::vector<Bytes> log_records) {
  const Genesis& genesis = executor_->genesis();
  const auto epoch = epoch_above(std::min(store().certified(), executor_->height()));
  self_ = usable_place(epoch.set);
  if (!self_ && keys_.any())
    spdlog::warn("no usable consensus key of this node belongs to epoch {}: it observes", epoch.set.epoch.value());

  consensus::Config config;
  config.genesis = genesis.hash;
  config.self = self_.value_or(ReplicaId(0));
  config.window = genesis.window;
  config.base_timeout_ms = config_.timers.view_timeout_ms;
  config.max_timeout_ms = std::max(config_.timers.view_timeout_cap_ms, config_.timers.view_timeout_ms);
  config.batch_delay_ms = config_.timers.batch_delay_ms;
  config.status_interval_ms = config_.timers.resend_ms;
  config.max_pending = config_.limits.mempool_transactions;
  config.observer = !self_ || !log_;
  config.await_reports = true;

  std::vector<consensus::LogRecord> records;
  std::vector<std::shared_ptr<const Transaction>> envelopes;
  for (const auto& bytes : log_records) {
    QILIAN_TRY(auto record, consensus::decode_record(bytes));
    if (const auto* kept = std::get_if<consensus::EnvelopeRecord>(&record)) {
      // It was verified before it was recorded, and the log's checksums say that it is what was recorded.
      QILIAN_TRY(auto transaction, Transaction::decode(kept->envelope));
      envelopes.push_back(std::make_shared<const Transaction>(std::move(transaction)));
    }
    records.push_back(std::move(record));
  }
  QILIAN_TRY(auto durable, durable_state());
  auto core =
      consensus::Core::recover(config, durable, config.observer ? std::span<const consensus::LogRecord>() : records);
  if (!core && core.error().code == "consensus.log") {
    spdlog::critical("{}; this replica observes until governance admits a new key", core.error().message);
    log_.reset();
    config.observer = true;
    // Neither is there a place in an epoch to come without a log.
    QILIAN_TRY(durable, durable_state());
    core = consensus::Core::recover(config, durable, {});
  }
  if (!core) return std::unexpected(core.error());
  core_.emplace(*std::move(core));
  voter_ = !config.observer;
  if (voter_ && !add_signer(epoch.set)) return ledger::fail("key.open", "the consensus key cannot be read");
  if (durable.previous) verifier_.add_validators(*durable.previous);
  verifier_.add_validators(epoch.set);
  verifier_.set_self(self_.value_or(kNoProposer));
  verifier_.set_horizon(core_->horizon());
  meet_nodes(epoch);
  if (const auto next = contracts::next_epoch(*store().latest(), executor_->height())) meet_nodes(*next);
  seat_peers();
  retire_keys();

  consensus::EnvelopesFetched held;
  for (const auto& transaction : envelopes) {
    mempool_.hold(transaction);
    held.envelopes.push_back(info(*transaction));
  }
  core_->step(held);
  ledger_synced_ = store().durable().value_or(Height(0)).value();
  spdlog::info("recovered: height {}, certified {}, {} log records, {}", executor_->height().value(),
               store().certified().value(), records.size(),
               self_ ? fmt::format("replica {}{}", self_->value(), config.observer ? " (observing)" : "")
                     : std::string("an observer"));
  return {};
}

Result<consensus::DurableState> Driver::durable_state() {
  consensus::DurableState out;
  const Genesis& genesis = executor_->genesis();
  const auto state = store().latest();
  const Height stable = std::min(store().certified(), executor_->height());
  const auto epoch = epoch_above(stable);
  out.validators = epoch.set;
  out.begun_by = epoch.begun_by();
  if (epoch.set.epoch > genesis.validators.epoch) {
    const auto before = contracts::epoch_of(*state, genesis, Epoch(epoch.set.epoch.value() - 1));
    QILIAN_CHECK(before.has_value());
    out.previous = before->set;
    // The key of that epoch is gone; an organisation has one place.
    for (std::uint32_t i = 0; self_ && i < before->set.size(); ++i) {
      if (before->set.validators[i].organisation == epoch.set.validators[self_->value()].organisation)
        out.previous_self = ReplicaId(i);
    }
  }
  if (const auto next = contracts::next_epoch(*state, stable.next())) {
    out.change = consensus::BlockSummary::Change{next->set, usable_place(next->set)};
    out.boundary = next->begun_by();
    // Executed above what is certified: the block brings it.
    if (out.boundary.value() > stable.value() + genesis.window) out.change.reset();
  }
  out.limits = limits();
  for (Height height = stable; height <= executor_->height(); height = height.next()) {
    QILIAN_TRY(const Bytes frame, store().block_frame(height));
    QILIAN_TRY(const Block block, Block::decode(frame));
    QILIAN_TRY(const Header header, Header::decode(block.header));
    std::vector<TransactionId> ids;
    for (const auto& envelope : block.envelopes) {
      QILIAN_TRY(const auto transaction, Transaction::decode(envelope));
      ids.push_back(transaction.id());
    }
    out.blocks.push_back(summary(header, std::move(ids)));
    if (height == stable) {
      out.stable.epoch = header.epoch;
      out.stable.height = height;
      out.stable.header = header.hash();
    }
  }
  if (stable > Height(0)) {
    QILIAN_TRY(auto certificate, store().certificate(stable));
    out.stable.signers = std::move(certificate.signers);
    out.stable.signatures = std::move(certificate.signatures);
  }
  return out;
}

consensus::BlockSummary Driver::summary(const Header& header, std::vector<TransactionId> ids) {
  consensus::BlockSummary out{header.height, header.hash(), header.time, header.epoch, std::move(ids), limits(), {}};
  const auto next = contracts::next_epoch(*store().latest(), header.height);
  if (next && next->begun_by().value() == header.height.value() + genesis().window) {
    out.change = consensus::BlockSummary::Change{next->set, usable_place(next->set)};
    meet_nodes(*next);
    spdlog::info("block {} decided the validators of epoch {}, which begins at block {}; this node {}",
                 header.height.value(), next->set.epoch.value(), next->first.value(),
                 out.change->self ? fmt::format("is its replica {}", out.change->self->value())
                                  : std::string("is not one of them"));
  }
  return out;
}

consensus::Limits Driver::limits() const {
  const auto state = store().latest();
  const contracts::Limits governed = contracts::limits(*state);
  consensus::Limits out;
  if (governed.max_transactions_per_block > 0) out.max_batch_transactions = governed.max_transactions_per_block;
  if (governed.max_block_bytes > 0) out.max_batch_bytes = governed.max_block_bytes;
  if (governed.max_transactions_per_key_and_block > 0) out.max_per_key = governed.max_transactions_per_key_and_block;
  if (governed.max_clock_skew_ms > 0) out.max_clock_skew_ms = governed.max_clock_skew_ms;
  out.max_idle_ms = governed.max_idle_ms;
  return out;
}

consensus::EnvelopeInfo Driver::info(const Transaction& transaction) const {
  consensus::EnvelopeInfo out;
  out.digest = transaction.envelope_digest();
  out.id = transaction.id();
  out.lead = transaction.lead();
  out.expires = transaction.expires();
  out.size = static_cast<std::uint32_t>(transaction.envelope().size());
  if (executor_->executed(transaction)) {
    const auto place = store().locate(transaction.id());
    if (place) out.executed_at = place->first;
  }
  return out;
}

}  // namespace qilian::node
