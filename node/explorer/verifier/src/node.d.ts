// The few functions of Node that the command line and the tests use; the verifier itself uses none.
declare module "node:fs" {
  export function readFileSync(path: string): Uint8Array;
  export function readFileSync(path: string, encoding: "utf8"): string;
  export function existsSync(path: string): boolean;
}
declare module "node:test" {
  export function test(name: string, run: () => void): void;
}
declare module "node:assert/strict" {
  const assert: {
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    ok(value: unknown, message?: string): asserts value;
    throws(run: () => unknown, check?: (error: unknown) => boolean): void;
  };
  export default assert;
}
declare const process: { argv: string[]; env: Record<string, string | undefined>; exitCode: number | undefined };
