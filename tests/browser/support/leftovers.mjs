// What a failed test left behind would keep its process alive: it is cleared after the tests.
/** Registers what clears it; does nothing where no tests run. */
export const afterTests = process.argv[1]?.endsWith(".test.mjs")
  ? (await import("node:test")).after
  : () => {};
