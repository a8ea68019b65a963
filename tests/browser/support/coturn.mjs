// A real coturn of a test's own, set up as docs/turnserver.conf says: only addresses, ports, secret and
// certificate are the test's. A browser with that home trusts the certificate.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { end, freePort, mediaAddress, start } from "./process.mjs";
import { until } from "./wait.mjs";

const documented = new URL("../../../docs/turnserver.conf", import.meta.url).pathname;

/**
 * Starts one at this machine's address, which it may relay to: it stands for Janus's, and two browsers
 * that both go by relay meet there.
 */
export async function startCoturn() {
  const address = mediaAddress();
  if (!address) throw new Error("no address but loopback: nothing can be relayed here");
  const coturn = new Coturn(address, await freePort(), await freePort());
  await coturn.start();
  return coturn;
}

class Coturn {
  #process;
  #secret = randomBytes(24).toString("base64url");
  #directory = mkdtempSync(join(tmpdir(), "parlour-test-coturn-"));

  constructor(address, port, tlsPort) {
    this.address = address;
    /** The URL of each way. */
    this.urls = {
      udp: `turn:${address}:${port}?transport=udp`,
      tcp: `turn:${address}:${port}?transport=tcp`,
      tls: `turns:${address}:${tlsPort}?transport=tcp`,
    };
    this.#certify(address);
    this.#configure({
      "listening-ip": address,
      "relay-ip": address,
      "listening-port": port,
      "tls-listening-port": tlsPort,
      "static-auth-secret": this.#secret,
      cert: join(this.#directory, "cert.pem"),
      pkey: join(this.#directory, "key.pem"),
      "allowed-peer-ip": address,
    });
    this.ports = [port, tlsPort];
  }

  /** What Parlour needs to know of it; all ways unless some are named. */
  env(urls = Object.values(this.urls)) {
    return { PARLOUR_TURN_URLS: urls.join(), PARLOUR_TURN_SECRET: this.#secret };
  }

  /** The home of a browser that trusts who signed its certificate. */
  get home() {
    return join(this.#directory, "home");
  }

  #certify(address) {
    const run = (command, ...args) =>
      execFileSync(command, args, { cwd: this.#directory, stdio: ["ignore", "pipe", "pipe"] });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    run(
      "openssl",
      "req",
      "-x509",
      ...key,
      "-subj",
      "/CN=Parlour test CA",
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
    );
    run(
      "openssl",
      "req",
      "-x509",
      ...key,
      "-subj",
      `/CN=${address}`,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-addext",
      `subjectAltName=IP:${address}`,
      "-addext",
      "basicConstraints=critical,CA:FALSE",
      "-keyout",
      "key.pem",
      "-out",
      "cert.pem",
    );
    const database = join(this.home, ".pki/nssdb");
    mkdirSync(database, { recursive: true });
    run("certutil", "-N", "-d", `sql:${database}`, "--empty-password");
    run("certutil", "-A", "-d", `sql:${database}`, "-n", "test", "-t", "C,,", "-i", "ca.pem");
  }

  #configure(own) {
    const lines = readFileSync(documented, "utf8").split("\n");
    const left = new Set(Object.keys(own));
    const filled = lines.map((line) => {
      const [name] = line.split("=");
      if (!(name in own)) return line;
      left.delete(name);
      return `${name}=${own[name]}`;
    });
    if (left.size > 0) throw new Error(`docs/turnserver.conf has no ${[...left].join()}`);
    const more = ["log-file=stdout", `pidfile=${join(this.#directory, "pid")}`];
    const file = join(this.#directory, "turnserver.conf");
    writeFileSync(file, [...more, ...filled].join("\n"), { mode: 0o600 });
  }

  async start() {
    const file = join(this.#directory, "turnserver.conf");
    this.#process = start("coturn", "turnserver", ["-c", file], { cwd: this.#directory });
    for (const port of this.ports) {
      await until(
        `coturn to listen on ${port}`,
        () =>
          new Promise((resolve) => {
            const socket = connect(port, this.address);
            socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
            socket.once("connect", () => socket.destroy());
          }),
        { within: 15_000 },
      );
    }
  }

  /** Ends it, and clears its folder. */
  async stop() {
    await end(this.#process, 3000);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
