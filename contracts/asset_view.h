// What other contracts may ask about an asset version and about attestations, without knowing the records behind them.
// `registry` implements the first half, `notary` the second.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/core/types.h"

namespace qilian::contracts {

class Context;

/// One typed attribute. Exactly one of `texts` and `number` has a meaning, by the attribute's name
/// (negative_list/attributes.h): category, grade, kind, raw, open_level, pi_class, industry, region, items,
/// precision_km, public_derived, registrant, ... An attribute that is absent from the list is unknown: the negative
/// list then matches (fail closed).
struct Attribute {
  std::string name;
  std::vector<std::string> texts = {};
  std::optional<std::int64_t> number = {};
  bool attested = false;  ///< stands in an attestation in force; beats a self-declared one of the same name
};

/// A claim of an attestation that is in force now and bears on exactly one version.
struct AttestedClaim {
  std::string name;  ///< "precision_km"
  std::string text;
  std::int64_t number = 0;
  std::string attestation;  ///< id: goes into the trace
};

/// An immutable version with what rules may ask of it.
struct AssetView {
  std::string version;  ///< UDI@seq
  std::string udi;
  std::vector<Attribute> attributes;  ///< self-declared and attested, any order
  std::vector<std::string> parents;   ///< UDI@seq of every direct parent
  std::vector<AttestedClaim> claims;
};

/// Looks versions up: the registry in a running ledger, a map in tests.
class AssetSource {
 public:
  virtual ~AssetSource() = default;
  virtual std::optional<AssetView> find(std::string_view version) const = 0;
};

/// The registry's versions as this call sees them. Implemented by the registry (contracts/registry).
std::unique_ptr<AssetSource> registry_assets(const Context& context);

/// An attestation as others rely on it. Implemented by the notary (contracts/notary).
struct AttestationView {
  std::string id;
  std::string type;                   ///< "LEGAL_PERSON_ADMISSION", ...
  std::string issuer;                 ///< USCC
  std::vector<std::string> subjects;  ///< USCC, UDI@seq, ...
  std::string result;                 ///< "PASS", "QUALIFIED", "FAIL"
  std::string status;                 ///< "ACTIVE", "UNDER_REVIEW", ... as stored
  bool in_force = false;              ///< may be relied on at the block's time (notary/notary.h says when)
  std::vector<AttestedClaim> claims;
};
std::optional<AttestationView> find_attestation(const Context& context, std::string_view id);
/// Every attestation about a subject that is in force now, oldest first.
std::vector<AttestationView> attestations_in_force(const Context& context, std::string_view subject);

}  // namespace qilian::contracts
