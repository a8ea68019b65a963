// Rows of docs/faults.md that a test saw hold: `make faults` makes its table of them.
import { appendFileSync } from "node:fs";

/** A row held: what was seen, and the figure that was measured. Say it last. */
export function held(row, seen, figure = "") {
  const line = JSON.stringify({ row, seen, figure });
  console.log(`fault ${line}`);
  const path = process.env.PARLOUR_FAULTS;
  // One write of a whole line: several processes append to it.
  if (path) appendFileSync(path, `${line}\n`);
}

/** Milliseconds as a figure: `12 ms`, `3.4 s`. */
export const took = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
