// The certificate of a fact, verified offline against a pinned genesis. The steps and their order are those of
// `ledger/README.md`, "To verify"; each refuses with a code of its own.
import { type Bytes, equal, hex } from "./bytes.js";
import { type Header, type PinnedGenesis, type ValidatorSet, check_block_certificate, decode_header, decode_validators, kLogicVersion } from "./chain.js";
import { check_path, list_leaf, root_from_inclusion } from "./merkle.js";
import { type ClaimName, type FactCertificate, decode_fact_certificate } from "./messages.js";
import { refuse } from "./refusal.js";
import { type ShownEntry, check_state } from "./state_fact.js";
import { type ShownTransaction, check_transaction } from "./transaction_fact.js";

/** Longest certificate that is read. */
const kMaxBytes = 64 * 1024 * 1024;

/** A later head that the reader trusts by other means; it removes the assumption that no past quorum's keys leaked. */
export interface PinnedHead {
  readonly height: bigint;
  readonly hash: Bytes;
}

export interface StateClaim {
  readonly claim: ClaimName;
  readonly kind: number;
  readonly id: string;
  readonly from: bigint;
  readonly to: bigint;
  /** Events that the claim shows, oldest first; for RANGE without the neighbours that prove its ends. */
  readonly entries: readonly ShownEntry[];
  /** CURRENT: now; AT_HEIGHT: after block `from`; RANGE: when it opens. Undefined where no record was in force. */
  readonly record: Bytes | undefined;
}

/** What a verified certificate says, and what that rests on. `from`, `to` and the id are the question: compare them with yours. */
export interface VerifiedFact {
  readonly chain: string;
  /** The header under which the fact stands. */
  readonly header: Header;
  /** The header that a quorum signed: the same, or a later one that leads back to it by history proof. */
  readonly certified: Header;
  readonly signers: readonly string[];
  readonly validators: number;
  readonly handovers: number;
  readonly pinned_head: boolean;
  readonly transaction: ShownTransaction | undefined;
  readonly state: StateClaim | undefined;
}

/** Step 2: epochs in turn, without a gap. The set that must have certified the last header, and the last boundary's height. */
function follow_handovers(certificate: FactCertificate, genesis: PinnedGenesis): { set: ValidatorSet; boundary: bigint } {
  let set = genesis.validators;
  let boundary = 0n;
  for (const handover of certificate.handovers) {
    const { header } = check_block_certificate(handover.certificate, genesis.hash, set);
    if (header.height <= boundary) refuse("fact.handover", "a hand-over does not stand above the boundary before it");
    if (equal(header.next_validators_hash, header.validators_hash)) refuse("fact.handover", "the header retires no set");
    const next = decode_validators(handover.next_validators);
    if (next.epoch !== set.epoch + 1n) refuse("fact.handover", `epoch ${next.epoch} follows epoch ${set.epoch}`);
    if (!equal(next.hash, header.next_validators_hash)) refuse("fact.handover", "the boundary header names another set");
    set = next;
    boundary = header.height;
  }
  return { set, boundary };
}

/** Step 4: the older header under which the fact stands, or the certified one. */
function fact_header(certificate: FactCertificate, certified: Header): Header {
  if (!certificate.history) return certified;
  const header = decode_header(certificate.history.header);
  check_path(certificate.history.path);
  if (!equal(header.genesis_hash, certified.genesis_hash)) refuse("fact.history", "the older header is of another chain");
  if (header.height >= certified.height) refuse("fact.history", "the older header is not older");
  const root = root_from_inclusion(header.height, certified.height, list_leaf(header.hash), certificate.history.path);
  if (!root || !equal(root, certified.history_root)) refuse("fact.history", "the older header is not of the certified header's past");
  return header;
}

/** Verifies certificate bytes; throws a `Refusal` that says which step failed. Pure: no network, clock or state. */
export function verify_fact(bytes: Bytes, genesis: PinnedGenesis, head?: PinnedHead): VerifiedFact {
  if (bytes.length > kMaxBytes) refuse("fact.size", "a certificate has at most 64 MiB");
  const certificate = decode_fact_certificate(bytes);
  if (certificate.version !== 1) refuse("fact.version", `version ${certificate.version} is not known`);
  if (!equal(certificate.genesis_hash, genesis.hash)) refuse("fact.chain", "the certificate is of another chain");
  const { set, boundary } = follow_handovers(certificate, genesis);
  const { header: certified, signers } = check_block_certificate(certificate.block_certificate, genesis.hash, set);
  if (certified.height <= boundary) refuse("fact.height", "the certified header does not stand above the last boundary");
  if (head && (head.height !== certified.height || !equal(head.hash, certified.hash))) {
    refuse("fact.pinned_head", `the certified header is not the pinned head ${head.height} ${hex(head.hash)}`);
  }
  const header = fact_header(certificate, certified);
  for (const { logic_version } of [certified, header]) {
    if (logic_version !== kLogicVersion) refuse("fact.logic_version", `logic version ${logic_version} is not known`);
  }
  if (!certificate.transaction && !certificate.state) refuse("fact.empty", "no fact is claimed");
  return {
    chain: genesis.chain,
    header,
    certified,
    signers: signers.map((signer) => set.members[signer]!.organisation),
    validators: set.members.length,
    handovers: certificate.handovers.length,
    pinned_head: head !== undefined,
    transaction: certificate.transaction && check_transaction(certificate.transaction, header),
    state: certificate.state && check_state(certificate.state, header),
  };
}

