// Waiting for a condition: with a deadline, and with words for what did not come.
import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits until `probe` gives something true, and gives that.
 * @param {string} what for the message when it does not: "Bob's frames to grow"
 * @param {() => unknown} probe may be async; what it throws counts as not yet
 * @param {{within?: number, every?: number, note?: () => unknown}} [options] ms; `note` is asked when time is up
 */
export async function until(what, probe, { within = 30_000, every = 50, note } = {}) {
  const deadline = performance.now() + within;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const said = note ? `; ${JSON.stringify(await note(), null, 1)}` : "";
      throw new Error(`waited ${within} ms for ${what}${said}`, { cause: last });
    }
    await pause(every);
  }
}

/** Watches for `during` ms that `probe` stays true: for what must not happen. */
export async function throughout(what, during, probe, { every = 100, note } = {}) {
  const end = performance.now() + during;
  while (performance.now() < end) {
    if (!(await probe())) {
      const said = note ? `; ${JSON.stringify(await note(), null, 1)}` : "";
      throw new Error(`not throughout ${during} ms: ${what}${said}`);
    }
    await pause(every);
  }
}
