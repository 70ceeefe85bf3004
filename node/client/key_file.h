// Private keys at rest: encrypted PKCS#8 (PBES2: scrypt, AES-256-CBC) in PEM, Ed25519 (RFC 8410). `openssl pkey -in
// FILE` reads them.
#pragma once

#include <filesystem>

#include "ledger/core/signature.h"

namespace qilian::client {

/// Writes a new file of mode 0600, synced with its folder; an existing one is never overwritten.
/// Errors: "key.exists", "key.write", "key.passphrase" (empty).
ledger::Result<void> write_key_file(const std::filesystem::path& file, const ledger::SecretKey& key,
                                    ledger::ByteView passphrase);

/// Errors: "key.open", "key.passphrase" (wrong or empty), "key.format" (not an encrypted Ed25519 key).
ledger::Result<ledger::SecretKey> read_key_file(const std::filesystem::path& file, ledger::ByteView passphrase);

/// First line of a file, without its line end. Error "key.passphrase".
ledger::Result<ledger::Bytes> passphrase_from_file(const std::filesystem::path& file);

/// Value of an environment variable. Error "key.passphrase" where it is unset or empty.
ledger::Result<ledger::Bytes> passphrase_from_env(const std::string& variable);

}  // namespace qilian::client
