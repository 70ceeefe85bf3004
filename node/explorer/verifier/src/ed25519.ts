// Ed25519 under the one consensus-critical rule of `ledger/README.md`, "Signatures": canonical A and R, S < L,
// L·A = identity and A ≠ identity, 8·(S·B − h·A − R) = identity. Libraries and browsers decide the edges in other ways,
// so the arithmetic is here. Nothing is secret in a verification: constant time is not needed.
import { type Bytes, concat, hex } from "./bytes.js";
import { sha256, sha512 } from "./sha2.js";

const P = (1n << 255n) - 19n;
const L = (1n << 252n) + 27742317777372353535851937790883648493n;

function mod(a: bigint): bigint {
  const r = a % P;
  return r < 0n ? r + P : r;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % P;
    b = (b * b) % P;
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const D2 = mod(2n * D);
const kSqrtMinusOne = power(2n, (P - 1n) / 4n);

/** Extended coordinates: x = X/Z, y = Y/Z, T = X·Y/Z. Any representative of the residues, also negative ones. */
interface Point {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
  readonly T: bigint;
}

const kIdentity: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };

/** The complete addition law (Hisil, Wong, Carter, Dawson 2008, a = −1): no exceptional cases. */
function add(p: Point, q: Point): Point {
  const a = ((p.Y - p.X) * (q.Y - q.X)) % P;
  const b = ((p.Y + p.X) * (q.Y + q.X)) % P;
  const c = (((p.T * D2) % P) * q.T) % P;
  const d = (2n * p.Z * q.Z) % P;
  const e = b - a;
  const f = d - c;
  const g = d + c;
  const h = b + a;
  return { X: (e * f) % P, Y: (g * h) % P, Z: (f * g) % P, T: (e * h) % P };
}

function double(p: Point): Point {
  const a = (p.X * p.X) % P;
  const b = (p.Y * p.Y) % P;
  const c = (2n * p.Z * p.Z) % P;
  const h = a + b;
  const xy = p.X + p.Y;
  const e = h - ((xy * xy) % P);
  const g = a - b;
  const f = c + g;
  return { X: (e * f) % P, Y: (g * h) % P, Z: (f * g) % P, T: (e * h) % P };
}

function negate(p: Point): Point {
  return { X: -p.X, Y: p.Y, Z: p.Z, T: -p.T };
}

function is_identity(p: Point): boolean {
  return mod(p.X) === 0n && mod(p.Y - p.Z) === 0n;
}

function little_endian(bytes: Bytes): bigint {
  return BigInt("0x" + hex(Uint8Array.from(bytes).reverse()));
}

/** The point of a canonical encoding: y < p, no negative zero. */
function decode(bytes: Bytes): Point | undefined {
  const encoded = little_endian(bytes);
  const odd = encoded >> 255n;
  const y = encoded & ((1n << 255n) - 1n);
  if (y >= P) return undefined;
  // x² = (y² − 1) / (d·y² + 1); the square root by RFC 8032, 5.1.3.
  const yy = (y * y) % P;
  const u = mod(yy - 1n);
  const v = mod(D * yy + 1n);
  const v3 = (((v * v) % P) * v) % P;
  const v7 = (((v3 * v3) % P) * v) % P;
  let x = (((u * v3) % P) * power((u * v7) % P, (P - 5n) / 8n)) % P;
  const check = (((v * x) % P) * x) % P;
  if (check === mod(-u)) x = (x * kSqrtMinusOne) % P;
  else if (check !== u) return undefined;
  if (x === 0n && odd === 1n) return undefined;
  if ((x & 1n) !== odd) x = P - x;
  return { X: x, Y: y, Z: 1n, T: (x * y) % P };
}

/** Signed odd digits |d| < 2^(width−1), most of them zero, least significant first. */
function digits(scalar: bigint, width: number): number[] {
  const out: number[] = [];
  const full = 1n << BigInt(width);
  for (let k = scalar; k > 0n; k >>= 1n) {
    let digit = 0n;
    if (k & 1n) {
      digit = k & (full - 1n);
      if (digit >= full >> 1n) digit -= full;
      k -= digit;
    }
    out.push(Number(digit));
  }
  return out;
}

/** p, 3p, 5p, ... as far as digits of `width` reach. */
function odd_multiples(p: Point, width: number): Point[] {
  const twice = double(p);
  const out = [p];
  while (out.length < 1 << (width - 2)) out.push(add(out[out.length - 1]!, twice));
  return out;
}

function pick(table: Point[], digit: number): Point {
  const point = table[(Math.abs(digit) - 1) / 2]!;
  return digit < 0 ? negate(point) : point;
}

const kBaseWidth = 8;
const kKeyWidth = 5;
const kBase = odd_multiples(decode(concat(Uint8Array.of(0x58), new Uint8Array(31).fill(0x66)))!, kBaseWidth);

/** a·B + b·P, where `table` holds the odd multiples of P. */
function double_multiply(a: bigint, b: bigint, table: Point[]): Point {
  const first = digits(a, kBaseWidth);
  const second = digits(b, kKeyWidth);
  let sum = kIdentity;
  for (let i = Math.max(first.length, second.length) - 1; i >= 0; i--) {
    sum = double(sum);
    if (first[i]) sum = add(sum, pick(kBase, first[i]!));
    if (second[i]) sum = add(sum, pick(table, second[i]!));
  }
  return sum;
}

/** Odd multiples of −A for keys that hold, null for those that do not; emptied when full. */
const checked = new Map<string, Point[] | null>();
const kMaxChecked = 1024;

function check_key(key: Bytes): Point[] | null {
  const name = hex(key);
  const known = checked.get(name);
  if (known !== undefined) return known;
  const point = key.length === 32 ? decode(key) : undefined;
  let table: Point[] | null = null;
  if (point && !is_identity(point)) {
    const negative = odd_multiples(negate(point), kKeyWidth);
    if (is_identity(double_multiply(0n, L, negative))) table = negative;
  }
  if (checked.size >= kMaxChecked) checked.clear();
  checked.set(name, table);
  return table;
}

/** Whether the key may stand in a validator set or a transaction. */
export function valid_key(key: Bytes): boolean {
  return check_key(key) !== null;
}

/** Signatures that held, by digest; emptied when full. Certificates of one chain share headers. */
const held = new Set<string>();
const kMaxHeld = 4096;

export function verify_signature(key: Bytes, message: Bytes, signature: Bytes): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  const name = hex(sha256(concat(key, signature, message)));
  if (held.has(name)) return true;
  if (!check_signature(key, message, signature)) return false;
  if (held.size >= kMaxHeld) held.clear();
  held.add(name);
  return true;
}

function check_signature(key: Bytes, message: Bytes, signature: Bytes): boolean {
  const s = little_endian(signature.subarray(32));
  if (s >= L) return false;
  const encoded = signature.subarray(0, 32);
  const table = check_key(key);
  const r = decode(encoded);
  if (!table || !r) return false;
  const h = little_endian(sha512(concat(encoded, key, message))) % L;
  let rest = add(double_multiply(s, h, table), negate(r));
  for (let i = 0; i < 3; i++) rest = double(rest);
  return is_identity(rest);
}
