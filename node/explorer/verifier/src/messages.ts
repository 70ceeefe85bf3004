// The messages of `ledger/core/certificate.proto` and `ledger/core/ledger.proto` as far as a verifier meets them.
import type { Bytes } from "./bytes.js";
import { type Field, type Schema, decode_canonical } from "./canonical.js";

function schema(fields: Record<number, Field>): Schema {
  return new Map(Object.entries(fields).map(([number, field]) => [Number(number), field]));
}

export interface Body {
  signers: Bytes[];
  lead: Bytes;
  expires_ms: bigint;
  nonce: Bytes;
  call: string;
  arguments: Bytes;
}
const kBody = schema({
  1: { name: "signers", type: "bytes", repeated: true },
  2: { name: "lead", type: "bytes" },
  3: { name: "expires_ms", type: "int64" },
  4: { name: "nonce", type: "bytes" },
  5: { name: "call", type: "string" },
  6: { name: "arguments", type: "bytes" },
});

export interface Envelope {
  body: Bytes;
  signatures: Bytes[];
}
const kEnvelope = schema({
  1: { name: "body", type: "bytes" },
  2: { name: "signatures", type: "bytes", repeated: true },
});

export interface Receipt {
  transaction_id: Bytes;
  code: string;
  trace: string;
  rules: { negative_list: bigint; credit_rules: bigint; parameters: bigint } | undefined;
  object: string;
  nested: Receipt | undefined;
}
const kRuleVersions = schema({
  1: { name: "negative_list", type: "uint64" },
  2: { name: "credit_rules", type: "uint64" },
  3: { name: "parameters", type: "uint64" },
});
const kReceipt: Schema = schema({
  1: { name: "transaction_id", type: "bytes" },
  2: { name: "code", type: "string" },
  3: { name: "trace", type: "string" },
  4: { name: "rules", type: { message: () => kRuleVersions } },
  5: { name: "object", type: "string" },
  6: { name: "nested", type: { message: () => kReceipt } },
});

export interface Genesis {
  chain: string;
  suite: string;
  time_ms: bigint;
  logic_version: number;
  window: number;
  short_expiry_ms: bigint;
  validators: { organisation: string; consensus_key: Bytes }[];
  records: { kind: number; id: string; record: Bytes }[];
}
const kGenesisValidator = schema({
  1: { name: "organisation", type: "string" },
  2: { name: "consensus_key", type: "bytes" },
});
const kGenesisRecord = schema({
  1: { name: "kind", type: "uint32" },
  2: { name: "id", type: "string" },
  3: { name: "record", type: "bytes" },
});
const kGenesis = schema({
  1: { name: "chain", type: "string" },
  2: { name: "suite", type: "string" },
  3: { name: "time_ms", type: "int64" },
  4: { name: "logic_version", type: "uint32" },
  5: { name: "window", type: "uint32" },
  6: { name: "short_expiry_ms", type: "int64" },
  7: { name: "validators", type: { message: () => kGenesisValidator }, repeated: true },
  8: { name: "records", type: { message: () => kGenesisRecord }, repeated: true },
});

export interface MapProof {
  leaf_key_hash: Bytes;
  leaf_value_hash: Bytes;
  siblings: Bytes[];
}
const kMapProof = schema({
  1: { name: "leaf_key_hash", type: "bytes" },
  2: { name: "leaf_value_hash", type: "bytes" },
  3: { name: "siblings", type: "bytes", repeated: true },
});

export interface JournalEntry {
  leaf: Bytes;
  payload: Bytes;
  record: Bytes;
}
const kJournalEntry = schema({
  1: { name: "leaf", type: "bytes" },
  2: { name: "payload", type: "bytes" },
  3: { name: "record", type: "bytes" },
});

export interface JournalRange {
  count: bigint;
  first: bigint;
  entries: JournalEntry[];
  subtrees: Bytes[];
}
const kJournalRange = schema({
  1: { name: "count", type: "uint64" },
  2: { name: "first", type: "uint64" },
  3: { name: "entries", type: { message: () => kJournalEntry }, repeated: true },
  4: { name: "subtrees", type: "bytes", repeated: true },
});

/** What is claimed of one key; the numbers are the wire's. */
export const Claim = { CURRENT: 1, AT_HEIGHT: 2, HISTORY: 3, RANGE: 4, ABSENT: 5, ABSENT_AT_HEIGHT: 6 } as const;
export type ClaimName = keyof typeof Claim;

export interface StateFact {
  claim: number;
  kind: number;
  id: string;
  from: bigint;
  to: bigint;
  journal: JournalRange | undefined;
  current_record_hash: Bytes;
  map: MapProof | undefined;
}
const kStateFact = schema({
  1: { name: "claim", type: { values: [0, ...Object.values(Claim)] } },
  2: { name: "kind", type: "uint32" },
  3: { name: "id", type: "string" },
  4: { name: "from", type: "uint64" },
  5: { name: "to", type: "uint64" },
  6: { name: "journal", type: { message: () => kJournalRange } },
  7: { name: "current_record_hash", type: "bytes" },
  8: { name: "map", type: { message: () => kMapProof } },
});

export interface TransactionFact {
  envelope: Bytes;
  receipt: Bytes;
  index: bigint;
  path: Bytes[];
}
const kTransactionFact = schema({
  1: { name: "envelope", type: "bytes" },
  2: { name: "receipt", type: "bytes" },
  3: { name: "index", type: "uint64" },
  4: { name: "path", type: "bytes", repeated: true },
});

const kHistoryProof = schema({
  1: { name: "header", type: "bytes" },
  2: { name: "path", type: "bytes", repeated: true },
});
const kEpochHandover = schema({
  1: { name: "certificate", type: "bytes" },
  2: { name: "next_validators", type: "bytes" },
});

export interface FactCertificate {
  version: number;
  genesis_hash: Bytes;
  transaction: TransactionFact | undefined;
  state: StateFact | undefined;
  history: { header: Bytes; path: Bytes[] } | undefined;
  block_certificate: Bytes;
  handovers: { certificate: Bytes; next_validators: Bytes }[];
}
const kFactCertificate = schema({
  1: { name: "version", type: "uint32" },
  2: { name: "genesis_hash", type: "bytes" },
  3: { name: "transaction", type: { message: () => kTransactionFact }, oneof: "fact" },
  4: { name: "state", type: { message: () => kStateFact }, oneof: "fact" },
  5: { name: "history", type: { message: () => kHistoryProof } },
  6: { name: "block_certificate", type: "bytes" },
  7: { name: "handovers", type: { message: () => kEpochHandover }, repeated: true },
});

const decoder =
  <T>(layout: Schema) =>
  (bytes: Bytes): T =>
    decode_canonical(bytes, layout) as T;

export const decode_body = decoder<Body>(kBody);
export const decode_envelope = decoder<Envelope>(kEnvelope);
export const decode_receipt = decoder<Receipt>(kReceipt);
export const decode_genesis = decoder<Genesis>(kGenesis);
export const decode_fact_certificate = decoder<FactCertificate>(kFactCertificate);
