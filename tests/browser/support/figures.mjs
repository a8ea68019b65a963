// Figures from many measurements of one thing, the machine they were taken on, and a table of them.
import { availableParallelism, cpus, loadavg } from "node:os";

/** The value that the share `q` of them do not exceed (nearest rank). */
function quantile(sorted, q) {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

const round = (value) => (value === undefined ? null : Math.round(value * 10) / 10);

/** `{what, unit, n, p50, p90, p99, max}` of some values; p99 says no more than max where n is below 100. */
export function figure(what, values, unit = "ms") {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    what,
    unit,
    n: sorted.length,
    p50: round(quantile(sorted, 0.5)),
    p90: round(quantile(sorted, 0.9)),
    p99: round(quantile(sorted, 0.99)),
    max: round(sorted.at(-1)),
  };
}

/** The machine, and how busy it is now. */
export function machine() {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? "unknown",
    load: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

/** Lines of equal columns; the first column to the left, the others to the right. */
export function table(head, rows) {
  const lines = [head, ...rows].map((row) => row.map((cell) => String(cell ?? "-")));
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
