// Readable genesis files: genesis/*.toml to a compiled ledger::Genesis. genesis/README.md documents every key; an
// unknown key is an error that names the line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/key_ring.h"
#include "ledger/core/genesis.h"

namespace qilian::cli {

struct GenesisChoices {
  /// What `time = "creation"` means.
  std::int64_t creation_ms = 0;
  /// Keep the first so many validators; 0: all.
  std::size_t validators = 0;
};

struct CompiledGenesis {
  ledger::Genesis genesis;
  std::vector<std::string> validator_names;  ///< short names, in replica order
};

/// Reads, fills in the public keys that the file leaves to `keys` (officers NAME, validators consensus-NAME), compiles,
/// and lets the contracts check the result. Errors "toml.*", "genesis.*", "key.*".
ledger::Result<CompiledGenesis> compile_genesis_file(const std::filesystem::path& file, KeyRing& keys,
                                                     const GenesisChoices& choices);

/// A genesis as people read it: chain, validators, organisations with roles, parameters, lists. Error "genesis.record".
ledger::Result<std::string> describe_genesis(const ledger::Genesis& genesis);

}  // namespace qilian::cli
