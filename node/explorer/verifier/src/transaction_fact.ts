// Step 6 for a transaction with its receipt, whatever its code.
import { type Bytes, compare, concat, equal } from "./bytes.js";
import type { Header } from "./chain.js";
import { verify_signature } from "./ed25519.js";
import { Tag, tagged } from "./hashing.js";
import { check_path, list_leaf, root_from_inclusion } from "./merkle.js";
import { type Body, type Receipt, type TransactionFact, decode_body, decode_envelope, decode_receipt } from "./messages.js";
import { refuse } from "./refusal.js";

const kMaxEnvelope = 256 * 1024;
const kMaxSigners = 16;
const kMalformed = "COM-101";

export interface ShownTransaction {
  readonly id: Bytes;
  readonly index: bigint;
  readonly body: Body;
  readonly receipt: Receipt;
}

function check_body(body: Body): void {
  const code = kMalformed;
  const { signers } = body;
  if (signers.length < 1 || signers.length > kMaxSigners) refuse(code, `${signers.length} signers`);
  signers.forEach((signer, i) => {
    if (signer.length !== 32) refuse(code, "a signer's key is not of 32 bytes");
    if (i > 0 && compare(signers[i - 1]!, signer) >= 0) refuse(code, "the signers are not ascending and distinct");
  });
  if (!signers.some((signer) => equal(signer, body.lead))) refuse(code, "the lead is not a signer");
  if (body.expires_ms <= 0n) refuse(code, "no expiry");
  if (body.nonce.length < 8 || body.nonce.length > 32) refuse(code, "the nonce is not of 8 to 32 bytes");
  const call = new TextEncoder().encode(body.call).length;
  if (call < 1 || call > 64) refuse(code, "the call is not of 1 to 64 bytes");
}

export function check_transaction(fact: TransactionFact, header: Header): ShownTransaction {
  if (fact.envelope.length > kMaxEnvelope) refuse(kMalformed, "the envelope is too large");
  const envelope = decode_envelope(fact.envelope);
  const body = decode_body(envelope.body);
  check_body(body);
  if (envelope.signatures.some((signature) => signature.length !== 64)) refuse(kMalformed, "a signature is not of 64 bytes");
  if (envelope.signatures.length !== body.signers.length) refuse(kMalformed, "not one signature for each signer");
  const message = concat(Tag.transaction_signature, header.genesis_hash, envelope.body);
  body.signers.forEach((signer, i) => {
    if (!verify_signature(signer, message, envelope.signatures[i]!)) refuse("COM-201", "a signature does not hold");
  });

  const id = tagged(Tag.transaction_id, envelope.body);
  const receipt = decode_receipt(fact.receipt);
  if (!equal(receipt.transaction_id, id)) refuse("fact.receipt", "the receipt is of another transaction");
  check_path(fact.path);
  const digest = tagged(Tag.envelope, envelope.body, ...envelope.signatures);
  const leaf = list_leaf(concat(id, digest, tagged(Tag.receipt, fact.receipt)));
  const root = root_from_inclusion(fact.index, BigInt(header.transaction_count), leaf, fact.path);
  if (!root || !equal(root, header.transactions_root)) refuse("fact.transactions_root", "the transaction is not in the block");
  return { id, index: fact.index, body, receipt };
}
