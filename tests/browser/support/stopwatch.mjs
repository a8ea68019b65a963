// When what happens in a page happens: for pages that are measured. Times are Unix ms, so that they
// compare with those of the measuring process and of other pages.
import { until } from "./wait.mjs";

/** Runs in the page before its scripts (the `before` of `sitDown`). */
export function stopwatch() {
  const seen = { clicked: null, joined: null, states: [], frames: [] };
  window.stopwatch = seen;
  addEventListener(
    "click",
    ({ target }) => {
      if (target.closest?.('[data-testid="join-button"]')) seen.clicked ??= Date.now();
    },
    true,
  );

  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (seen.joined || typeof data !== "string") return;
        const [, , , event, payload] = JSON.parse(data);
        if (event === "phx_reply" && payload.response?.participant) seen.joined = Date.now();
      });
    }
  };

  // The ids of tracks are given by the other end, again and again the same.
  const tracks = new WeakMap();
  let last = 0;
  const numberOf = (track) => {
    if (!track) return 0;
    if (!tracks.has(track)) tracks.set(track, ++last);
    return tracks.get(track);
  };
  const watched = new WeakSet();
  const watch = (video) => {
    if (watched.has(video)) return;
    watched.add(video);
    const shown = () => {
      const { participant, self } = video.closest('[data-testid="tile"]')?.dataset ?? {};
      if (participant && self !== "true") {
        const [track] = video.srcObject?.getVideoTracks() ?? [];
        seen.frames.push({ at: Date.now(), of: participant, track: numberOf(track) });
      }
      if (seen.frames.length > 20_000) seen.frames.splice(0, 10_000);
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  };
  new MutationObserver(() => {
    for (const video of document.querySelectorAll('[data-testid="tile"] video')) watch(video);
    const state = document.querySelector('[data-testid="status-banner"]')?.dataset.state;
    if (state && state !== seen.states.at(-1)?.state) seen.states.push({ at: Date.now(), state });
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-state"],
  });
}

/** When that page was clicked, joined, connected (Unix ms). */
export function timesOf(person) {
  return person.page.evaluate(() => {
    const { clicked, joined, states } = window.stopwatch;
    return { clicked, joined, connected: states.find(({ state }) => state === "connected")?.at };
  });
}

/** The times at which that page showed a frame of a participant, from `since` on. */
export function framesOf(person, participant, since = 0) {
  return person.page.evaluate(
    ([of, since]) =>
      window.stopwatch.frames.filter((f) => f.of === of && f.at >= since).map(({ at }) => at),
    [participant.id, since],
  );
}

/**
 * Waits until a page shows frames of a participant again after `notBefore`, by which the old stream
 * had ended: `{last, first}`, the last frame before and the first one after.
 */
export async function comeback(person, participant, { since, notBefore, within = 30_000 }) {
  return until(
    `frames of ${participant.name} again at ${person.name}'s`,
    async () => {
      const frames = await framesOf(person, participant, since);
      const first = frames.findIndex((at) => at > notBefore);
      if (first < 0 || frames.length - first < 5) return false;
      return { last: frames[first - 1] ?? since, first: frames[first] };
    },
    { within, every: 50, note: () => person.story() },
  );
}

/** The same by the track that the page shows: for one whose connections are all new. */
export async function nextTrack(person, participant, { since, within = 30_000 }) {
  return until(
    `another track of ${participant.name} at ${person.name}'s`,
    () =>
      person.page.evaluate(
        ([of, since]) => {
          const frames = window.stopwatch.frames.filter((frame) => frame.of === of);
          const old = frames.findLast(({ at }) => at < since)?.track;
          return frames.find(({ at, track }) => at >= since && track !== old)?.at;
        },
        [participant.id, since],
      ),
    { within, note: () => person.story() },
  );
}
