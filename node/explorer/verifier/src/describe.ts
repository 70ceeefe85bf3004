// A verified fact in plain words, with what it rests on.
import { hex } from "./bytes.js";
import type { VerifiedFact } from "./fact.js";

function moment(time_ms: bigint): string {
  const date = new Date(Number(time_ms));
  return Number.isNaN(date.getTime()) ? `${time_ms} ms` : date.toISOString();
}

/** Text from a stranger's bytes: nothing in it may steer a terminal. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function lines_of_fact(fact: VerifiedFact): string[] {
  if (fact.transaction) {
    const { id, index, body, receipt } = fact.transaction;
    return [
      `transaction ${hex(id)}`,
      `call ${quoted(body.call)}, ${body.signers.length} signer(s), led by ${hex(body.lead)}`,
      `result ${quoted(receipt.code)}${receipt.object ? ` on ${quoted(receipt.object)}` : ""}${receipt.trace ? `: ${quoted(receipt.trace)}` : ""}`,
      `number ${index} of ${fact.header.transaction_count} in block ${fact.header.height}`,
    ];
  }
  const state = fact.state!;
  const key = `${quoted(state.id)} (kind ${state.kind})`;
  const record = state.record ? `record of ${state.record.length} bytes in force` : "no record in force";
  const said = {
    CURRENT: `${key} as of block ${fact.header.height}: ${record}`,
    AT_HEIGHT: `${key} after block ${state.from}: ${record}`,
    HISTORY: `${key}: its whole history up to block ${fact.header.height}`,
    RANGE: `${key} from block ${state.from} to ${state.to}, none left out; ${record} when it opens`,
    ABSENT: `${key} does not exist up to block ${fact.header.height}`,
    ABSENT_AT_HEIGHT: `${key} did not exist after block ${state.from}`,
  }[state.claim];
  const entries = state.entries.map(
    (entry) => `  block ${entry.height}, ${moment(entry.time_ms)}: event ${entry.kind}, ${entry.payload.length} bytes${entry.record ? ", record changed" : ""}`,
  );
  return [said, ...entries];
}

/** One line for each thing that holds. */
export function describe(fact: VerifiedFact): string[] {
  const { header, certified } = fact;
  const history =
    header === certified
      ? `the fact stands under the certified header ${certified.height}`
      : `the fact stands under header ${header.height}, which the certified header ${certified.height} contains`;
  return [
    ...lines_of_fact(fact),
    "rests on",
    `  ${history} (${moment(header.time_ms)})`,
    `  ${fact.signers.length} of ${fact.validators} validators of epoch ${certified.epoch} signed header ${hex(certified.hash)}: ${fact.signers.map(quoted).join(", ")}`,
    `  ${fact.handovers} hand-over(s) lead back to the pinned genesis ${hex(certified.genesis_hash)} (${quoted(fact.chain)})`,
    fact.pinned_head
      ? "  the certified header is the pinned head: keys that leaked later change nothing"
      : "  the genesis pin alone: it assumes that no past quorum's keys leaked",
  ];
}
