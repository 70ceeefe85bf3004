// Where the tests find their data. Run from this package's folder, as `npm test` does.
import { existsSync, readFileSync } from "node:fs";
import { type Bytes, unhex } from "#verifier/bytes";

const kOurs = process.env["QILIAN_OWN_VECTORS"] ?? "../../../tests/vectors";
const kPublic = process.env["QILIAN_VECTORS"] ?? "../../../../shared/vectors";

export function own_file(file: string): string {
  return readFileSync(`${kOurs}/${file}`, "utf8");
}

/** A file of `name = hex` lines of tests/vectors. */
export function own_vectors(file: string): Map<string, Bytes> {
  const out = new Map<string, Bytes>();
  for (const line of own_file(file).split("\n")) {
    const [name, value] = line.split(" = ");
    if (name && value !== undefined && !name.startsWith("#")) out.set(name, unhex(value));
  }
  return out;
}

/** A parsed file of the public vectors; undefined, and a word about it, where the folder is absent. */
export function public_vectors(file: string): any {
  const path = `${kPublic}/${file}`;
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  console.log(`skipped: ${path} is absent; set QILIAN_VECTORS`);
  return undefined;
}
