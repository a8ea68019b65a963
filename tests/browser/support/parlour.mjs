// The server under test: the built binary on free ports, or one that already runs
// (PARLOUR_TEST_URL, as for the compose stack).
import { existsSync, readFileSync } from "node:fs";
import { end, freePort, start } from "./process.mjs";
import { until } from "./wait.mjs";

const root = new URL("../../../", import.meta.url).pathname;
/** The binary under test. */
export const binary = process.env.PARLOUR_BIN
  ? new URL(process.env.PARLOUR_BIN, `file://${root}`).pathname
  : `${root}target/debug/parlour`;

/** Where the tests run against a server that others started, or undefined. */
export const running = process.env.PARLOUR_TEST_URL?.replace(/\/$/, "");

/**
 * Starts Parlour and waits until it takes calls.
 * @param {{env?: Record<string, string>, ready?: boolean, port?: number, host?: string}} [options]
 * `ready: false` waits for the process only; `port` is a free one unless said, `host` loopback
 */
export async function startParlour({ env = {}, ready = true, port, host = "127.0.0.1" } = {}) {
  if (!existsSync(binary)) throw new Error(`no ${binary}: make test builds it`);
  const parlour = new Parlour(host, port ?? (await freePort()), await freePort(), env);
  await parlour.start(ready);
  return parlour;
}

class Parlour {
  #process;

  constructor(host, port, adminPort, env) {
    this.port = port;
    this.url = `http://${host}:${port}`;
    this.adminUrl = `http://127.0.0.1:${adminPort}`;
    this.env = {
      JANUS_URL: "spawn:",
      RUST_LOG: "parlour=debug,info",
      ...process.env,
      PARLOUR_LISTEN: `${host}:${port}`,
      PARLOUR_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
      ...env,
    };
  }

  /** Starts it (again), on the same ports. */
  async start(ready = true) {
    this.#process = start("parlour", binary, [], { env: this.env, cwd: root });
    const path = ready ? "/readyz" : "/healthz";
    await until(
      `${path} of ${this.url} to be 200`,
      async () => {
        if (!this.#process.running()) return true;
        return (await fetch(this.url + path, { signal: AbortSignal.timeout(2000) })).ok;
      },
      { within: 30_000, note: () => this.log().slice(-3000) },
    );
    if (!this.#process.running()) {
      const how = await this.#process.exited;
      throw new Error(`parlour ended at its start: ${JSON.stringify(how)}\n${this.log()}`);
    }
  }

  get pid() {
    return this.#process.child.pid;
  }

  running() {
    return this.#process.running();
  }

  /** What it has logged since it started. */
  log() {
    return existsSync(this.#process.logFile) ? readFileSync(this.#process.logFile, "utf8") : "";
  }

  /** SIGKILL: as a crash of the whole process. */
  async kill() {
    this.#process.child.kill("SIGKILL");
    return this.#process.exited;
  }

  /** SIGTERM, and how it ended: `{code, signal}`. */
  async stop() {
    return end(this.#process);
  }
}
