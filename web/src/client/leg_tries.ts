// When a leg is tried again: how long a connection has to come about, and how long it is between tries.

import type { Clock } from "./clock";

export interface LegTriesOptions {
  clock: Clock;
  /** The polite one waits longer. */
  polite: boolean;
  /** Whether the server can be reached. */
  joined: () => boolean;
  /** Whether it is connected, and nothing is being negotiated. */
  isSettled: () => boolean;
  /** Looks for a path again, by the same connection. */
  restart: (cause: string) => void;
  /** Makes a new connection. */
  renew: (cause: string) => void;
}

/** How long a connection may take to come about, or back; longer once that was in vain. */
const CONNECT_MS = 10_000;
const CONNECT_AGAIN_MS = 20_000;
/** The polite one waits so much longer, for the other's new connection may be on its way. */
const POLITE_MS = 2_000;
/** Between one failure and the next try, after the first one. */
const FAILED_MS = 2_000;
/** So often a leg is made anew at once; then in its time. */
const MOST_QUICK = 3;
/** After a rejoin a leg may yet come back by itself, or be offered anew by the other side. */
const REJOINED_MS = 1_000;
/** After waking, what is disconnected is not waited for. */
const AWAKE_MS = 10_000;

export class LegTries {
  readonly #options: LegTriesOptions;
  /** Something did not get through. */
  owing = false;
  /** Restarts and new connections since it last was connected. */
  #tries = 0;
  #awakeSince: number | null = null;
  #stopDeadline: (() => void) | null = null;
  #stopRetry = () => {};

  constructor(options: LegTriesOptions) {
    this.#options = options;
  }

  /** Whether a new connection is worth making at once. */
  get isQuick(): boolean {
    return this.#tries < MOST_QUICK;
  }

  /** A restart or a new connection begins. */
  count(): void {
    this.#tries += 1;
  }

  connected(): void {
    this.#tries = 0;
    this.disarm();
    this.#clearRetry();
  }

  failed(): void {
    this.again("failed", this.#tries === 0 ? 0 : FAILED_MS);
  }

  disconnected(): void {
    const { clock } = this.#options;
    if (this.#awakeSince !== null && clock.now() - this.#awakeSince < AWAKE_MS) {
      this.again("awake", 0);
    }
  }

  /** The machine woke, or has another network. */
  woke(): void {
    this.#awakeSince = this.#options.clock.now();
  }

  /** The server can be reached again. */
  rejoined(): void {
    const { clock, isSettled, restart } = this.#options;
    this.#clearRetry();
    this.#stopRetry = clock.after(REJOINED_MS, () => {
      if (this.owing || !isSettled()) restart("rejoined");
    });
  }

  /** Restarts after `ms`; without the server, once it is back. */
  again(cause: string, ms: number): void {
    const { clock, joined, restart } = this.#options;
    this.#clearRetry();
    if (!joined()) this.owing = true;
    else if (ms === 0) restart(cause);
    else this.#stopRetry = clock.after(ms, () => restart(cause));
  }

  /** Gives the connection its time. */
  arm(): void {
    if (this.#stopDeadline) return;
    const { clock, polite, joined, isSettled, renew } = this.#options;
    const ms = (this.#tries < 2 ? CONNECT_MS : CONNECT_AGAIN_MS) + (polite ? POLITE_MS : 0);
    this.#stopDeadline = clock.after(ms, () => {
      this.#stopDeadline = null;
      if (isSettled()) return;
      if (joined()) renew("not_connected");
      else this.owing = true;
    });
  }

  disarm(): void {
    this.#stopDeadline?.();
    this.#stopDeadline = null;
  }

  close(): void {
    this.disarm();
    this.#clearRetry();
  }

  #clearRetry(): void {
    this.#stopRetry();
    this.#stopRetry = () => {};
  }
}
