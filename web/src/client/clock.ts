// Time. Kept by a Worker, because a browser slows the timers of a page that nobody looks at.

/** What time it is, and calls later. */
export interface Clock {
  /** Milliseconds; only differences mean anything. */
  now(): number;
  /** Calls `then` once after `ms`; returns how to prevent it. */
  after(ms: number, then: () => void): () => void;
}

/** The page's own timers: exact while it is visible. */
export const pageClock: Clock = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock that also ticks while the page is hidden; the page's own where there is no Worker. */
export function workerClock(): Clock {
  let worker: Worker;
  try {
    worker = new Worker(new URL("./clock.worker.ts", import.meta.url), { type: "module" });
  } catch {
    return pageClock;
  }
  const waiting = new Map<number, () => void>();
  let last = 0;
  let broken = false;
  worker.onmessage = (event: MessageEvent<number>) => {
    const then = waiting.get(event.data);
    waiting.delete(event.data);
    then?.();
  };
  worker.onerror = () => {
    // It did not load: whoever waits is called late rather than never.
    broken = true;
    const late = [...waiting.values()];
    waiting.clear();
    for (const then of late) pageClock.after(0, then);
  };
  return {
    now: pageClock.now,
    after(ms, then) {
      if (broken) return pageClock.after(ms, then);
      last += 1;
      const id = last;
      waiting.set(id, then);
      worker.postMessage({ id, ms });
      return () => {
        waiting.delete(id);
      };
    },
  };
}

/** Calls `then` every `ms` until stopped. */
export function every(clock: Clock, ms: number, then: () => void): () => void {
  let stop = () => {};
  const next = () => {
    stop = clock.after(ms, () => {
      next();
      then();
    });
  };
  next();
  return () => stop();
}
