// Programs that a test starts: each with a log file, each ended with the test, whatever happens.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";

const logs = new URL("../../../target/test-logs/browser/", import.meta.url).pathname;
const living = new Set();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});
let count = 0;

/** Starts a program. `exited` resolves with `{code, signal}`; `logFile` holds what it said. */
export function start(name, command, args, options = {}) {
  mkdirSync(logs, { recursive: true });
  count += 1;
  const logFile = join(logs, `${process.pid}-${count}-${name}.log`);
  const log = createWriteStream(logFile);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  living.add(child);
  const exited = new Promise((resolve) => {
    child.once("error", (error) => {
      living.delete(child);
      resolve({ code: null, signal: null, error });
    });
    child.once("exit", (code, signal) => {
      living.delete(child);
      resolve({ code, signal });
    });
  });
  return { child, logFile, exited, running: () => living.has(child) };
}

/** Asks a program to end, and makes it after `grace` ms. */
export async function end(started, grace = 15_000) {
  if (!started.running()) return started.exited;
  started.child.kill("SIGCONT");
  started.child.kill("SIGTERM");
  const late = setTimeout(() => started.child.kill("SIGKILL"), grace);
  const how = await started.exited;
  clearTimeout(late);
  return how;
}

/** A port that is free now. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An address of this machine that media can use (loopback never works), or undefined. */
export function mediaAddress() {
  if (process.env.PARLOUR_MEDIA_ADDRESS) return process.env.PARLOUR_MEDIA_ADDRESS;
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    addresses.map((address) => ({ name, ...address })),
  );
  const usable = all.filter((address) => address.family === "IPv4" && !address.internal);
  const real = usable.find(({ name }) => !/^(docker|br-|veth|virbr)/.test(name));
  return (real ?? usable[0])?.address;
}
