// The one way in which a certificate is turned down.

/** Every step of the verification refuses with a code of its own; see `ledger/README.md`, "To verify". */
export class Refusal extends Error {
  constructor(readonly code: string, readonly reason: string) {
    super(`${code}: ${reason}`);
    this.name = "Refusal";
  }
}

export function refuse(code: string, reason: string): never {
  throw new Refusal(code, reason);
}
