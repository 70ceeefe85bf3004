// Records of the organisations that a network starts with: organisation, keys, undertaking, controllers, validators.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/core/genesis.h"
#include "ledger/core/signature.h"

namespace qilian::cli {

struct GenesisOfficer {
  std::string id;
  ledger::Bytes person_tag;
  ledger::PublicKey public_key;
  bool chief_data_officer = false;
};

struct GenesisMember {
  std::string short_name;  ///< in the file only
  std::string uscc;
  std::string name;
  std::string kind;  ///< AGENCY, INSTITUTION, ENTERPRISE, UNINCORPORATED
  std::string region;
  std::vector<std::string> roles;
  std::vector<std::string> sectors;  ///< of every role; empty: all
  std::vector<std::string> controllers;
  std::vector<GenesisOfficer> officers;
  std::string undertaking;  ///< the signed text; its digest goes into the record
};

class GenesisMembers {
 public:
  /// Error "genesis.organisation": USCC, kind, a short name or USCC twice.
  ledger::Result<void> add(const GenesisMember& member);
  /// USCC of a short name, or null.
  const std::string* uscc_of(std::string_view short_name) const;
  void set_validators(std::vector<std::string> organisations);
  /// ADMITTED with basis "genesis", as of the genesis' time.
  std::map<ledger::Key, ledger::Bytes> records(ledger::TimeMs time, ledger::TimeMs undertakings_expire) const;

 private:
  std::vector<GenesisMember> members_;
  std::vector<std::string> validators_;
};

}  // namespace qilian::cli
