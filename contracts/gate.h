// The gate at execution: one body through every stage in the fixed order, first failure wins.
//
//   expiry → key → organisation (active, undertaking) → quota → role and signature policy → hold → object state →
//   credit → references in effect → negative list → contract invariants, apply
//
// At every stage the contract's own code, where it has one for the case, replaces the common one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "contracts/contract.h"
#include "contracts/quota.h"

namespace qilian::contracts {

/// What came of one body.
struct Decision {
  Outcome denial;     ///< nothing: its writes stand in the set
  std::string trace;  ///< of an allowed body
  std::string object;
  ledger::Bytes nested;  ///< receipt of the proposed body that it completed
  std::string
      accountable;  ///< whose quota paid and whose journal a denial enters; empty where nobody was authenticated
  CreditClass credit_class = CreditClass::kContinuing;
  std::vector<std::string> entries;   ///< negative-list entries that decided against it
  std::vector<std::string> subjects;  ///< asset versions that the list was asked about
  bool quota_exhausted = false;       ///< COM-407 of the quota stage itself
};

/// The signed body of one transaction, its arguments parsed.
struct Body {
  const Call* call = nullptr;
  const google::protobuf::Message* arguments = nullptr;
  std::span<const ledger::PublicKey> signers;
  ledger::PublicKey lead;
  TimeMs expires;
  ledger::TransactionId id;
};

/// Runs the whole gate. Writes go to `writes` only when the decision is to allow. `quota` is charged for bodies that
/// are not OPEN.
Decision run_gate(const BlockFrame& frame, WriteSet& writes, QuotaBook& quota, const Body& body);

/// The first stages alone, for admission: expiry, key, organisation, quota (asked, not taken), role and signature
/// policy.
Outcome run_admission(const BlockFrame& frame, WriteSet& writes, QuotaBook& quota, const Body& body);

/// A proposed body, complete: the caller is made of the signatures that were collected, its keys were checked when they
/// were given and are checked again here. It passes every stage except expiry and quota, which the proposal and its
/// signatures have passed and paid. Writes a denied-attempt entry when it is denied. Returns the body's receipt.
struct Completed {
  std::string code;
  ledger::Bytes receipt;
};
Completed run_completed(Context& outer, const Call& call, const google::protobuf::Message& arguments,
                        std::span<const ledger::PublicKey> signers, const ledger::PublicKey& lead,
                        const ledger::TransactionId& id);

}  // namespace qilian::contracts
