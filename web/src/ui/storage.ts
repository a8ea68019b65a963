// The browser's storage, or a page's memory where the browser refuses it (cookies blocked).

import type { ResumeStorage } from "../client";

/** `pick` names the storage; reading the name alone may already be refused. */
export function storageOf(pick: () => Storage): ResumeStorage {
  const memory = new Map<string, string>();
  return {
    getItem(key) {
      try {
        // What could not be kept (no room, private browsing) is in the memory alone.
        return pick().getItem(key) ?? memory.get(key) ?? null;
      } catch {
        return memory.get(key) ?? null;
      }
    },
    setItem(key, value) {
      try {
        pick().setItem(key, value);
        memory.delete(key);
      } catch {
        memory.set(key, value);
      }
    },
  };
}
