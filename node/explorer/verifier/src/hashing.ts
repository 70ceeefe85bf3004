// Domain tags, and the hashes that are named by them.
import { type Bytes, ascii, concat, u16, u8 } from "./bytes.js";
import { sha256 } from "./sha2.js";

function tag(text: string): Bytes {
  return concat(u8(text.length), ascii(text));
}

export const Tag = {
  genesis: tag("qilian/genesis/v1"),
  transaction_id: tag("qilian/transaction-id/v1"),
  envelope: tag("qilian/envelope/v1"),
  transaction_signature: tag("qilian/transaction-signature/v1"),
  receipt: tag("qilian/receipt/v1"),
  header: tag("qilian/header/v1"),
  validators: tag("qilian/validators/v1"),
  map_key: tag("qilian/map-key/v1"),
  map_value: tag("qilian/map-value/v1"),
  event_payload: tag("qilian/event-payload/v1"),
  record: tag("qilian/record/v1"),
  consensus_signature: tag("qilian/consensus-signature/v1"),
} as const;

export function tagged(domain: Bytes, ...parts: Bytes[]): Bytes {
  return sha256(concat(domain, ...parts));
}

/** The map's key of (kind, id). */
export function map_key(kind: number, id: string): Bytes {
  return tagged(Tag.map_key, u16(kind), new TextEncoder().encode(id));
}
