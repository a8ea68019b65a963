// Whether the socket lives. One that does not is replaced sooner than any timeout of the network's.
//
// By the clock alone: the phoenix client's own timers sleep while the page is hidden, and it then waits
// until somebody looks.

import { reconnectAfter } from "./backoff";
import { type Clock, every } from "./clock";
import type { History } from "./history";
import type { ReusedSocket } from "./socket";

/** How often it is looked, and each time asked whether the socket lives. The server gives a socket up
 * 9 s after the last byte: the newer that is when a network goes, the longer the network may be away
 * without a leave. */
const LOOK_MS = 1_000;
/** When silence means that it does not live: early enough for the next one to take the call over. */
const DEAD_MS = 4_000;
/** How long a connection may take to open. Packets lost meanwhile are repeated at doubled intervals, up
 * to minutes: a new one finds a network that is back sooner. */
const CONNECT_MS = 4_000;
/** The same of the first one after a loss: what it asks for at 0 and 1 s, the next asks for at 2 and 3 s,
 * while the place may still be taken over. */
const CONNECT_AGAIN_MS = 2_000;
/** The silence that means the same, where there is a reason to doubt. */
const PROBE_MS = 2_000;

export interface SocketWatchOptions {
  socket: ReusedSocket;
  clock: Clock;
  history: History;
  /** Whether nobody looks at the page: then its timers sleep, and the clock's must do. */
  hidden: () => boolean;
}

export class SocketWatch {
  readonly #options: SocketWatchOptions;
  #stops: (() => void)[] = [];
  /** How many were opened: a ping of an earlier one says nothing of this one. */
  #opened = 0;
  /** Tries of a hidden page since a socket was open, and when the next is due. */
  #hiddenTries = 0;
  #hiddenNext = 0;
  #unansweredSince: number | null = null;
  #connectingSince: number | null = null;
  #connectWithin = CONNECT_MS;

  constructor(options: SocketWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { socket, clock } = this.#options;
    const opened = socket.onOpen(() => {
      this.#opened += 1;
      this.#hiddenTries = 0;
      this.#hiddenNext = 0;
      this.#unansweredSince = null;
    });
    this.#stops = [every(clock, LOOK_MS, () => this.#tick()), () => socket.off([opened])];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  /** Asks whether the socket still lives (after sleep, a new network): 2 s, then a new one. */
  probe(cause: string): void {
    const { socket, clock } = this.#options;
    if (this.#stops.length === 0) return;
    if (socket.connectionState() === "closed") {
      // It waits for its next try; there is reason to hope now.
      socket.renew(clock);
      return;
    }
    let answered = false;
    const opened = this.#opened;
    const asked = socket.ping(() => {
      answered = true;
    });
    if (!asked) return;
    clock.after(PROBE_MS, () => {
      if (answered || opened !== this.#opened || this.#stops.length === 0) return;
      this.#dead(cause);
    });
  }

  #tick(): void {
    const { socket, clock, hidden } = this.#options;
    const now = clock.now();
    const state = socket.connectionState();
    if (state !== "connecting") this.#connectingSince = null;
    if (state !== "open") this.#unansweredSince = null;
    if (state === "closed" && hidden()) this.#tryHidden(now);
    else if (state === "connecting") {
      this.#connectingSince ??= now;
      if (now - this.#connectingSince >= this.#connectWithin) this.#dead("connecting");
    } else if (state === "open") this.#beat(now);
  }

  #tryHidden(now: number): void {
    if (now < this.#hiddenNext) return;
    this.#hiddenTries += 1;
    this.#hiddenNext = now + reconnectAfter(this.#hiddenTries);
    this.#options.socket.renew(this.#options.clock);
  }

  #beat(now: number): void {
    if (this.#unansweredSince !== null) {
      if (now - this.#unansweredSince >= DEAD_MS) this.#dead("silence");
      return;
    }
    this.#unansweredSince = now;
    this.#options.socket.ping(() => {
      this.#unansweredSince = null;
    });
  }

  #dead(cause: string): void {
    const { socket, clock, history } = this.#options;
    this.#connectWithin = cause === "connecting" ? CONNECT_MS : CONNECT_AGAIN_MS;
    this.#connectingSince = clock.now();
    this.#unansweredSince = null;
    history.add("socket_dead", { cause });
    socket.renew(clock);
  }
}
