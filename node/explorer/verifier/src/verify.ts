// node dist/verify.js CERTIFICATE GENESIS [HEIGHT:HASH]
import { readFileSync } from "node:fs";
import { Refusal, describe, pin_genesis, unhex, verify_fact } from "./index.js";

const kUsage = `usage: verify CERTIFICATE GENESIS [HEIGHT:HASH]
  checks the certificate of a fact against the genesis file, offline;
  HEIGHT:HASH pins a later head, which the certified header must be`;

function main([certificate, genesis, head]: string[]): number {
  if (certificate === undefined || genesis === undefined) {
    console.error(kUsage);
    return 2;
  }
  try {
    const [height, hash] = head?.split(":") ?? [];
    const pinned = head === undefined ? undefined : { height: BigInt(height!), hash: unhex(hash ?? "") };
    for (const line of describe(verify_fact(readFileSync(certificate), pin_genesis(readFileSync(genesis)), pinned))) console.log(line);
    return 0;
  } catch (error) {
    console.error(error instanceof Refusal ? `refused: ${error.message}` : `cannot verify: ${(error as Error).message}`);
    return error instanceof Refusal ? 1 : 2;
  }
}

process.exitCode = main(process.argv.slice(2));
