// What is tried of the server before joining: its socket, and what it says of itself.

import { Socket, type SocketConnectOption } from "phoenix";
import type { Clock } from "./clock";

/** Why a step failed or was skipped. */
export type TestFailure =
  /** Nothing of the kind is configured (skipped). */
  | "none"
  /** The browser has no WebRTC, or it is switched off. */
  | "no_webrtc"
  /** The browser found no network to use. */
  | "no_address"
  /** Closed before it opened: no network, no server, or this page may not. */
  | "unreachable"
  /** Opened, and went again. */
  | "lost"
  /** In time there was nothing. */
  | "timeout"
  /** The server is going down. */
  | "draining"
  /** The server's media gateway is away. */
  | "gateway_down"
  /** An answer that no server of ours gives. */
  | "bad_answer"
  /** The STUN or TURN server does not answer on this way. */
  | "no_answer"
  /** The TURN server said no: to the credentials, or it is full. */
  | "unauthorized"
  /** Not tried: the server did not say which STUN and TURN servers there are. */
  | "not_told"
  /** The TURN server gave an address, and carried nothing between two of them. */
  | "not_relayed";

/** Which mode the server is in; said by `server` when it is ok. */
export type TestFinding = "gateway" | "mesh";

/** What a step comes to. */
export type TestOutcome =
  | { state: "ok"; ms: number; detail?: TestFinding }
  | { state: "failed" | "skipped"; detail: TestFailure };

/** What every probe is given: time, and when to give up and clear away. */
export interface ProbeContext {
  clock: Clock;
  signal: AbortSignal;
}

const OPEN_MS = 8_000;
const ROUND_TRIPS = 5;
const ANSWER_MS = 8_000;

/** Opens the socket, and measures round trips of heartbeats. */
export function probeSignalling(
  probe: ProbeContext,
  endpoint: string,
  transport: SocketConnectOption["transport"] | undefined,
): Promise<TestOutcome> {
  const { clock } = probe;
  const socket = new Socket(endpoint, {
    vsn: "2.0.0",
    // It is closed before it would connect again.
    reconnectAfterMs: () => 60_000,
    // Unsaid, it reads the page's own, which throws where storage is switched off.
    sessionStorage: { getItem: () => null, setItem: () => {} },
    ...(transport ? { transport } : {}),
  });
  let opened = false;
  const begin = (done: (outcome: TestOutcome) => void) => {
    const times: number[] = [];
    const measure = () => {
      const from = clock.now();
      socket.ping(() => {
        times.push(clock.now() - from);
        if (times.length < ROUND_TRIPS) measure();
        else done({ state: "ok", ms: median(times) });
      });
    };
    socket.onOpen(() => {
      opened = true;
      measure();
    });
    socket.onClose(() => done({ state: "failed", detail: opened ? "lost" : "unreachable" }));
    socket.connect();
  };
  return firstOf(probe, OPEN_MS, { state: "failed", detail: "timeout" }, begin).finally(() =>
    socket.disconnect(),
  );
}

/** Asks the server whether it takes calls, and in which mode. */
export function probeServer(
  probe: ProbeContext,
  endpoint: string,
  get: typeof fetch,
): Promise<TestOutcome> {
  const ask = async (): Promise<TestOutcome> => {
    const from = probe.clock.now();
    let response: Response;
    try {
      response = await get(besideSocket(endpoint, "readyz"), {
        cache: "no-store",
        signal: probe.signal,
      });
    } catch {
      return { state: "failed", detail: "unreachable" };
    }
    const ms = probe.clock.now() - from;
    const said: unknown = await response.json().catch(() => null);
    return ofReady(said, ms);
  };
  return firstOf(probe, ANSWER_MS, { state: "failed", detail: "timeout" }, (done) => {
    void ask().then(done);
  });
}

function ofReady(said: unknown, ms: number): TestOutcome {
  const { status, mode, reason } = (said ?? {}) as Record<string, unknown>;
  if (status === "ready" && (mode === "gateway" || mode === "mesh")) {
    return { state: "ok", ms, detail: mode };
  }
  if (status !== "not_ready") return { state: "failed", detail: "bad_answer" };
  return { state: "failed", detail: reason === "draining" ? "draining" : "gateway_down" };
}

/** The STUN and TURN servers, for somebody who has not joined; null: the server did not say. */
export async function askIceServers(
  { clock, signal }: ProbeContext,
  endpoint: string,
  token: string | undefined,
  get: typeof fetch,
): Promise<readonly RTCIceServer[] | null> {
  const late = new AbortController();
  const giveUp = () => late.abort();
  const cancel = clock.after(ANSWER_MS, giveUp);
  signal.addEventListener("abort", giveUp);
  try {
    const response = await get(besideSocket(endpoint, "ice_servers"), {
      cache: "no-store",
      signal: late.signal,
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
    const said: unknown = response.ok ? await response.json() : null;
    const servers = (said as { ice_servers?: unknown } | null)?.ice_servers;
    return Array.isArray(servers) ? (servers as RTCIceServer[]) : null;
  } catch {
    return null;
  } finally {
    cancel();
    signal.removeEventListener("abort", giveUp);
  }
}

/** A path beside `/socket`, over HTTP. */
function besideSocket(endpoint: string, path: string): string {
  const url = new URL(endpoint, globalThis.location?.href);
  url.protocol = url.protocol.replace("ws", "http");
  return new URL(path, url).href;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

/** One outcome of several that may come; the first counts, time or a stop brings `late`. */
export function firstOf(
  { clock, signal }: ProbeContext,
  withinMs: number,
  late: TestOutcome,
  begin: (done: (outcome: TestOutcome) => void) => void,
): Promise<TestOutcome> {
  return new Promise((resolve) => {
    const gaveUp = () => done(late);
    const cancel = clock.after(withinMs, gaveUp);
    const done = (outcome: TestOutcome) => {
      cancel();
      signal.removeEventListener("abort", gaveUp);
      resolve(outcome);
    };
    signal.addEventListener("abort", gaveUp);
    if (signal.aborted) gaveUp();
    else begin(done);
  });
}
