// Protobuf (proto3) in its one canonical spelling, decided from the bytes and a schema; see `ledger/README.md`, "Encoding".
import { type Bytes, Reader } from "./bytes.js";
import { refuse } from "./refusal.js";

type Scalar = "uint32" | "uint64" | "int64" | "bytes" | "string";

/** How one field is declared. Values are decoded to number (uint32, enum), bigint, Uint8Array, string or an object. */
export interface Field {
  readonly name: string;
  readonly type: Scalar | { readonly message: () => Schema } | { readonly values: readonly number[] };
  readonly repeated?: boolean;
  /** Members of one oneof carry its name; at most one of them may stand. */
  readonly oneof?: string;
}

/** Fields by their numbers. */
export type Schema = ReadonlyMap<number, Field>;

const kCut = "COM-101";
const kNotCanonical = "COM-102";
const kNotText = "COM-103";
const kMaxDepth = 16;

const kVarint = 0;
const kLengthDelimited = 2;
const text_decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Wire {
  private at = 0;

  constructor(private readonly bytes: Bytes) {}

  done(): boolean {
    return this.at === this.bytes.length;
  }

  /** Minimal, at most 64 bits. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes[this.at];
      if (byte === undefined) refuse(kCut, "cut within a number");
      this.at++;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte === 0 && shift > 0n) refuse(kNotCanonical, "a number is longer than it needs to be");
        if (value >> 64n) refuse(kNotCanonical, "a number exceeds 64 bits");
        return value;
      }
      if (shift >= 63n) refuse(kNotCanonical, "a number exceeds 64 bits");
    }
  }

  take(size: bigint): Bytes {
    if (size > BigInt(this.bytes.length - this.at)) refuse(kCut, "cut within a field");
    this.at += Number(size);
    return this.bytes.subarray(this.at - Number(size), this.at);
  }
}

function scalar(field: Field, type: Scalar, wire: Wire): number | bigint | string | Bytes {
  switch (type) {
    case "uint32": {
      const value = wire.varint();
      if (value >> 32n) refuse(kNotCanonical, `${field.name} exceeds 32 bits`);
      return Number(value);
    }
    case "uint64":
      return wire.varint();
    case "int64":
      return BigInt.asIntN(64, wire.varint());
    case "bytes":
      return wire.take(wire.varint());
    case "string": {
      const bytes = wire.take(wire.varint());
      try {
        return text_decoder.decode(bytes);
      } catch {
        refuse(kNotText, `${field.name} is not UTF-8`);
      }
    }
  }
}

function is_default(value: unknown): boolean {
  return value === 0 || value === 0n || value === "" || (value instanceof Uint8Array && value.length === 0);
}

/** The fields' default values: empty lists, zero, empty; undefined where presence is explicit. */
function defaults(schema: Schema): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of schema.values()) {
    if (field.repeated) out[field.name] = [];
    else if (field.oneof !== undefined) out[field.name] = undefined;
    else if (typeof field.type === "object") out[field.name] = "values" in field.type ? 0 : undefined;
    else if (field.type === "uint32") out[field.name] = 0;
    else if (field.type === "uint64" || field.type === "int64") out[field.name] = 0n;
    else out[field.name] = field.type === "string" ? "" : new Uint8Array();
  }
  return out;
}

/**
 * Decodes canonical bytes of `schema`; refuses with COM-101, COM-102 or COM-103.
 *
 * No message of the ledger has lists of numbers, so those (packed or not) are not known here.
 */
export function decode_canonical(bytes: Bytes, schema: Schema, depth = 1): Record<string, unknown> {
  if (depth > kMaxDepth) refuse(kCut, "messages are nested too deep");
  const wire = new Wire(bytes);
  const out = defaults(schema);
  const chosen = new Set<string>();
  let last = 0n;
  while (!wire.done()) {
    const tag = wire.varint();
    const number = tag >> 3n;
    const field = number < 1n << 29n ? schema.get(Number(number)) : undefined;
    if (!field) refuse(kNotCanonical, `there is no field ${number}`);
    const varint = typeof field.type === "object" ? "values" in field.type : /int/.test(field.type);
    if (Number(tag & 7n) !== (varint ? kVarint : kLengthDelimited)) refuse(kNotCanonical, `${field.name} has another wire type`);
    if (number < last || (number === last && !field.repeated)) refuse(kNotCanonical, `${field.name} is out of order or doubled`);
    last = number;
    if (field.oneof !== undefined) {
      if (chosen.has(field.oneof)) refuse(kNotCanonical, `two members of ${field.oneof}`);
      chosen.add(field.oneof);
    }

    let value: unknown;
    if (typeof field.type === "string") {
      value = scalar(field, field.type, wire);
    } else if ("message" in field.type) {
      value = decode_canonical(wire.take(wire.varint()), field.type.message(), depth + 1);
    } else {
      const choice = wire.varint();
      if (!field.type.values.some((known) => BigInt(known) === choice)) refuse(kNotCanonical, `${field.name} is not a declared value`);
      value = Number(choice);
    }
    if (field.repeated) (out[field.name] as unknown[]).push(value);
    else if (field.oneof === undefined && is_default(value)) refuse(kNotCanonical, `${field.name} spells out its default`);
    else out[field.name] = value;
  }
  return out;
}

/** Reads a fixed layout; refuses with COM-101 where it is cut and COM-102 where bytes are left over. */
export function read_layout<T>(bytes: Bytes, code: string, read: (reader: Reader) => T): T {
  const reader = new Reader(bytes, code);
  const out = read(reader);
  reader.end();
  return out;
}
