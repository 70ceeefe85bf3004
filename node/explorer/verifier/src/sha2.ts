// SHA-256 and SHA-512 (FIPS 180-4), synchronous: a browser's own digest is asynchronous, and a verifier that is a pure
// function is easier to trust. The constants are computed from their definition, so there is no table to mistype.
import type { Bytes } from "./bytes.js";

function primes(count: number): bigint[] {
  const out: bigint[] = [];
  for (let n = 2n; out.length < count; n++) {
    if (out.every((prime) => n % prime !== 0n)) out.push(n);
  }
  return out;
}

/** floor(n^(1/degree)) by bisection. */
function root(n: bigint, degree: bigint): bigint {
  let low = 0n;
  let high = 1n << 80n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= n) low = middle;
    else high = middle;
  }
  return low;
}

// The first 64 bits of the fractional parts; SHA-256 uses the first 32 of them.
const kCubeRoots = primes(80).map((prime) => BigInt.asUintN(64, root(prime << 192n, 3n)));
const kSquareRoots = primes(8).map((prime) => BigInt.asUintN(64, root(prime << 128n, 2n)));
const high = (words: bigint[]) => Int32Array.from(words, (word) => Number(BigInt.asIntN(32, word >> 32n)));
const low = (words: bigint[]) => Int32Array.from(words, (word) => Number(BigInt.asIntN(32, word)));
const kRoundHigh = high(kCubeRoots);
const kRoundLow = low(kCubeRoots);
const kStartHigh = high(kSquareRoots);
const kStartLow = low(kSquareRoots);

/** The message with its padding, whole blocks long. */
function padded(message: Bytes, block: number): DataView {
  const size = Math.ceil((message.length + 1 + block / 8) / block) * block;
  const out = new Uint8Array(size);
  out.set(message);
  out[message.length] = 0x80;
  const view = new DataView(out.buffer);
  view.setBigUint64(size - 8, BigInt(message.length) * 8n);
  return view;
}

const words256 = new Int32Array(64);

export function sha256(message: Bytes): Bytes {
  const data = padded(message, 64);
  const state = Int32Array.from(kStartHigh);
  const w = words256;
  for (let at = 0; at < data.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = data.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!;
      const y = w[i - 2]!;
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + kRoundHigh[i]! + w[i]!) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = (state[i]! + word) | 0));
  }
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  state.forEach((word, i) => view.setInt32(4 * i, word));
  return out;
}

const high512 = new Int32Array(80);
const low512 = new Int32Array(80);

/** 64-bit words as two 32-bit halves: BigInt would cost ten times the time here. */
export function sha512(message: Bytes): Bytes {
  const data = padded(message, 128);
  const sh = Int32Array.from(kStartHigh);
  const sl = Int32Array.from(kStartLow);
  const wh = high512;
  const wl = low512;
  const vh = new Int32Array(8);
  const vl = new Int32Array(8);
  for (let at = 0; at < data.byteLength; at += 128) {
    for (let i = 0; i < 16; i++) {
      wh[i] = data.getInt32(at + 8 * i);
      wl[i] = data.getInt32(at + 8 * i + 4);
    }
    for (let i = 16; i < 80; i++) {
      const xh = wh[i - 15]!;
      const xl = wl[i - 15]!;
      const yh = wh[i - 2]!;
      const yl = wl[i - 2]!;
      const s0h = ((xh >>> 1) | (xl << 31)) ^ ((xh >>> 8) | (xl << 24)) ^ (xh >>> 7);
      const s0l = ((xl >>> 1) | (xh << 31)) ^ ((xl >>> 8) | (xh << 24)) ^ ((xl >>> 7) | (xh << 25));
      const s1h = ((yh >>> 19) | (yl << 13)) ^ ((yl >>> 29) | (yh << 3)) ^ (yh >>> 6);
      const s1l = ((yl >>> 19) | (yh << 13)) ^ ((yh >>> 29) | (yl << 3)) ^ ((yl >>> 6) | (yh << 26));
      const sum = (wl[i - 16]! >>> 0) + (s0l >>> 0) + (wl[i - 7]! >>> 0) + (s1l >>> 0);
      wl[i] = sum | 0;
      wh[i] = (wh[i - 16]! + s0h + wh[i - 7]! + s1h + Math.floor(sum / 4294967296)) | 0;
    }
    vh.set(sh);
    vl.set(sl);
    for (let i = 0; i < 80; i++) {
      const ah = vh[0]!;
      const al = vl[0]!;
      const eh = vh[4]!;
      const el = vl[4]!;
      const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23));
      const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23));
      const chh = (eh & vh[5]!) ^ (~eh & vh[6]!);
      const chl = (el & vl[5]!) ^ (~el & vl[6]!);
      const sum1 = (vl[7]! >>> 0) + (s1l >>> 0) + (chl >>> 0) + (kRoundLow[i]! >>> 0) + (wl[i]! >>> 0);
      const t1h = (vh[7]! + s1h + chh + kRoundHigh[i]! + wh[i]! + Math.floor(sum1 / 4294967296)) | 0;
      const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25));
      const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25));
      const mh = (ah & vh[1]!) ^ (ah & vh[2]!) ^ (vh[1]! & vh[2]!);
      const ml = (al & vl[1]!) ^ (al & vl[2]!) ^ (vl[1]! & vl[2]!);
      const sum2 = (sum1 >>> 0) + (s0l >>> 0) + (ml >>> 0);
      const sumE = (vl[3]! >>> 0) + (sum1 >>> 0);
      const newEh = (vh[3]! + t1h + Math.floor(sumE / 4294967296)) | 0;
      vh.copyWithin(1, 0, 7);
      vl.copyWithin(1, 0, 7);
      vh[4] = newEh;
      vl[4] = sumE | 0;
      vh[0] = (t1h + s0h + mh + Math.floor(sum2 / 4294967296)) | 0;
      vl[0] = sum2 | 0;
    }
    for (let i = 0; i < 8; i++) {
      const sum = (sl[i]! >>> 0) + (vl[i]! >>> 0);
      sl[i] = sum | 0;
      sh[i] = (sh[i]! + vh[i]! + Math.floor(sum / 4294967296)) | 0;
    }
  }
  const out = new Uint8Array(64);
  const view = new DataView(out.buffer);
  for (let i = 0; i < 8; i++) {
    view.setInt32(8 * i, sh[i]!);
    view.setInt32(8 * i + 4, sl[i]!);
  }
  return out;
}
