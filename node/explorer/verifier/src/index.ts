// What a page or a program uses. All of it is pure and runs in a browser as it is.
export { hex, unhex } from "./bytes.js";
export { type Header, type PinnedGenesis, pin_genesis } from "./chain.js";
export { describe } from "./describe.js";
export { type PinnedHead, type StateClaim, type VerifiedFact, verify_fact } from "./fact.js";
export { Refusal } from "./refusal.js";
