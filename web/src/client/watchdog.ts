// Notices that what should be arriving is not, and says what to do about it. Pure.
//
// First the connection that brings it is asked to restart, then the call begins anew, each once.
// What is silent even then is its sender's trouble, and left alone until their next generation.

/** A stream that should be arriving, and how much of it did. */
export interface Flow {
  /** Whose stream of which generation. */
  key: string;
  /** Rises while something arrives; starts again from 0 on a new connection. */
  count: number;
}

export type Advice = "fine" | "resubscribe" | "restart";

const FIRST_MS = 3_000;
const STALL_MS = 5_000;
const HELP_MS = 5_000;

interface Seen {
  count: number;
  /** When it began to be expected, or last grew. */
  at: number;
  grew: boolean;
}

export class Watchdog {
  #seen = new Map<string, Seen>();
  #askedAt: number | null = null;
  #hopeless = new Set<string>();

  /** Everything has its time again: after a join or a new call. */
  rearm(): void {
    this.#seen.clear();
    this.#askedAt = null;
  }

  /** Looks once; call it every second. */
  look(now: number, flows: Flow[]): Advice {
    const keys = new Set(flows.map(({ key }) => key));
    this.#seen = new Map([...this.#seen].filter(([key]) => keys.has(key)));
    this.#hopeless = new Set([...this.#hopeless].filter((key) => keys.has(key)));
    for (const flow of flows) this.#note(now, flow);
    const silent = flows.filter(({ key }) => !this.#hopeless.has(key) && this.#isSilent(now, key));
    if (silent.length === 0) {
      this.#askedAt = null;
      return "fine";
    }
    if (this.#askedAt === null) {
      this.#askedAt = now;
      return "resubscribe";
    }
    if (now - this.#askedAt < HELP_MS) return "fine";
    for (const { key } of silent) this.#hopeless.add(key);
    this.rearm();
    return "restart";
  }

  #note(now: number, { key, count }: Flow): void {
    const seen = this.#seen.get(key);
    if (!seen) this.#seen.set(key, { count, at: now, grew: false });
    else if (count > seen.count) {
      this.#seen.set(key, { count, at: now, grew: true });
      this.#hopeless.delete(key);
    } else seen.count = count;
  }

  #isSilent(now: number, key: string): boolean {
    const seen = this.#seen.get(key);
    return seen !== undefined && now - seen.at >= (seen.grew ? STALL_MS : FIRST_MS);
  }
}
