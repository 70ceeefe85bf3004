#include "node/api/render.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <boost/json.hpp>
#include <memory>

#include "consensus/types.h"
#include "contracts/kinds.h"
#include "ledger/core/block.h"
#include "ledger/core/certificate.pb.h"
#include "ledger/core/json.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::node {
namespace {

namespace json = boost::json;
using namespace ledger;
using store::Store;

// What a page of a list reads at most; one row more where the first one alone is larger. Its JSON is about five times that.
constexpr std::size_t kPageBytes = 1u << 20;

json::value embedded(const google::protobuf::Message& message) {
  const auto text = to_json(message);
  boost::system::error_code error;
  auto value = text ? json::parse(*text, error) : json::value();
  return error ? json::value() : value;
}

json::array signers_of(const Store& store, Height height) {
  json::array out;
  const auto certificate = store.certificate_covering(height);
  if (!certificate) return out;
  for (std::size_t i = 0; i < certificate->signers.size() * 8; ++i) {
    if (consensus::has_bit(certificate->signers, ReplicaId(static_cast<std::uint32_t>(i)))) out.push_back(i);
  }
  return out;
}

json::object receipt_fields(ByteView bytes) {
  pb::Receipt receipt;
  json::object out;
  if (!receipt.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return out;
  out["code"] = receipt.code();
  out["receipt"] = embedded(receipt);
  return out;
}

json::object transaction_fields(const Store& store, const TransactionId& id, Height height, std::uint32_t index,
                                ByteView receipt) {
  json::object out{{"id", id.hex()}};
  for (auto& field : receipt_fields(receipt)) out[field.key()] = std::move(field.value());
  const bool certified = store.certified() >= height;
  out["height"] = height.value();
  out["index"] = index;
  out["certified"] = certified;
  out["signers"] = certified ? signers_of(store, height) : json::array();
  return out;
}

json::object header_fields(const Header& header) {
  json::object out;
  out["logic_version"] = header.logic_version;
  out["height"] = header.height.value();
  out["hash"] = header.hash().hex();
  out["parent"] = header.parent.hex();
  out["time_ms"] = header.time.value();
  if (header.proposer != kNoProposer) out["proposer"] = header.proposer.value();
  out["epoch"] = header.epoch.value();
  out["transaction_count"] = header.transaction_count;
  out["transactions_root"] = header.transactions_root.hex();
  out["history_root"] = header.history_root.hex();
  out["state_root"] = header.state_root.hex();
  out["validators_hash"] = header.validators_hash.hex();
  out["next_validators_hash"] = header.next_validators_hash.hex();
  out["rules_hash"] = header.rules_hash.hex();
  return out;
}

// A record as its kind's message says; null for a kind without one.
json::value record_json(Kind kind, ByteView record) {
  const auto* name = contracts::find_kind(kind);
  if (!name || name->message.empty()) return nullptr;
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      "qilian.contracts.pb." + std::string(name->message));
  if (!type) return nullptr;
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!message->ParseFromArray(record.data(), static_cast<int>(record.size()))) return nullptr;
  return embedded(*message);
}

json::object object_fields(const store::StoredObject& object) {
  json::object out;
  const auto* name = contracts::find_kind(object.key.kind);
  out["kind"] = name ? json::value(name->name) : json::value(object.key.kind);
  out["id"] = object.key.id;
  out["events"] = object.frontier.size();
  out["record"] = object.record ? record_json(object.key.kind, *object.record) : json::value(nullptr);
  out["record_hex"] = object.record ? json::value(to_hex(*object.record)) : json::value(nullptr);
  return out;
}

int status_of(std::string_view code) {
  if (code == "store.not_found" || code == "api.not_found") return 404;
  if (code == "question.unknown" || code == "question.not_found") return 404;
  if (code == "question.argument" || code.starts_with("json.")) return 400;
  if (code == "question.tier" || code == "api.tier") return 403;
  if (code == "store.gone") return 410;
  if (code == "fact.large") return 413;
  if (code == "store.pending" || code == "fact.untrue" || code == "COM-305") return 409;
  if (code == "store.range" || code == "fact.question" || code.starts_with("api.")) return 400;
  if (code.starts_with("store.")) return 500;
  if (code == "COM-407" || code == "node.key_full") return 429;
  if (code.starts_with("node.")) return 503;
  if (code.starts_with("COM-1")) return 400;
  if (code.starts_with("COM-2")) return 403;
  return 422;
}

}  // namespace

HttpResponse error_response(const Error& error) {
  HttpResponse out;
  out.status = status_of(error.code);
  out.retry_after_s = out.status == 503 || out.status == 429 ? 1 : 0;
  out.body = json::serialize(json::object{{"code", error.code}, {"message", error.message}});
  return out;
}

Result<std::string> render_transaction(const Store& store, const TransactionId& id) {
  QILIAN_TRY(const auto stored, store.transaction(id));
  json::object out = transaction_fields(store, id, stored.height, stored.index, stored.receipt);
  out["envelope"] = to_hex(stored.envelope);
  return json::serialize(out);
}

std::string render_certified(const Store& store, const TransactionId& id, const Waiters::Place& place) {
  return json::serialize(transaction_fields(store, id, place.height, place.index, place.receipt));
}

std::string render_pending(const TransactionId& id) {
  return json::serialize(json::object{{"id", id.hex()}, {"code", "PENDING"}, {"certified", false}});
}

Result<std::string> render_block(const Store& store, Height height) {
  QILIAN_TRY(const Bytes frame, store.block_frame(height));
  QILIAN_TRY(const Block block, Block::decode(frame));
  QILIAN_TRY(const Header header, Header::decode(block.header));
  json::object out = header_fields(header);
  json::array transactions;
  for (std::size_t i = 0; i < block.envelopes.size(); ++i) {
    QILIAN_TRY(const auto transaction, Transaction::decode(block.envelopes[i]));
    json::object one{{"id", transaction.id().hex()}, {"call", transaction.call()}};
    for (auto& field : receipt_fields(block.receipts[i])) {
      if (field.key() == "code") one["code"] = std::move(field.value());
    }
    transactions.push_back(std::move(one));
  }
  const bool certified = store.certified() >= height;
  out["transactions"] = std::move(transactions);
  out["certified"] = certified;
  out["signers"] = certified ? signers_of(store, height) : json::array();
  out["header_hex"] = to_hex(block.header);
  return json::serialize(out);
}

Result<std::string> render_object(const Store& store, const Key& key) {
  const auto snapshot = store.latest();
  QILIAN_TRY(const auto object, snapshot->object(key));
  json::object out = object_fields(object);
  out["height"] = snapshot->height().value();
  out["state_root"] = snapshot->header().state_root.hex();
  const auto proof = store.state_fact({Claim::kCurrent, key, Height(0), Height(0)});
  out["proof"] = proof ? json::value(to_hex(*proof)) : json::value(nullptr);
  return json::serialize(out);
}

Result<std::string> render_objects(const Store& store, Kind kind, std::string_view prefix, std::string_view after,
                                   std::size_t limit) {
  const auto snapshot = store.latest();
  QILIAN_TRY(const auto objects, snapshot->objects(kind, prefix, after, limit, kPageBytes));
  json::array list;
  for (const auto& object : objects) list.push_back(object_fields(object));
  json::object out{{"height", snapshot->height().value()}, {"objects", std::move(list)}};
  if (!objects.empty()) {
    const std::string& last = objects.back().key.id;
    QILIAN_TRY(const auto more, snapshot->objects(kind, prefix, last, 1));
    if (!more.empty()) out["next"] = last;
  }
  return json::serialize(out);
}

Result<std::string> render_journal(const Store& store, const Key& key, std::uint64_t first, std::size_t limit) {
  const auto snapshot = store.latest();
  QILIAN_TRY(const auto object, snapshot->object(key));
  QILIAN_TRY(const auto entries, snapshot->journal(key, first, limit, kPageBytes));
  json::array list;
  for (const auto& entry : entries) {
    json::object one;
    one["height"] = entry.leaf.height.value();
    one["time_ms"] = entry.leaf.time.value();
    one["transaction_index"] = entry.leaf.transaction_index;
    one["event_index"] = entry.leaf.event_index;
    one["event"] = entry.leaf.kind;
    one["payload_hex"] = to_hex(entry.payload);
    one["record"] = entry.record ? record_json(key.kind, *entry.record) : json::value(nullptr);
    list.push_back(std::move(one));
  }
  json::object out{{"height", snapshot->height().value()},
                   {"count", object.frontier.size()},
                   {"first", first},
                   {"entries", std::move(list)}};
  if (!entries.empty() && first + entries.size() < object.frontier.size()) out["next"] = first + entries.size();
  return json::serialize(out);
}

Result<std::string> render_fact(ByteView certificate) {
  pb::FactCertificate message;
  if (!message.ParseFromArray(certificate.data(), static_cast<int>(certificate.size()))) {
    return fail("store.corrupt", "a certificate that this node built cannot be read");
  }
  return to_json(message);
}

std::string render_status(const NodeStatus& status, const Genesis& genesis, std::int64_t uptime_ms) {
  json::object out;
  out["chain"] = genesis.chain;
  out["genesis_hash"] = genesis.hash.hex();
  out["replica"] = status.self ? json::value(status.self->value()) : json::value(nullptr);
  out["validators"] = status.validators;
  out["epoch"] = status.core.epoch.value();
  out["epoch_ends"] = status.core.epoch_ends ? json::value(status.core.epoch_ends->value()) : json::value(nullptr);
  out["retiring"] = status.core.retiring;
  out["view"] = status.core.view.value();
  out["in_view"] = status.core.in_view;
  out["primary"] = status.core.primary.value();
  out["voting"] = status.core.voting;
  out["stopped"] = status.core.stopped ? json::value(*status.core.stopped) : json::value(nullptr);
  out["height"] = json::object{{"certified", status.certified.value()}, {"executed", status.executed.value()}};
  out["state_root"] = status.state_root.hex();
  out["block_time_ms"] = status.block_time.value();
  out["view_changes"] = status.core.view_changes;
  json::array peers;
  for (const auto& peer : status.peers) {
    peers.push_back(json::object{{"address", peer.address.text()},
                                 {"replica", peer.replica ? json::value(peer.replica->value()) : json::value(nullptr)},
                                 {"connected", peer.connected},
                                 {"certified", peer.reported.certified.value()},
                                 {"executed", peer.reported.executed.value()}});
  }
  out["peers"] = std::move(peers);
  out["mempool"] = json::object{{"transactions", status.mempool_waiting}, {"bytes", status.mempool_bytes}};
  out["uptime_ms"] = uptime_ms;
  return json::serialize(out);
}

std::string render_index(const Genesis& genesis) {
  json::array endpoints;
  for (const char* endpoint :
       {"POST /v1/transactions?wait=certified|accepted&timeout_ms=", "GET /v1/transactions/{id}",
        "GET /v1/blocks/{height}", "GET /v1/objects/{kind}?prefix=&after=&limit=", "GET /v1/objects/{kind}/{id}",
        "GET /v1/objects/{kind}/{id}/journal?first=&limit=", "GET /v1/certificates/transaction/{id}",
        "GET /v1/certificates/object/{kind}/{id}?claim=current|history|absent|at|range&height=&from=&to=",
        "GET /v1/questions", "GET /v1/questions/{name}?height=&at=&tier=", "POST /v1/negative-list/impact",
        "GET /v1/status", "GET /healthz", "GET /metrics"}) {
    endpoints.push_back(json::value(endpoint));
  }
  return json::serialize(json::object{{"name", "qiliand"},
                                      {"chain", genesis.chain},
                                      {"genesis_hash", genesis.hash.hex()},
                                      {"endpoints", std::move(endpoints)}});
}

}  // namespace qilian::node
