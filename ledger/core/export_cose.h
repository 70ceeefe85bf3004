// A certificate in CBOR, its list proofs as COSE Receipts encode them (RFC 9942: header parameters 395 "vds" = 1,
// RFC9162_SHA256, and 396 "vdp" with inclusion proofs under -1).
//
//   qilian-fact = {
//     "map": null / {"id": tstr, "key": bstr .size 32, "kind": uint, "leaf": null / [key: bstr, value: bstr],
//                    "value": null / bstr .size 74, "siblings": [* bstr]},
//     "chain": bstr .size 32,                    ; genesis hash
//     "shown": {"receipt": bstr, "envelope": bstr} /
//              {"before": null / bstr, "entries": [* {"index": uint, "record": null / bstr, "payload": bstr}]},
//     "header": bstr .size 292, "proofs": [* [list: tstr, receipt-parameters, entry: bstr]],
//     "profile": "qilian-fact/1", "certified": bstr .size 292, "checkpoint": bstr,
//     "signatures": [+ [name: bstr, key: bstr .size 32, signature: bstr .size 64]]
//   }
//   receipt-parameters = {395: 1, 396: {-1: [bstr .cbor [tree-size: uint, leaf-index: uint, [* bstr]]]}}
//
// Deterministic CBOR (RFC 8949, 4.2.1). The path of a list of one entry is empty, where RFC 9942 writes "one or more".
//
// What a reader checks: each entry and its proof lead to a root ("transactions": the header's transactions_root;
// "journal": the root within the map's value; "headers": the certified header's history_root, entry = hash of
// "header"); the signatures are Ed25519 over "checkpoint", which ends with the hash of "certified". What COSE has no
// words for: the map (its proof is here in full, by the rules of `ledger/README.md`), and the quorum: validators sign
// the checkpoint and no COSE Sig_structure, so this is no COSE_Sign1. What is not here: the hand-overs; the keys are
// those that the exporter verified, and a reader must know them by other means. Only the certificate itself leads
// back to the genesis.
#pragma once

#include "ledger/core/fact_proofs.h"

namespace qilian::ledger {

/// Verifies, then exports. Errors as verify_fact.
Result<Bytes> export_cose(ByteView certificate, const Genesis& pinned);

}  // namespace qilian::ledger
