// The JSON of the API: what the store holds, as people and programs read it.
#pragma once

#include <string_view>

#include "ledger/core/receipt.h"
#include "node/api/http.h"
#include "node/driver.h"

namespace qilian::node {

HttpResponse error_response(const ledger::Error& error);

/// {id, code, height, index, receipt, certified, signers, envelope}.
ledger::Result<std::string> render_transaction(const ledger::store::Store& store, const ledger::TransactionId& id);
/// The same without the envelope, for who just waited for it.
std::string render_certified(const ledger::store::Store& store, const ledger::TransactionId& id,
                             const Waiters::Place& place);
/// {id, code: "PENDING", certified: false}.
std::string render_pending(const ledger::TransactionId& id);
ledger::Result<std::string> render_block(const ledger::store::Store& store, ledger::Height height);
/// The record as JSON and as hex, the journal's length, and a certificate of the current state where the block is
/// certified.
ledger::Result<std::string> render_object(const ledger::store::Store& store, const ledger::Key& key);
/// Ids and records of one kind, in id order.
ledger::Result<std::string> render_objects(const ledger::store::Store& store, ledger::Kind kind,
                                           std::string_view prefix, std::string_view after, std::size_t limit);
ledger::Result<std::string> render_journal(const ledger::store::Store& store, const ledger::Key& key,
                                           std::uint64_t first, std::size_t limit);
ledger::Result<std::string> render_fact(ledger::ByteView certificate);
std::string render_status(const NodeStatus& status, const ledger::Genesis& genesis, std::int64_t uptime_ms);
std::string render_index(const ledger::Genesis& genesis);

}  // namespace qilian::node
