// A real Janus of a test's own, to be killed, stopped, continued and asked through its Admin API.
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { end, freePort, mediaAddress, start } from "./process.mjs";
import { until } from "./wait.mjs";

const secret = () => randomBytes(24).toString("base64url").replace(/[-_]/g, "x");

/** What a server without a gateway has in its place: nobody has a session there. */
export const noJanus = {
  env: { JANUS_URL: undefined },
  sessions: async () => [],
  sessionsOf: async () => [],
  forgets: async () => {},
};

/** Starts a Janus and waits until it answers; `address` is the one that media goes to. */
export async function startJanus({ address = mediaAddress() } = {}) {
  const ports = {
    http: await freePort(),
    websockets: await freePort(),
    admin: await freePort(),
  };
  const janus = new Janus(ports, address);
  await janus.start();
  return janus;
}

class Janus {
  #process;
  #ports;
  #secrets = { api: secret(), admin: secret(), key: secret() };
  #name = `test-${secret()}`;
  #directory = mkdtempSync(join(tmpdir(), "parlour-test-janus-"));

  constructor(ports, address) {
    this.#ports = ports;
    this.#configure(address);
  }

  /** What Parlour needs to know of it. */
  get env() {
    return {
      JANUS_URL: `http://127.0.0.1:${this.#ports.http}/janus`,
      JANUS_API_SECRET: this.#secrets.api,
      JANUS_ADMIN_URL: `http://127.0.0.1:${this.#ports.admin}/admin`,
      JANUS_ADMIN_SECRET: this.#secrets.admin,
      JANUS_ADMIN_KEY: this.#secrets.key,
    };
  }

  /** What a page needs to know that talks to it without Parlour. */
  get direct() {
    return {
      websocket: `ws://127.0.0.1:${this.#ports.websockets}`,
      secret: this.#secrets.api,
      key: this.#secrets.key,
    };
  }

  #configure(address) {
    const directory = this.#directory;
    if (!address) throw new Error("no address but loopback: Janus cannot carry media here");
    const library = readdirSync("/usr/lib")
      .map((name) => `/usr/lib/${name}/janus`)
      .find((path) => {
        try {
          return readdirSync(path).length > 0;
        } catch {
          return false;
        }
      });
    if (!library) throw new Error("no Janus on this machine: scripts/setup test installs it");
    for (const folder of ["plugins", "transports", "none"]) mkdirSync(join(directory, folder));
    const link = (path) => symlinkSync(`${library}/${path}`, join(directory, path));
    link("plugins/libjanus_videoroom.so");
    link("transports/libjanus_http.so");
    link("transports/libjanus_websockets.so");

    const write = (file, text) => writeFileSync(join(directory, file), text, { mode: 0o600 });
    write(
      "janus.jcfg",
      `general: {
        configs_folder = "${directory}"
        plugins_folder = "${directory}/plugins"
        transports_folder = "${directory}/transports"
        events_folder = "${directory}/none"
        loggers_folder = "${directory}/none"
        debug_level = 4
        debug_timestamps = true
        debug_colors = false
        hide_dependencies = true
        server_name = "${this.#name}"
        api_secret = "${this.#secrets.api}"
        admin_secret = "${this.#secrets.admin}"
        session_timeout = 45
        reclaim_session_timeout = 0
      }
      media: { rtp_port_range = "30000-39999" slowlink_threshold = 4 no_media_timer = 1 }
      nat: { ice_enforce_list = "${address}" ice_consent_freshness = true hangup_on_failed = true }
      `,
    );
    write(
      "janus.transport.http.jcfg",
      `general: { json = "compact" http = true port = ${this.#ports.http} ip = "127.0.0.1" }
       admin: { admin_http = true admin_port = ${this.#ports.admin} admin_ip = "127.0.0.1" }\n`,
    );
    write(
      "janus.transport.websockets.jcfg",
      `general: { json = "compact" ws = true ws_port = ${this.#ports.websockets} ws_ip = "127.0.0.1" }\n`,
    );
    write(
      "janus.plugin.videoroom.jcfg",
      `general: { admin_key = "${this.#secrets.key}" string_ids = true }\n`,
    );
  }

  /** Starts it (again), on the same ports, with the same secrets. */
  async start() {
    this.#process = start("janus", "janus", ["-F", this.#directory, "-o"], {
      cwd: this.#directory,
    });
    await until(
      "Janus to answer",
      async () => {
        const response = await fetch(`http://127.0.0.1:${this.#ports.http}/janus/info`);
        return (await response.json())["server-name"] === this.#name;
      },
      { within: 15_000 },
    );
  }

  /** SIGKILL. */
  async kill() {
    this.#process.child.kill("SIGKILL");
    await this.#process.exited;
  }

  /** SIGSTOP: it takes connections and says nothing. */
  freeze() {
    this.#process.child.kill("SIGSTOP");
  }

  /** SIGCONT. */
  thaw() {
    this.#process.child.kill("SIGCONT");
  }

  /** Ends it, and clears its folder. */
  async stop() {
    await end(this.#process, 3000);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** One request to the Admin API; `path` as "/SESSION" or "/SESSION/HANDLE". */
  async admin(request, path = "", more = {}) {
    const response = await fetch(`http://127.0.0.1:${this.#ports.admin}/admin${path}`, {
      method: "POST",
      body: JSON.stringify({
        janus: request,
        transaction: secret(),
        admin_secret: this.#secrets.admin,
        ...more,
      }),
      signal: AbortSignal.timeout(5000),
    });
    const answer = await response.json();
    if (answer.janus !== "success") {
      throw new Error(`${request}${path}: ${JSON.stringify(answer.error)}`);
    }
    return answer;
  }

  /** The ids of all its sessions. */
  async sessions() {
    return (await this.admin("list_sessions")).sessions;
  }

  /** What a handle does: `{session, handle, type, room, id}` with the plugin's own words. */
  async handles(session) {
    const { handles } = await this.admin("list_handles", `/${session}`);
    const infos = await Promise.all(
      handles.map(async (handle) => {
        const { info } = await this.admin("handle_info", `/${session}/${handle}`);
        return { session, handle, opaque: info.opaque_id, ...info.plugin_specific };
      }),
    );
    return infos;
  }

  /** The sessions in which that participant is on this Janus (its feed is `participant-generation`). */
  async sessionsOf(participant) {
    const found = [];
    for (const session of await this.sessions()) {
      const handles = await this.handles(session).catch(() => []);
      const publishes = handles.some(({ id }) => String(id ?? "").startsWith(`${participant}-`));
      if (publishes) found.push(session);
    }
    return found;
  }

  /** Ends a session behind Parlour's back. */
  async destroySession(session) {
    await this.admin("destroy_session", `/${session}`);
  }

  /** Waits until none of these sessions is left. */
  async forgets(sessions, within = 5000) {
    await until(
      `Janus to forget ${sessions.join(", ")}`,
      async () => {
        const left = await this.sessions();
        return sessions.every((session) => !left.includes(session));
      },
      { within, note: () => this.sessions() },
    );
  }
}
