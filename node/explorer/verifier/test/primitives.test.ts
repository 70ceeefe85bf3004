// Hashes, the signature rule and the trees against public vectors.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ascii, equal, hex, unhex } from "#verifier/bytes";
import { valid_key, verify_signature } from "#verifier/ed25519";
import { consistent, map_root, root_from_inclusion } from "#verifier/merkle";
import { sha256, sha512 } from "#verifier/sha2";
import { public_vectors } from "./files.js";

test("SHA-256 and SHA-512 give the published digests", () => {
  assert.equal(hex(sha256(ascii("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(hex(sha256(new Uint8Array())), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(
    hex(sha256(ascii("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  assert.equal(
    hex(sha512(ascii("abc"))),
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  );
  assert.equal(
    hex(sha512(ascii("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"))),
    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
  );
});

test("RFC 8032's signatures hold, and no changed bit of them does", () => {
  const key = unhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
  const message = unhex("af82");
  const signature = unhex(
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  );
  assert.ok(verify_signature(key, message, signature));
  for (let i = 0; i < 512; i++) {
    const changed = Uint8Array.from(signature);
    changed[i >> 3]! ^= 1 << (i & 7);
    assert.ok(!verify_signature(key, message, changed), `bit ${i}`);
  }
});

test("Wycheproof's verdicts on Ed25519 are ours", () => {
  const file = public_vectors("wycheproof-ed25519.json");
  for (const group of file?.testGroups ?? []) {
    for (const one of group.tests) {
      assert.equal(verify_signature(unhex(group.publicKey.pk), unhex(one.msg), unhex(one.sig)), one.result === "valid", `${one.tcId}`);
    }
  }
});

test("of C2SP's edge cases sixteen are accepted, fourteen of them thanks to the cofactor", () => {
  const file = public_vectors("cctv-ed25519.json");
  if (!file) return;
  const forbidden = ["low_order_A", "low_order_component_A", "non_canonical_A", "non_canonical_R", "reencoded_k"];
  const accepted = file.filter((one: any) => verify_signature(unhex(one.key), ascii(one.msg), unhex(one.sig)));
  assert.deepEqual(
    accepted.map((one: any) => one.number),
    [266, 267, 285, 286, 304, 305, 335, 336, 348, 349, 361, 362, 374, 375, 387, 388],
  );
  assert.ok(accepted.every((one: any) => !one.flags?.some((flag: string) => forbidden.includes(flag))));
  assert.equal(accepted.filter((one: any) => one.flags?.includes("low_order_residue")).length, 14);
});

test("all of speccheck's borderline signatures are refused", () => {
  const file = public_vectors("speccheck-ed25519.json");
  if (!file) return;
  assert.equal(file.length, 12);
  for (const one of file) assert.ok(!verify_signature(unhex(one.pub_key), unhex(one.message), unhex(one.signature)));
});

test("keys of small order, with torsion, off the curve or not canonical are no keys", () => {
  assert.ok(valid_key(unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")));
  for (const bad of [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0200000000000000000000000000000000000000000000000000000000000000",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "d75a98",
  ]) {
    assert.ok(!valid_key(unhex(bad)), bad);
  }
});

test("map roots are those of the Jellyfish Merkle Tree's SHA-256 vectors", () => {
  for (const { expected_root, data } of public_vectors("jmt-sha256.json")?.vectors ?? []) {
    const leaves = data.map((one: any) => ({ key_hash: sha256(unhex(one.key)), value_hash: sha256(unhex(one.value)) }));
    assert.equal(hex(map_root(leaves)), expected_root);
  }
});

const base64 = (text: string | null) => Uint8Array.from(atob(text ?? ""), (character) => character.charCodeAt(0));
// JSON.parse has rounded 2^64 − 1 up; the vectors hold no other number beyond 2^53.
const whole = (value: number) => (value >= 2 ** 64 ? 2n ** 64n - 1n : BigInt(value));

test("list proofs fall as RFC 6962's public vectors say", () => {
  const file = public_vectors("rfc6962-proofs.json");
  if (!file) return;
  for (const one of file.inclusion) {
    const leaf = base64(one.leafHash);
    const root = root_from_inclusion(whole(one.leafIdx), whole(one.treeSize), leaf, (one.proof ?? []).map(base64));
    assert.equal(leaf.length === 32 && root !== undefined && equal(root, base64(one.root)), !one.wantErr, one.name);
  }
  for (const one of file.consistency) {
    const holds = consistent(whole(one.size1), whole(one.size2), base64(one.root1), base64(one.root2), (one.proof ?? []).map(base64));
    assert.equal(holds, !one.wantErr, one.name);
  }
});
