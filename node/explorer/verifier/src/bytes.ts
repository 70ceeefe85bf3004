// Bytes, hex and big-endian fixed layouts.
import { refuse } from "./refusal.js";

export type Bytes = Uint8Array;

const kHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function hex(bytes: Bytes): string {
  let text = "";
  for (const byte of bytes) text += kHex[byte];
  return text;
}

/** Throws on anything but pairs of hex digits: for vectors and pins, not for certificates. */
export function unhex(text: string): Bytes {
  if (text.length % 2 !== 0 || /[^0-9a-fA-F]/.test(text)) throw new Error("not hexadecimal");
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

export function ascii(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function concat(...parts: Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function equal(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Order by unsigned bytes: negative, zero or positive. */
export function compare(a: Bytes, b: Bytes): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

export function u8(value: number): Bytes {
  return Uint8Array.of(value);
}

export function u16(value: number): Bytes {
  return Uint8Array.of(value >>> 8, value);
}

export function u64(value: bigint): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, value);
  return out;
}

/** Reads a fixed layout; `code` is what a layout that does not fit is refused with. */
export class Reader {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Bytes, private readonly code: string) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(size: number): Bytes {
    if (size > this.bytes.length - this.at) refuse(this.code, "cut short");
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  u8(): number {
    return this.take(1)[0]!;
  }
  u16(): number {
    this.take(2);
    return this.view.getUint16(this.at - 2);
  }
  u32(): number {
    this.take(4);
    return this.view.getUint32(this.at - 4);
  }
  u64(): bigint {
    this.take(8);
    return this.view.getBigUint64(this.at - 8);
  }
  i64(): bigint {
    this.take(8);
    return this.view.getBigInt64(this.at - 8);
  }

  end(): void {
    if (this.at !== this.bytes.length) refuse(this.code, "bytes left over");
  }
}
