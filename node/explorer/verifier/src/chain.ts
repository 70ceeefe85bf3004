// What a chain is made of: the pinned genesis, validator sets, headers, and certificates of blocks.
import { type Bytes, Reader, concat, equal, hex, u16, u64, u8 } from "./bytes.js";
import { read_layout } from "./canonical.js";
import { valid_key, verify_signature } from "./ed25519.js";
import { Tag, tagged } from "./hashing.js";
import { decode_genesis } from "./messages.js";
import { refuse } from "./refusal.js";

export const kLogicVersion = 1;
const kSuite = "ed25519-sha256";
const kMaxValidators = 100;
const kCheckpoint = 4;

export interface Validator {
  readonly organisation: string;
  readonly key: Bytes;
}

/** The validators of one epoch; position = replica id. */
export interface ValidatorSet {
  readonly epoch: bigint;
  readonly members: readonly Validator[];
  readonly hash: Bytes;
}

export function quorum(n: number): number {
  const f = Math.floor((n - 1) / 3);
  return Math.ceil((n + f + 1) / 2);
}

/** u64 epoch ‖ u16 n ‖ n × (u8 length ‖ organisation ‖ u8 32 ‖ key), keys valid and distinct. */
export function decode_validators(encoded: Bytes): ValidatorSet {
  const code = "validators.malformed";
  const set = read_layout(encoded, code, (reader) => {
    const epoch = reader.u64();
    const n = reader.u16();
    if (n < 1 || n > kMaxValidators) refuse(code, `a set of ${n} validators`);
    const members: Validator[] = [];
    for (let i = 0; i < n; i++) {
      const name = reader.take(reader.u8());
      if (name.length === 0) refuse(code, "a validator has no name");
      if (reader.u8() !== 32) refuse(code, "a key is not of 32 bytes");
      members.push({ organisation: new TextDecoder().decode(name), key: reader.take(32) });
    }
    return { epoch, members };
  });
  if (new Set(set.members.map((member) => hex(member.key))).size !== set.members.length) refuse(code, "two validators share a key");
  if (!set.members.every((member) => valid_key(member.key))) refuse(code, "a validator's key is not valid");
  return { ...set, hash: tagged(Tag.validators, encoded) };
}

/** The pinned genesis: the chain's identity and its first validators. The reader vouches for these bytes. */
export interface PinnedGenesis {
  readonly hash: Bytes;
  readonly chain: string;
  readonly validators: ValidatorSet;
}

const kMaxChainName = 64;
const kMaxWindow = 1024;
const kMaxShortExpiryMs = 24 * 3_600_000;

/** Refuses what no node would start from, so that a slip of the reader's hand is not taken for a genesis. */
export function pin_genesis(bytes: Bytes): PinnedGenesis {
  const genesis = decode_genesis(bytes);
  const must = (holds: boolean, field: string) => {
    if (!holds) refuse(`genesis.${field}`, `not a value that this verifier knows`);
  };
  const name_size = new TextEncoder().encode(genesis.chain).length;
  must(name_size >= 1 && name_size <= kMaxChainName, "chain");
  must(genesis.suite === kSuite, "suite");
  must(genesis.time_ms > 0n, "time_ms");
  must(genesis.logic_version === kLogicVersion, "logic_version");
  must(genesis.window >= 1 && genesis.window <= kMaxWindow, "window");
  must(genesis.short_expiry_ms >= 1n && genesis.short_expiry_ms <= kMaxShortExpiryMs, "short_expiry_ms");
  const members = genesis.validators.map((validator) => {
    const name = new TextEncoder().encode(validator.organisation);
    must(name.length <= 255 && validator.consensus_key.length === 32, "validators");
    return concat(u8(name.length), name, u8(32), validator.consensus_key);
  });
  must(members.length <= kMaxValidators, "validators");
  return {
    hash: tagged(Tag.genesis, bytes),
    chain: genesis.chain,
    validators: decode_validators(concat(u64(0n), u16(members.length), ...members)),
  };
}

export interface Header {
  readonly logic_version: number;
  readonly genesis_hash: Bytes;
  readonly height: bigint;
  readonly parent: Bytes;
  readonly time_ms: bigint;
  readonly proposer: number;
  readonly epoch: bigint;
  readonly transaction_count: number;
  readonly transactions_root: Bytes;
  readonly history_root: Bytes;
  readonly state_root: Bytes;
  readonly validators_hash: Bytes;
  readonly next_validators_hash: Bytes;
  readonly rules_hash: Bytes;
  readonly hash: Bytes;
}

export const kHeaderSize = 292;

export function decode_header(bytes: Bytes): Header {
  return read_layout(bytes, "header.size", (reader: Reader) => ({
    logic_version: reader.u32(),
    genesis_hash: reader.take(32),
    height: reader.u64(),
    parent: reader.take(32),
    time_ms: reader.i64(),
    proposer: reader.u32(),
    epoch: reader.u64(),
    transaction_count: reader.u32(),
    transactions_root: reader.take(32),
    history_root: reader.take(32),
    state_root: reader.take(32),
    validators_hash: reader.take(32),
    next_validators_hash: reader.take(32),
    rules_hash: reader.take(32),
    hash: tagged(Tag.header, bytes),
  }));
}

/** Header ‖ u16 length ‖ signer bitmap ‖ u16 count ‖ signatures, checked against the set of its epoch. */
export function check_block_certificate(bytes: Bytes, genesis_hash: Bytes, set: ValidatorSet): { header: Header; signers: number[] } {
  const code = "certificate.malformed";
  const { header_bytes, bitmap, signatures } = read_layout(bytes, code, (reader) => ({
    header_bytes: reader.take(kHeaderSize),
    bitmap: reader.take(reader.u16()),
    signatures: Array.from({ length: reader.u16() }, () => reader.take(64)),
  }));
  if (bitmap.length > Math.ceil(kMaxValidators / 8) || signatures.length > kMaxValidators) refuse(code, "more than 100 signers");
  const header = decode_header(header_bytes);
  const n = set.members.length;
  if (!equal(header.genesis_hash, genesis_hash)) refuse("certificate.chain", "the header is of another chain");
  if (header.epoch !== set.epoch) refuse("certificate.epoch", `epoch ${header.epoch} where ${set.epoch} is due`);
  if (!equal(header.validators_hash, set.hash)) refuse("certificate.validators", "the header names another validator set");
  if (bitmap.length !== Math.ceil(n / 8)) refuse("certificate.bitmap", "the bitmap has a wrong length");
  const signers: number[] = [];
  for (let i = 0; i < bitmap.length * 8; i++) {
    if (!((bitmap[i >> 3]! >> (i & 7)) & 1)) continue;
    if (i >= n) refuse("certificate.bitmap", "the bitmap names a validator that does not exist");
    signers.push(i);
  }
  if (signers.length !== signatures.length) refuse("certificate.signatures", "not as many signatures as signers");
  if (signers.length < quorum(n)) refuse("certificate.quorum", `${signers.length} signatures where ${quorum(n)} are needed`);
  const message = concat(
    Tag.consensus_signature, genesis_hash, u64(header.epoch), u8(kCheckpoint), u64(header.height), header.hash,
  );
  signers.forEach((signer, i) => {
    if (!verify_signature(set.members[signer]!.key, message, signatures[i]!)) {
      refuse("certificate.signature", `the signature of validator ${signer} does not hold`);
    }
  });
  return { header, signers };
}
