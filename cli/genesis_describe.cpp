// A compiled genesis as people read it.
#include <fmt/format.h>
#include <google/protobuf/message.h>

#include "cli/genesis_file.h"
#include "cli/messages.h"
#include "cli/terminal.h"
#include "contracts/governance.pb.h"
#include "contracts/kinds.h"
#include "contracts/membership.pb.h"
#include "contracts/negative_list.pb.h"

namespace qilian::cli {
namespace {

namespace kind = contracts::kind;
namespace pb = contracts::pb;

std::string organisation_line(const ledger::Bytes& record) {
  pb::Organisation organisation;
  if (!organisation.ParseFromString(record)) return "  (damaged record)\n";
  std::string roles;
  for (const pb::RoleGrant& role : organisation.roles()) roles += (roles.empty() ? "" : " ") + role.role();
  return fmt::format("  {}  {}  {}\n", organisation.uscc(), fit(organisation.name(), 32), roles);
}

std::string record_lines(const ledger::Genesis& genesis, ledger::Kind wanted) {
  std::string out;
  for (const auto& [key, record] : genesis.records) {
    if (key.kind != wanted) continue;
    if (wanted == kind::kOrganisation) out += organisation_line(record);
    if (wanted == kind::kParameters) {
      pb::ParameterSet set;
      if (!set.ParseFromString(record)) continue;
      for (const pb::Parameter& parameter : set.parameters())
        out += fmt::format("  {:<40} {}\n", parameter.name(), parameter.value());
    }
    if (wanted == kind::kList) {
      pb::NegativeList list;
      if (!list.ParseFromString(record)) continue;
      out += fmt::format("  version {}, in force from {}, {} entries\n", list.version(), time_text(list.effective_at()),
                         list.entries_size());
    }
  }
  return out;
}

}  // namespace

ledger::Result<std::string> describe_genesis(const ledger::Genesis& genesis) {
  std::string out = fmt::format(
      "chain           {}\ngenesis hash    {}\ntime            {}\nlogic version   {}\nwindow          {} blocks\n",
      genesis.chain, genesis.hash.hex(), time_text(genesis.time.value()), genesis.logic_version, genesis.window);
  out += fmt::format("validators      {} (tolerates {} faulty, quorum {})\n", genesis.validators.size(),
                     ledger::max_faulty(genesis.validators.size()), ledger::quorum(genesis.validators.size()));
  for (std::size_t i = 0; i < genesis.validators.size(); ++i) {
    const ledger::Validator& validator = genesis.validators.validators[i];
    out += fmt::format("  {}  {}  {}\n", i, validator.organisation, validator.consensus_key.hex());
  }
  out += "organisations\n" + record_lines(genesis, kind::kOrganisation);
  out += "negative lists\n" + record_lines(genesis, kind::kList);
  out += "parameters\n" + record_lines(genesis, kind::kParameters);
  return out + fmt::format("records         {}\n", genesis.records.size());
}

}  // namespace qilian::cli
