// The two authenticated structures: RFC 6962 lists and the map with the Jellyfish Merkle Tree's hash rules.
import { type Bytes, ascii, concat, equal } from "./bytes.js";
import { refuse } from "./refusal.js";
import { sha256 } from "./sha2.js";

const kLeafPrefix = Uint8Array.of(0);
const kNodePrefix = Uint8Array.of(1);

export function list_leaf(data: Bytes): Bytes {
  return sha256(concat(kLeafPrefix, data));
}

export function list_node(left: Bytes, right: Bytes): Bytes {
  return sha256(concat(kNodePrefix, left, right));
}

/** Where a list of `size` > 1 splits: the largest power of two below it. */
function split(size: bigint): bigint {
  return 1n << BigInt((size - 1n).toString(2).length - 1);
}

/** Rebuilds a root from part of a tree; undefined when the hashes at hand do not fit its shape. */
class Rebuild {
  private next = 0;

  constructor(
    private readonly first: bigint,
    private readonly leaves: Bytes[],
    private readonly subtrees: Bytes[],
  ) {}

  /** Of the tree over leaves [low, low + size). */
  root(low: bigint, size: bigint): Bytes | undefined {
    const end = this.first + BigInt(this.leaves.length);
    if (low >= end || low + size <= this.first) {
      const subtree = this.subtrees[this.next++];
      return subtree?.length === 32 ? subtree : undefined;
    }
    if (size === 1n) return this.leaves[Number(low - this.first)];
    const half = split(size);
    const left = this.root(low, half);
    const right = left && this.root(low + half, size - half);
    return right && list_node(left, right);
  }

  spent(): boolean {
    return this.next === this.subtrees.length;
  }
}

/**
 * The root of a list of `count` of which the leaf hashes [first, first + leaves.length) are shown, and the hashes of the
 * subtrees left and right of them in the order in which the recursive root meets them. Undefined when they do not fit.
 */
export function root_from_range(count: bigint, first: bigint, leaves: Bytes[], subtrees: Bytes[]): Bytes | undefined {
  if (leaves.length === 0 || first + BigInt(leaves.length) > count) return undefined;
  const rebuild = new Rebuild(first, leaves, subtrees);
  const root = rebuild.root(0n, count);
  return rebuild.spent() ? root : undefined;
}

/** Refuses a path whose nodes are not hashes. */
export function check_path(path: Bytes[]): void {
  if (path.some((node) => node.length !== 32)) refuse("fact.path", "a node of a path is not a hash");
}

/** The root that an audit path (RFC 9162, 2.1.3.2: from the leaf upwards) leads to; undefined when it has another length. */
export function root_from_inclusion(index: bigint, size: bigint, leaf: Bytes, path: Bytes[]): Bytes | undefined {
  if (index >= size) return undefined;
  let position = index;
  let last = size - 1n;
  let root = leaf;
  for (const sibling of path) {
    if (last === 0n || sibling.length !== 32) return undefined;
    if (position & 1n || position === last) {
      root = list_node(sibling, root);
      while (!(position & 1n) && position !== 0n) {
        position >>= 1n;
        last >>= 1n;
      }
    } else {
      root = list_node(root, sibling);
    }
    position >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? root : undefined;
}

/** Whether the list of `size2` and `root2` extends that of `size1` ≥ 1 and `root1` (RFC 9162, 2.1.4.2). */
export function consistent(size1: bigint, size2: bigint, root1: Bytes, root2: Bytes, path: Bytes[]): boolean {
  if (size1 < 1n || size1 > size2) return false;
  if (size1 === size2) return path.length === 0 && equal(root1, root2);
  if (path.some((hash) => hash.length !== 32)) return false;
  const hashes = size1 & (size1 - 1n) ? path : [root1, ...path];
  if (hashes.length === 0) return false;
  let position = size1 - 1n;
  let last = size2 - 1n;
  while (position & 1n) {
    position >>= 1n;
    last >>= 1n;
  }
  let old = hashes[0]!;
  let now = hashes[0]!;
  for (const hash of hashes.slice(1)) {
    if (last === 0n) return false;
    if (position & 1n || position === last) {
      old = list_node(hash, old);
      now = list_node(hash, now);
      while (!(position & 1n) && position !== 0n) {
        position >>= 1n;
        last >>= 1n;
      }
    } else {
      now = list_node(now, hash);
    }
    position >>= 1n;
    last >>= 1n;
  }
  return last === 0n && equal(old, root1) && equal(now, root2);
}

const kMapLeaf = ascii("JMT::LeafNode");
const kMapNode = ascii("JMT::IntrnalNode");
const kEmptyMap = ascii("SPARSE_MERKLE_PLACEHOLDER_HASH__");

/** Bit `depth` of a key hash, from the most significant. */
function bit(key_hash: Bytes, depth: number): number {
  return (key_hash[depth >> 3]! >> (7 - (depth & 7))) & 1;
}

/** What stands at the end of a path in the map: one leaf. */
export interface MapLeaf {
  readonly key_hash: Bytes;
  readonly value_hash: Bytes;
}

/**
 * The map's root, given what stands at the end of the path of `key_hash` (a leaf or nothing) and the siblings from the
 * bottom up. Undefined when they cannot stand there: too deep, or a leaf that belongs elsewhere.
 */
export function root_from_map_path(key_hash: Bytes, leaf: MapLeaf | undefined, siblings: Bytes[]): Bytes | undefined {
  const depth = siblings.length;
  if (depth > 256 || siblings.some((sibling) => sibling.length !== 32)) return undefined;
  let root = kEmptyMap;
  if (leaf) {
    for (let i = 0; i < depth; i++) {
      if (bit(leaf.key_hash, i) !== bit(key_hash, i)) return undefined;
    }
    root = sha256(concat(kMapLeaf, leaf.key_hash, leaf.value_hash));
  }
  siblings.forEach((sibling, i) => {
    root = sha256(bit(key_hash, depth - 1 - i) ? concat(kMapNode, sibling, root) : concat(kMapNode, root, sibling));
  });
  return root;
}

/** The root of a whole map, for vectors: leaves with distinct keys. */
export function map_root(leaves: MapLeaf[], depth = 0): Bytes {
  if (leaves.length === 0) return kEmptyMap;
  if (leaves.length === 1) return sha256(concat(kMapLeaf, leaves[0]!.key_hash, leaves[0]!.value_hash));
  const side = (wanted: number) => leaves.filter((leaf) => bit(leaf.key_hash, depth) === wanted);
  return sha256(concat(kMapNode, map_root(side(0), depth + 1), map_root(side(1), depth + 1)));
}
