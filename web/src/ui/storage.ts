// The browser's storage, or a page's memory where the browser refuses it (cookies blocked).

import type { ResumeStorage } from "../client";

/** `pick` names the storage; reading the name alone may already be refused. */
export function storageOf(pick: () => Storage): ResumeStorage {
  const memory = new Map<string, string>();
  return {
    getItem(key) {
      try {
        return pick().getItem(key);
      } catch {
        return memory.get(key) ?? null;
      }
    },
    setItem(key, value) {
      try {
        pick().setItem(key, value);
      } catch {
        memory.set(key, value);
      }
    },
  };
}
