// Rates out of counters: remembers earlier looks at the connections, and tells what each stream did
// since one that is long enough ago to say.

import { ratesOf, type StreamRate } from "./quality";
import type { ConnectionStats } from "./stats";

interface Look {
  at: number;
  connections: readonly ConnectionStats[];
}

/** Over less, a rate is chance. */
const LEAST_MS = 1_000;

export class Looks {
  /** The oldest first; only the first may be a base of the next look. */
  #kept: readonly Look[] = [];

  /** Takes a look at `at` (ms); empty where there is none to compare it with. */
  look(at: number, connections: readonly ConnectionStats[]): StreamRate[] {
    const base = this.#kept.findLast((look) => at - look.at >= LEAST_MS);
    const younger = base ? this.#kept.filter((look) => look.at >= base.at) : this.#kept;
    this.#kept = [...younger, { at, connections }];
    return base ? ratesOf(base.connections, connections, at - base.at) : [];
  }
}
