// The phoenix client's socket: replaced without the others hearing of it, and used more than once.

import { Socket, type SocketConnectOption } from "phoenix";
import { reconnectAfter, rejoinAfter } from "./backoff";
import type { Clock } from "./clock";
import { Line, type Transport } from "./line";

const HEARTBEAT_MS = 5_000;
/** How long a request may take. */
export const PUSH_MS = 10_000;

/** Sockets that nobody uses. The phoenix client's has listeners on the window that stay for ever. */
const idle: ReusedSocket[] = [];

/** A socket to that endpoint which is nobody else's, until it is given back. */
export function takeSocket(endpoint: string, transport?: Transport): ReusedSocket {
  const found = idle.findIndex((one) => one.endpoint === endpoint && one.base === transport);
  const [socket] = found < 0 ? [] : idle.splice(found, 1);
  return socket ?? new ReusedSocket(endpoint, transport);
}

export class ReusedSocket extends Socket {
  readonly endpoint: string;
  readonly base: Transport | undefined;
  readonly #calls: { line: Line | null; retryMs: number | null };
  /** Left to the server. Nothing is replaced sooner than 2 s after it opened: a handful at most. */
  readonly #left = new Set<Line>();

  constructor(endpoint: string, base: Transport | undefined) {
    const calls: { line: Line | null; retryMs: number | null } = { line: null, retryMs: null };
    class Tracked extends Line {
      constructor(url: string) {
        super(url, base);
        calls.line = this;
      }
    }
    super(endpoint, {
      params: { heartbeat_ms: HEARTBEAT_MS },
      vsn: "2.0.0",
      timeout: PUSH_MS,
      transport: Tracked,
      reconnectAfterMs: (tries) => reconnectAfter(tries),
      rejoinAfterMs: (tries) => rejoinAfter(tries, calls.retryMs),
      // Unsaid, it reads the page's own, which throws where storage is switched off.
      sessionStorage: {},
    } satisfies Partial<SocketConnectOption>);
    this.endpoint = endpoint;
    this.base = base;
    this.#calls = calls;
  }

  /** What the newest refusal of a join asked to wait. */
  set retryMs(ms: number | null) {
    this.#calls.retryMs = ms;
  }

  /** A new connection, whatever the old one does: `connect` alone does nothing while there is one. */
  renew(clock: Clock): void {
    const { line } = this.#calls;
    if (line?.giveUp(clock, () => this.#left.delete(line))) this.#left.add(line);
    super.disconnect();
    this.connect();
  }

  /** For good: the phoenix client calls this when the page goes. */
  override disconnect(then?: () => void, code?: number, reason?: string): void {
    for (const line of [...this.#left]) line.end();
    super.disconnect(then, code, reason);
  }

  /** Disconnects, and lets the next have it. */
  giveBack(): void {
    this.retryMs = null;
    // What is still on its way out must not carry the join of the next.
    this.disconnect(() => void idle.push(this));
  }
}
