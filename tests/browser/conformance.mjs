// Autobahn's cases of WebSocket conformance, run by kosoku against an echo server over Parlour's own
// RFC 6455 code (examples/echo.rs): how messages are read, answered and closed, all but compression,
// which is not offered. Run by scripts/conformance. The report of each case stays in target/conformance.
//
// Strict: "non-strict", "unclean" and a close code that is not due are failures too. Informational
// are only those cases where RFC 6455 leaves open what is due.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "../..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const reports = join(target, "conformance");
const COMPRESSION = ["12.*", "13.*"];
/** What there is in the suite beside compression: a suite that shrank proves less. */
const CASES = 301;
const INFORMATIONAL = ["7.1.6", "7.13.1", "7.13.2"];
const LIMIT_MS = 180_000;

async function echoServer() {
  const server = spawn(join(target, "debug/examples/echo"), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(server.stdout)) {
    const address = /^listening on (.*)$/.exec(line)?.[1];
    if (address !== undefined) return { server, address };
  }
  throw new Error("the echo server did not start");
}

/** What is wrong with a case; nothing, if it is as it is due. */
function fault(id, { behavior, behaviorClose }) {
  const due = INFORMATIONAL.includes(id) ? ["OK", "INFORMATIONAL"] : ["OK"];
  return due.includes(behavior) && due.includes(behaviorClose)
    ? undefined
    : `case ${id}: ${behavior}, its close ${behaviorClose}`;
}

const { server, address } = await echoServer();
try {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const log = openSync(join(reports, "kosoku.log"), "w");
  const without = COMPRESSION.flatMap((cases) => ["-x", cases]);
  // It exits with 1 for every case that is not strictly well; which, is judged below.
  const args = ["-p", "2", ...without, "-o", reports, address];
  const running = spawn("kosoku", args, {
    stdio: ["ignore", log, log],
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  await once(running, "exit");

  const cases = Object.entries(
    Object.values(JSON.parse(readFileSync(join(reports, "index.json"), "utf8")))[0],
  );
  const faults = cases
    .map(([id, result]) => fault(id, result))
    .filter((text) => text !== undefined);
  for (const text of faults) console.log(text);
  if (cases.length < CASES) faults.push(`${cases.length} cases of ${CASES}`);
  console.log(
    `conformance: ${cases.length - faults.length} passed, ${faults.length} failed (${reports})`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  server.kill();
}
