// What a node shows in TLS: a self-signed X.509 certificate made at start from its Ed25519 node key. Names, dates and
// issuers in it mean nothing; peers look at the raw public key alone, whose possession the handshake proves.
#pragma once

#include "ledger/core/signature.h"

struct ssl_ctx_st;
struct x509_st;

namespace qilian::node {

/// Restricts a context to TLS 1.3 without tickets or session reuse, and gives it key and certificate. Error
/// "mesh.identity".
ledger::Result<void> use_identity(ssl_ctx_st* context, const ledger::SecretKey& node_key);

/// The raw Ed25519 key of a certificate; nothing for any other kind of key.
std::optional<ledger::PublicKey> raw_public_key(x509_st* certificate);

}  // namespace qilian::node
