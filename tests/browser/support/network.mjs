// Cuts in the network of this machine. Needs root, `ss` and `iptables`.
import { execFileSync } from "node:child_process";

const run = (command, ...args) =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const path = `${process.env.PATH}:/usr/sbin:/sbin`;
process.env.PATH = path;

/** Why cuts cannot be made here, or null. */
export function cannotCut() {
  if (process.getuid() !== 0) return "needs root";
  try {
    run("iptables", "-w", "-L", "INPUT", "-n");
    run("ss", "-V");
    return null;
  } catch (error) {
    return `needs iptables and ss: ${error.message}`;
  }
}

/** The local ports of a process family's connections to a port of this machine. */
export function clientPorts(pids, serverPort) {
  const lines = run(
    "ss",
    "-tnpH",
    "state",
    "established",
    "dst",
    "127.0.0.1",
    "dport",
    "=",
    `:${serverPort}`,
  );
  return lines
    .split("\n")
    .filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)))
    .map((line) => Number(/127\.0\.0\.1:(\d+)\s+127\.0\.0\.1:/.exec(line)?.[1]))
    .filter(Boolean);
}

/**
 * Ends a connection at its client, while the server hears nothing of it: as when a phone changes
 * networks. Gives a function that lifts the silence.
 */
export function cutUnnoticed(clientPort, serverPort) {
  const rules = [
    ["INPUT", "-i", "lo", "-p", "tcp", "--sport", clientPort, "--dport", serverPort, "-j", "DROP"],
    ["INPUT", "-i", "lo", "-p", "tcp", "--sport", serverPort, "--dport", clientPort, "-j", "DROP"],
  ].map((rule) => rule.map(String));
  for (const rule of rules) run("iptables", "-w", "-I", ...rule);
  const lift = () => {
    for (const rule of rules.splice(0)) run("iptables", "-w", "-D", ...rule);
  };
  process.once("exit", lift);
  run(
    "ss",
    "-K",
    "dst",
    "127.0.0.1",
    "dport",
    "=",
    `:${serverPort}`,
    "sport",
    "=",
    `:${clientPort}`,
  );
  return lift;
}

/** Resets every connection that was made to a port of this machine; both ends hear of it. */
export function reset(serverPort) {
  run("ss", "-K", "dst", "127.0.0.1", "dport", "=", `:${serverPort}`);
}
