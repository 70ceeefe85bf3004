// Step 6 for a claim about one key: which entries prove it, what each of them must show, and the way up to the state root.
import { type Bytes, concat, equal, u16, u64 } from "./bytes.js";
import { read_layout } from "./canonical.js";
import type { Header } from "./chain.js";
import type { StateClaim } from "./fact.js";
import { Tag, map_key, tagged } from "./hashing.js";
import { type MapLeaf, list_leaf, root_from_map_path, root_from_range } from "./merkle.js";
import { Claim, type ClaimName, type JournalRange, type MapProof, type StateFact } from "./messages.js";
import { refuse } from "./refusal.js";

const kNoRecord = new Uint8Array(32);

/** A journal leaf with what the certificate shows of it. */
interface Entry {
  readonly height: bigint;
  readonly time_ms: bigint;
  readonly transaction: number;
  readonly event: number;
  readonly kind: number;
  readonly payload_hash: Bytes;
  readonly record_hash: Bytes;
  readonly leaf: Bytes;
  readonly payload: Bytes;
  readonly record: Bytes;
}

export interface ShownEntry {
  readonly height: bigint;
  readonly time_ms: bigint;
  readonly transaction: number;
  readonly event: number;
  readonly kind: number;
  readonly payload: Bytes;
  /** The record after it, where this entry changed it. */
  readonly record: Bytes | undefined;
}

/** In the order in which a journal grows, none above the header. */
function decode_entries(journal: JournalRange, header: Header): Entry[] {
  const out: Entry[] = [];
  for (const entry of journal.entries) {
    const decoded = read_layout(entry.leaf, "leaf.size", (reader) => ({
      height: reader.u64(),
      time_ms: reader.i64(),
      transaction: reader.u32(),
      event: reader.u32(),
      kind: reader.u16(),
      payload_hash: reader.take(32),
      record_hash: reader.take(32),
      ...entry,
    }));
    if (decoded.height > header.height) refuse("fact.journal", "an entry stands above the header");
    const last = out[out.length - 1];
    if (last && !before(last, decoded)) refuse("fact.journal", "the entries are out of order");
    out.push(decoded);
  }
  return out;
}

function before(a: Entry, b: Entry): boolean {
  if (a.height !== b.height) return a.height < b.height;
  if (a.transaction !== b.transaction) return a.transaction < b.transaction;
  return a.event < b.event;
}

function check_payload(entry: Entry, shown: boolean): void {
  const holds = shown ? equal(tagged(Tag.event_payload, entry.payload), entry.payload_hash) : entry.payload.length === 0;
  if (!holds) refuse("fact.payload", "a payload is not what its leaf names");
}

/** The record where it must be shown and there is one; `undefined` otherwise, and then nothing may be shown. */
function check_record(entry: Entry, shown: boolean): Bytes | undefined {
  if (!shown || equal(entry.record_hash, kNoRecord)) {
    if (entry.record.length !== 0) refuse("fact.record", "a record is shown that the claim does not need");
    return undefined;
  }
  if (!equal(tagged(Tag.record, entry.record), entry.record_hash)) refuse("fact.record", "a record is not what its leaf names");
  return entry.record;
}

function check_bare(entry: Entry): void {
  check_payload(entry, false);
  check_record(entry, false);
}

/** Entries in full, each record where it differs from the one before; `previous` is the record hash in force at the start. */
function show(entries: Entry[], previous: Bytes): ShownEntry[] {
  return entries.map((entry) => {
    check_payload(entry, true);
    const record = check_record(entry, !equal(entry.record_hash, previous));
    previous = entry.record_hash;
    return { ...pick(entry), record };
  });
}

function pick({ height, time_ms, transaction, event, kind, payload }: Entry): Omit<ShownEntry, "record"> {
  return { height, time_ms, transaction, event, kind, payload };
}

/** The one entry of CURRENT or AT_HEIGHT, which shows the record in force after it. */
function show_latest(entry: Entry): Pick<StateClaim, "entries" | "record"> {
  check_payload(entry, true);
  const record = check_record(entry, true);
  return { entries: [{ ...pick(entry), record }], record };
}

/** What the entries show under the claim, refused unless they are exactly those that prove its ends. */
function check_claim(claim: ClaimName, fact: StateFact, journal: JournalRange, entries: Entry[]): Pick<StateClaim, "entries" | "record"> {
  const { from, to } = fact;
  const to_the_end = journal.first + BigInt(entries.length) === journal.count;
  const must = (holds: boolean, what: string) => {
    if (!holds) refuse("fact.claim", what);
  };
  const [first, second] = entries;
  if (!first) refuse("fact.claim", "no entry is shown");
  switch (claim) {
    case "CURRENT":
      must(entries.length === 1 && to_the_end, "the entry shown is not the last one");
      return show_latest(first);
    case "AT_HEIGHT":
      must(first.height <= from, "the entry stands above the height asked for");
      if (second) {
        must(entries.length === 2 && second.height > from, "more is shown than the entry and its right neighbour");
        check_bare(second);
      } else {
        must(to_the_end, "the entry is shown without its right neighbour");
      }
      return show_latest(first);
    case "HISTORY":
      must(journal.first === 0n && to_the_end, "not all entries are shown");
      return { entries: show(entries, kNoRecord), record: undefined };
    case "RANGE": {
      const left = first.height < from ? first : undefined;
      must(journal.first === 0n || left !== undefined, "the range's left end is not proved");
      if (left) check_payload(left, false);
      const record = left && check_record(left, true);
      const last = entries[entries.length - 1]!;
      const right = last.height > to ? last : undefined;
      must(to_the_end || right !== undefined, "the range's right end is not proved");
      if (right) check_bare(right);
      const inside = entries.slice(left ? 1 : 0, right ? -1 : undefined);
      must(inside.every((entry) => from <= entry.height && entry.height <= to), "entries outside of the range are shown");
      return { entries: show(inside, left ? left.record_hash : kNoRecord), record };
    }
    case "ABSENT_AT_HEIGHT":
      must(entries.length === 1 && journal.first === 0n, "the entry shown is not the first one");
      must(first.height > from, "the key existed at the height asked for");
      check_bare(first);
      return { entries: [], record: undefined };
    case "ABSENT":
      refuse("fact.claim", "an absent key has no journal");
  }
}

/** What the proof brings along at the end of the path: a leaf of another key, or nothing. */
function shipped_leaf(proof: MapProof): MapLeaf | undefined {
  if (proof.siblings.some((sibling) => sibling.length !== 32)) refuse("fact.map", "a sibling is not a hash");
  const { leaf_key_hash: key_hash, leaf_value_hash: value_hash } = proof;
  if (key_hash.length === 0 && value_hash.length === 0) return undefined;
  if (key_hash.length !== 32 || value_hash.length !== 32) refuse("fact.map", "the leaf at the end of the path is not two hashes");
  return { key_hash, value_hash };
}

/** The claim's own numbers: present where it has them, zero where it has none. */
function check_question(claim: ClaimName, fact: StateFact, header: Header): void {
  if (fact.kind > 0xffff) refuse("fact.kind", "the kind exceeds 16 bits");
  const has_from = claim === "AT_HEIGHT" || claim === "RANGE" || claim === "ABSENT_AT_HEIGHT";
  const has_to = claim === "RANGE";
  if ((!has_from && fact.from !== 0n) || (!has_to && fact.to !== 0n)) refuse("fact.claim", "a height is named that the claim does not have");
  // The header knows nothing of what comes after it.
  if (fact.from > header.height || fact.to > header.height) refuse("fact.claim", "the claim reaches beyond the header");
  if (has_to && fact.to < fact.from) refuse("fact.claim", "the range is empty");
}

/** Rebuilds what the map holds for the key from the entries shown. */
function journal_value(fact: StateFact, journal: JournalRange, entries: Entry[], root: Bytes): Bytes {
  const to_the_end = journal.first + BigInt(entries.length) === journal.count;
  if (fact.current_record_hash.length !== (to_the_end ? 0 : 32)) refuse("fact.record", "the current record's hash is shown in vain, or missing");
  const current = to_the_end ? entries[entries.length - 1]!.record_hash : fact.current_record_hash;
  return tagged(Tag.map_value, concat(u16(fact.kind), u64(journal.count), root, current));
}

export function check_state(fact: StateFact, header: Header): StateClaim {
  const claim = (Object.keys(Claim) as ClaimName[]).find((name) => Claim[name] === fact.claim);
  if (!claim) refuse("fact.claim", "no claim");
  check_question(claim, fact, header);
  if (!fact.map) refuse("fact.map", "no map proof");
  let leaf = shipped_leaf(fact.map);
  const key_hash = map_key(fact.kind, fact.id);
  let shown: Pick<StateClaim, "entries" | "record"> = { entries: [], record: undefined };
  if (claim === "ABSENT") {
    if (fact.journal || fact.current_record_hash.length !== 0) refuse("fact.claim", "an absent key has no journal");
    if (leaf && equal(leaf.key_hash, key_hash)) refuse("fact.state_root", "the key is there");
  } else {
    if (!fact.journal) refuse("fact.journal", "no journal");
    const leaves = fact.journal.entries.map((entry) => list_leaf(entry.leaf));
    const root = root_from_range(fact.journal.count, fact.journal.first, leaves, fact.journal.subtrees);
    if (!root) refuse("fact.journal", "the entries and subtrees do not fit the journal");
    const entries = decode_entries(fact.journal, header);
    shown = check_claim(claim, fact, fact.journal, entries);
    const value_hash = journal_value(fact, fact.journal, entries, root);
    if (leaf) refuse("fact.map", "an inclusion proof leaves its leaf out");
    leaf = { key_hash, value_hash };
  }
  const state_root = root_from_map_path(key_hash, leaf, fact.map.siblings);
  if (!state_root || !equal(state_root, header.state_root)) refuse("fact.state_root", "the proof does not lead to the state root");
  return { claim, kind: fact.kind, id: fact.id, from: fact.from, to: fact.to, ...shown };
}
