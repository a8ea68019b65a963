// What screen readers are told. Messages that come close together are one text, so that ten people
// who join at once are no ten interruptions.

import { type ReadonlySignal, signal } from "@preact/signals";

/** How long messages are gathered. */
const GATHER_MS = 500;

const current = signal("");
let waiting: string[] = [];

/** The text of the live region. */
export const said: ReadonlySignal<string> = current;

/** Tells screen readers, after what they are reading. Nothing is shown. */
export function announce(text: string): void {
  if (!text || waiting.includes(text)) return;
  waiting.push(text);
  if (waiting.length > 1) return;
  // The same text again is only heard again if it was gone in between.
  current.value = "";
  setTimeout(() => {
    current.value = waiting.join(" ");
    waiting = [];
  }, GATHER_MS);
}
