// A network of a test's own: a namespace behind a pair of virtual links, whose packets can be dropped
// without either end hearing of it. Needs root, `ip` and `iptables`.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";

process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const run = (command, ...args) =>
  execFileSync(command, args.map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const living = new Set();
process.on("exit", () => {
  for (const namespace of living) namespace.remove();
});
// A test that takes too long is ended by a signal, which alone would skip the above.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
  process.once(signal, () => process.exit(1));
}
let count = 0;

/** Why no namespace can be made here, or null. */
export function cannotSeparate() {
  if (process.getuid() !== 0) return "needs root";
  const probe = new Namespace();
  try {
    probe.make();
    probe.cut();
    return null;
  } catch (error) {
    return `needs network namespaces, ip and iptables: ${error.message}`;
  } finally {
    probe.remove();
  }
}

/** Makes one, linked with this machine. */
export function separate() {
  removeAbandoned();
  const namespace = new Namespace();
  namespace.make();
  return namespace;
}

/** What a killed test run left. */
function removeAbandoned() {
  for (const line of run("ip", "netns", "list").split("\n")) {
    const [, name, pid, number] = /^(parlour-(\d+)-(\d+))/.exec(line) ?? [];
    if (name && !existsSync(`/proc/${pid}`)) takeAway(name, linkName(pid, number));
  }
}

/** This machine's end of the link; the other one has an `i` more. 15 letters at most. */
const linkName = (pid, number) => `pl${pid}x${number}`;

function takeAway(namespace, link) {
  for (const command of [
    ["link", "delete", link],
    ["netns", "delete", namespace],
  ]) {
    try {
      run("ip", ...command);
    } catch {
      // It is not there.
    }
  }
}

/** Two addresses of a network that this machine does not use. */
function freeAddresses() {
  const taken = Object.values(networkInterfaces())
    .flat()
    .map(({ address }) => address.split(".").slice(0, 3).join("."));
  for (;;) {
    // Of the range for benchmarks (RFC 2544): nobody's.
    const net = `198.18.${Math.floor(Math.random() * 254) + 1}`;
    if (!taken.includes(net)) return [`${net}.1`, `${net}.2`];
  }
}

class Namespace {
  #link;
  #rules = [];
  #directory;

  constructor() {
    count += 1;
    this.name = `parlour-${process.pid}-${count}`;
    this.#link = linkName(process.pid, count);
    const [host, own] = freeAddresses();
    /** This machine's address, as seen from there. */
    this.host = host;
    /** The address of those in there. */
    this.address = own;
  }

  make() {
    living.add(this);
    const inside = `${this.#link}i`;
    run("ip", "netns", "add", this.name);
    run("ip", "link", "add", this.#link, "type", "veth", "peer", "name", inside);
    run("ip", "link", "set", inside, "netns", this.name);
    run("ip", "address", "add", `${this.host}/24`, "dev", this.#link);
    run("ip", "link", "set", this.#link, "up");
    this.#inside("ip", "address", "add", `${this.address}/24`, "dev", inside);
    this.#inside("ip", "link", "set", "lo", "up");
    this.#inside("ip", "link", "set", inside, "up");
    // Browsers look for their address on the way out.
    this.#inside("ip", "route", "add", "default", "via", this.host);
  }

  #inside(...command) {
    return run("ip", "netns", "exec", this.name, ...command);
  }

  /** A command line that runs `command` in there. */
  command(...command) {
    return ["ip", "netns", "exec", this.name, ...command];
  }

  /** The path of a program that starts another one in there, with whatever arguments it gets. */
  program(executable) {
    this.#directory ??= mkdtempSync(join(tmpdir(), "parlour-test-namespace-"));
    const path = join(this.#directory, "start");
    const line = this.command(executable).join(" ");
    writeFileSync(path, `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o700 });
    return path;
  }

  /** Drops every packet, or those of one protocol or one way (`out` of there, `in`); nobody is told. */
  cut({ protocol = "all", ways = ["in", "out"] } = {}) {
    const inside = `${this.#link}i`;
    const rules = {
      in: ["INPUT", "-i", inside, "-p", protocol, "-j", "DROP"],
      out: ["OUTPUT", "-o", inside, "-p", protocol, "-j", "DROP"],
    };
    for (const way of ways) {
      this.#inside("iptables", "-w", "-I", ...rules[way]);
      this.#rules.push(rules[way]);
    }
  }

  /** Lets everything through again. */
  heal() {
    for (const rule of this.#rules.splice(0)) this.#inside("iptables", "-w", "-D", ...rule);
  }

  /** Takes it away; who is in there is cut off for good. */
  remove() {
    if (!living.delete(this)) return;
    takeAway(this.name, this.#link);
    if (this.#directory) rmSync(this.#directory, { recursive: true, force: true });
  }
}
