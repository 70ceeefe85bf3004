// A certificate as text in the formats of C2SP: one `tlog-proof` for each list proof, with its checkpoint
// (`tlog-checkpoint`) as a `signed-note`. A file holds them one after the other; each begins with the line
// "c2sp.org/tlog-proof@v1".
//
//   c2sp.org/tlog-proof@v1
//   extra <base64 of the entry: a transaction leaf, a journal leaf or a header hash>
//   index <of the entry>
//   <base64 of each hash of the audit path>
//
//   qilian.ledger/<genesis hash>/<headers | transactions/HEIGHT | journal/KIND/ID>     origin; the id percent-encoded
//   <size>
//   <base64 of the root>
//   certified <base64 of the certified header>
//   header <base64 of the fact's header>                                               where it is an older one
//   map <base64 of the map's value ‖ siblings from the bottom up>                      journals only
//
//   — <validator> <base64 of key id ‖ signature>
//
// Key id = first 4 bytes of SHA-256(validator ‖ "\n" ‖ 0xff ‖ "qilian/checkpoint/v1" ‖ key): the type that signed-note
// reserves for algorithms of one's own. Such a signature does not cover the text but the CHECKPOINT of the certified
// header (`ledger/README.md`, "Certificates"). The text is bound to it step by step: "headers" by that header's height
// and history_root; "transactions" by the fact's header (transaction_count, transactions_root); "journal" by the map's
// value, which holds its size and root, and the way from there to the fact's state_root.
//
// What a C2SP tool checks by itself: the syntax and every inclusion proof. It passes over the signatures, whose type it
// does not know. What is not here: hand-overs and keys (only the certificate leads back to the genesis), payloads and
// records, and absence: C2SP has no format for a proof by the map alone.
#pragma once

#include "ledger/core/fact_proofs.h"

namespace qilian::ledger {

/// Verifies, then exports. Errors as verify_fact; "export.note" where the fact rests on no list.
Result<std::string> export_note(ByteView certificate, const Genesis& pinned);

}  // namespace qilian::ledger
