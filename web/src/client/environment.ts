// What the browser tells of its surroundings that may have cost a connection: sleep, another network,
// a page that comes back. Without a window (a worker, a test) there is nothing to hear.

/** Calls `woke` with the cause; returns how to stop. */
export function listenToEnvironment(woke: (cause: string) => void): () => void {
  if (typeof globalThis.addEventListener !== "function") return () => {};
  const stop = new AbortController();
  const { signal } = stop;
  globalThis.addEventListener("online", () => woke("online"), { signal });
  globalThis.addEventListener(
    "pageshow",
    (event) => {
      if ((event as PageTransitionEvent).persisted) woke("pageshow");
    },
    { signal },
  );
  globalThis.document?.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "visible") woke("visible");
    },
    { signal },
  );
  // Where it exists (Chromium): from one network to another without being offline in between.
  const { connection } = globalThis.navigator as Navigator & { connection?: EventTarget };
  connection?.addEventListener("change", () => woke("network"), { signal });
  return () => stop.abort();
}
