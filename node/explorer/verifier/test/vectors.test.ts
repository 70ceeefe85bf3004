// The project's own formats, byte by byte: tests/vectors/ledger.txt.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { equal, hex } from "#verifier/bytes";
import { decode_header, pin_genesis } from "#verifier/chain";
import { Refusal, describe, verify_fact } from "#verifier/index";
import { own_vectors } from "./files.js";

const vectors = own_vectors("ledger.txt");
const vector = (name: string) => {
  const bytes = vectors.get(name);
  assert.ok(bytes, `no vector ${name}`);
  return bytes;
};

test("the genesis and the header hash to what the vectors say", () => {
  assert.equal(hex(pin_genesis(vector("genesis")).hash), hex(vector("genesis.hash")));
  assert.equal(hex(decode_header(vector("header")).hash), hex(vector("header.hash")));
});

test("the certificates of the vectors verify, and only against their own genesis", () => {
  const genesis = pin_genesis(vector("certificate.genesis"));
  for (const name of ["certificate.transaction", "certificate.range", "certificate.absent"]) {
    const fact = verify_fact(vector(name), genesis);
    assert.ok(equal(fact.certified.genesis_hash, genesis.hash));
    assert.ok(describe(fact).length > 4);
    assert.throws(() => verify_fact(vector(name), pin_genesis(vector("genesis"))), (error) => (error as Refusal).code === "fact.chain");
  }
});

test("what the page loads needs nothing of Node", () => {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(`dist/${file}`, "utf8");
    assert.ok(!/\b(process|Buffer|require|__dirname)\b|["']node:/.test(text.replace(/\/\/.*/g, "")), file);
    for (const [, name] of text.matchAll(/from "([^"]+)"/g)) {
      assert.ok(name!.startsWith("./"), `${file} imports ${name}`);
      visit(name!.slice(2));
    }
  };
  visit("index.js");
  assert.ok(seen.size >= 10 && !seen.has("verify.js"));
});
