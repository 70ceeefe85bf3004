#include "cli/plain_words.h"

#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <random>

#include "cli/json_read.h"
#include "cli/json_text.h"
#include "cli/messages.h"
#include "cli/terminal.h"
#include "contracts/common.pb.h"
#include "ledger/core/json.h"
#include "ledger/core/ledger.pb.h"

namespace qilian::cli {
namespace {

using ledger::Claim;
using ledger::VerifiedState;
using ledger::VerifiedTransaction;

std::string kind_text(ledger::Kind kind) {
  const contracts::KindName* name = contracts::find_kind(kind);
  return name == nullptr ? fmt::format("kind {}", kind) : std::string(name->name);
}

std::string record_json(const ledger::Key& key, const ledger::Bytes& record) {
  const contracts::KindName* kind = contracts::find_kind(key.kind);
  if (kind != nullptr) {
    if (const auto message = record_message(*kind, record)) {
      if (const auto json = ledger::to_json(**message)) return *json;
    }
  }
  return json_string(ledger::to_hex(record));
}

std::string receipt_json(const ledger::Bytes& receipt) {
  ledger::pb::Receipt message;
  if (message.ParseFromString(receipt)) {
    if (const auto json = ledger::to_json(message)) return *json;
  }
  return json_string(ledger::to_hex(receipt));
}

std::string arguments_json(const ledger::Transaction& transaction) {
  const auto message = arguments_message(transaction.call());
  if (message && (*message)->ParseFromString(transaction.arguments())) {
    if (const auto json = ledger::to_json(**message)) return *json;
  }
  return json_string(ledger::to_hex(transaction.arguments()));
}

/// The record that the claim is about, if it shows one.
const ledger::Bytes* shown_record(const VerifiedState& state) {
  for (auto entry = state.entries.rbegin(); entry != state.entries.rend(); ++entry) {
    if (entry->record) return &*entry->record;
  }
  return nullptr;
}

std::string claim_sentence(const VerifiedState& state, const ledger::Header& header) {
  const std::string object = fmt::format("{} {}", kind_text(state.key.kind), state.key.id);
  const auto height = header.height.value();
  switch (state.claim) {
    case Claim::kCurrent:
      return fmt::format("After block {} the record of {} was the one below, left by the last of {} event(s).", height,
                         object, state.count);
    case Claim::kAtHeight:
      return fmt::format("After block {} the record of {} was the one below.", state.from.value(), object);
    case Claim::kHistory:
      return fmt::format("Up to block {} these {} events, and no others, happened to {}.", height, state.count, object);
    case Claim::kRange:
      return fmt::format("From block {} to block {} these {} events, and no others, happened to {}.",
                         state.from.value(), state.to.value(), state.entries.size(), object);
    case Claim::kAbsent:
      return fmt::format("After block {} there was no {}.", height, object);
    case Claim::kAbsentAtHeight:
      return fmt::format("After block {} there was no {}.", state.from.value(), object);
  }
  return object;
}

std::string event_lines(const VerifiedState& state) {
  std::string out;
  for (const ledger::VerifiedEntry& entry : state.entries) {
    contracts::pb::EventPayload payload;
    if (entry.payload.empty() || !payload.ParseFromString(entry.payload)) continue;
    out += fmt::format("  {}  block {:<6} {}  by transaction {}\n", time_text(entry.leaf.time.value()),
                       entry.leaf.height.value(), fit(payload.call(), 28),
                       ledger::to_hex(payload.transaction_id()).substr(0, 16));
  }
  return out;
}

std::string signer_names(const ledger::VerifiedFact& fact) {
  std::string out;
  for (const ledger::ReplicaId signer : fact.signers) {
    out += (out.empty() ? "" : ", ") + fact.validators.validators.at(signer.value()).organisation;
  }
  return out;
}

std::string mutate(ledger::Bytes& bytes, std::mt19937_64& random) {
  const std::size_t at = random() % bytes.size();
  switch (random() % 6) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
      return fmt::format("bit flipped in byte {}", at);
    case 1:
      bytes[at] = static_cast<char>(random());
      return fmt::format("byte {} replaced", at);
    case 2:
      bytes.erase(at, 1 + random() % 8);
      return fmt::format("bytes cut at {}", at);
    case 3:
      bytes.insert(at, 1, static_cast<char>(random()));
      return fmt::format("byte inserted at {}", at);
    case 4:
      bytes.resize(at);
      return fmt::format("truncated to {} bytes", at);
    default: {
      const std::size_t other = random() % bytes.size();
      const std::size_t size = std::min<std::size_t>(32, bytes.size() - std::max(at, other));
      for (std::size_t i = 0; i < size; ++i) std::swap(bytes[at + i], bytes[other + i]);
      return fmt::format("{} bytes at {} and {} swapped", size, at, other);
    }
  }
}

}  // namespace

std::string plain_words(const ledger::VerifiedFact& fact, const ledger::Genesis& genesis) {
  std::string out = styled(Style::kGreen, "VERIFIED 验证通过") + "\n";
  if (const auto* state = std::get_if<VerifiedState>(&fact.fact)) {
    out += claim_sentence(*state, fact.header) + "\n" + event_lines(*state);
    if (const ledger::Bytes* record = shown_record(*state))
      out += json_indented(record_json(state->key, *record)) + "\n";
  } else {
    const auto& transaction = std::get<VerifiedTransaction>(fact.fact);
    out += fmt::format("Transaction {} ({}) stands in block {} at place {} with the receipt {}.\n",
                       transaction.transaction.id().hex(), transaction.transaction.call(), fact.header.height.value(),
                       transaction.index, transaction.code);
    out += "arguments " + json_indented(arguments_json(transaction.transaction)) + "\n";
    out += "receipt " + json_indented(receipt_json(transaction.receipt)) + "\n";
  }
  out += fmt::format("Block time {} (UTC+8). State root {}.\n", time_text(fact.header.time.value()),
                     fact.header.state_root.hex());
  out += fmt::format("Block {} was certified by {} of {} validators of epoch {}: {}.\n", fact.certified.height.value(),
                     fact.signers.size(), fact.validators.size(), fact.validators.epoch.value(), signer_names(fact));
  out += fmt::format("It rests on the genesis {} ({}){}\n", genesis.hash.hex(), genesis.chain,
                     fact.by_pinned_head ? " and on the pinned head."
                                         : ", on SHA-256 and Ed25519, and on no quorum's keys having leaked.");
  return out;
}

std::string fact_json(const ledger::VerifiedFact& fact, const ledger::Genesis& genesis) {
  JsonObject out;
  out.boolean("verified", true);
  if (const auto* state = std::get_if<VerifiedState>(&fact.fact)) {
    out.text("fact", claim_sentence(*state, fact.header))
        .text("kind", kind_text(state->key.kind))
        .text("id", state->key.id);
    out.number("events", static_cast<std::int64_t>(state->count));
    if (const ledger::Bytes* record = shown_record(*state)) out.raw("record", record_json(state->key, *record));
  } else {
    const auto& transaction = std::get<VerifiedTransaction>(fact.fact);
    out.text("transaction", transaction.transaction.id().hex())
        .text("call", transaction.transaction.call())
        .text("code", transaction.code);
    out.raw("arguments", arguments_json(transaction.transaction)).raw("receipt", receipt_json(transaction.receipt));
  }
  std::string signers;
  for (const ledger::ReplicaId signer : fact.signers) {
    signers += (signers.empty() ? "" : ",") + json_string(fact.validators.validators.at(signer.value()).organisation);
  }
  out.number("height", static_cast<std::int64_t>(fact.header.height.value()))
      .number("time_ms", fact.header.time.value());
  out.text("state_root", fact.header.state_root.hex())
      .number("certified_height", static_cast<std::int64_t>(fact.certified.height.value()));
  out.raw("signers", "[" + signers + "]")
      .text("genesis", genesis.hash.hex())
      .boolean("by_pinned_head", fact.by_pinned_head);
  return out.str();
}

Mutations try_mutations(const ledger::Bytes& certificate, const ledger::Genesis& genesis, std::size_t count,
                        std::uint64_t seed) {
  Mutations out;
  std::mt19937_64 random(seed);
  while (out.tried < count) {
    ledger::Bytes damaged = certificate;
    std::string what = mutate(damaged, random);
    if (random() % 4 == 0 && !damaged.empty()) what += ", " + mutate(damaged, random);
    if (damaged == certificate) continue;
    ++out.tried;
    if (!ledger::verify_fact(damaged, genesis)) {
      ++out.refused;
    } else if (out.first_accepted.empty()) {
      out.first_accepted = what;
    }
  }
  return out;
}

}  // namespace qilian::cli
