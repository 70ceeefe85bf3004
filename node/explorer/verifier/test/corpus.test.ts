// Both verifiers say the same of every certificate: the corpus holds the C++ verifier's verdicts. QILIAN_CORPUS names a
// file that `write_corpus` made; without it the published, smaller one is read.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Bytes, concat, hex, unhex } from "#verifier/bytes";
import { type PinnedGenesis, pin_genesis } from "#verifier/chain";
import { Refusal, type VerifiedFact, verify_fact } from "#verifier/index";
import { own_file } from "./files.js";

const hex_or_dash = (bytes: Bytes | undefined) => (bytes && bytes.length > 0 ? hex(bytes) : "-");

/** The same line as the C++ side's. */
function summary(fact: VerifiedFact): string {
  let out: string;
  if (fact.transaction) {
    const { id, index, receipt } = fact.transaction;
    out = `TRANSACTION ${hex(id)} ${index} ${receipt.code}`;
  } else {
    const state = fact.state!;
    out = `${state.claim} ${state.kind} ${state.id} ${state.from} ${state.to}`;
    if (state.claim === "RANGE" && state.record) out += ` before=${hex(state.record)}`;
    for (const { height, transaction, event, kind, payload, record } of state.entries) {
      out += ` ${height}/${transaction}/${event}/${kind}/${hex_or_dash(payload)}/${hex_or_dash(record)}`;
    }
  }
  return `${out} header=${fact.header.height} certified=${fact.certified.height} epoch=${fact.certified.epoch} signers=${fact.signers.length}`;
}

function verdict(certificate: Bytes, genesis: PinnedGenesis): string {
  try {
    verify_fact(certificate, genesis);
    return "accepted";
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const path = process.env["QILIAN_CORPUS"];
const lines = (path === undefined ? own_file("certificates.txt") : readFileSync(path, "utf8")).split("\n");
const values = new Map<string, { bytes: Bytes; genesis: PinnedGenesis }>();
const summaries = new Map<string, string>();
const edits: string[] = [];
let genesis: PinnedGenesis;
for (const line of lines) {
  const [, name, sign, rest] = /^([^ ]+) ([=:]) (.*)$/.exec(line) ?? [];
  if (name === "genesis") genesis = pin_genesis(unhex(rest!));
  else if (name !== undefined && sign === "=") values.set(name, { bytes: unhex(rest!), genesis: genesis! });
  else if (name !== undefined) summaries.set(name, rest!);
  else if (line !== "" && !line.startsWith("#")) edits.push(line);
}

test("good certificates of every kind prove the same to both verifiers", () => {
  assert.ok(summaries.size >= 20);
  for (const [name, expected] of summaries) {
    const { bytes, genesis } = values.get(name)!;
    assert.equal(summary(verify_fact(bytes, genesis)), expected, name);
  }
});

test("both verifiers give the same verdict on every changed certificate", () => {
  const counts = new Map<string, number>();
  for (const line of edits) {
    const [base, at, cut, put, expected, about] = line.split(" ") as [string, string, string, string, string, string];
    const { bytes: good, genesis } = values.get(base)!;
    const end = Number(at) + Number(cut);
    const changed = concat(good.subarray(0, Number(at)), put === "-" ? new Uint8Array() : unhex(put), good.subarray(end));
    assert.equal(verdict(changed, genesis), expected, `${about}: ${line.slice(0, 2000)}`);
    counts.set(expected, (counts.get(expected) ?? 0) + 1);
  }
  const accepted = counts.get("accepted") ?? 0;
  assert.ok(accepted > 0 && edits.length > accepted);
  console.log(`${edits.length} changed certificates: ${accepted} true answers accepted, ${edits.length - accepted} refused with ${counts.size - 1} codes`);
});
