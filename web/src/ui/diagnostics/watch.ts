// Looks at the connections every two seconds, while somebody looks at the panel.

import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import {
  type ConnectionStats,
  every,
  Looks,
  pageClock,
  type Session,
  type StreamRate,
} from "../../client";

const LOOK_MS = 2_000;

/** What was seen. */
export interface Seen {
  connections: readonly ConnectionStats[];
  rates: readonly StreamRate[];
}

/** Null until the first look. */
export function useLooks(session: Session): ReadonlySignal<Seen | null> {
  const seen = useSignal<Seen | null>(null);
  useEffect(() => {
    const looks = new Looks();
    let over = false;
    const look = async () => {
      // A connection that closes meanwhile tells nothing: the next look finds another.
      const connections = await session.stats().catch(() => null);
      if (over || !connections) return;
      seen.value = { connections, rates: looks.look(pageClock.now(), connections) };
    };
    void look();
    const stop = every(pageClock, LOOK_MS, () => void look());
    return () => {
      over = true;
      stop();
    };
  }, [session]);
  return seen;
}
