// Short messages that come and go: what went wrong and is no state of the meeting, or what changed by
// itself. One of each kind at a time, the newest; screen readers hear them as they come.

import { type ReadonlySignal, signal } from "@preact/signals";
import { announce } from "./announce";

/** An `error` stays until it is dismissed; `info` goes by itself. */
export type NoticeKind = "error" | "info";

export interface Notice {
  id: number;
  kind: NoticeKind;
  text: string;
}

/** Long enough to be read twice. */
const INFO_MS = 8_000;

const current = signal<readonly Notice[]>([]);
let last = 0;

/** What is to be shown now. */
export const notices: ReadonlySignal<readonly Notice[]> = current;

/** Shows and announces it; returns how to take it away. */
export function notify(text: string, kind: NoticeKind = "info"): () => void {
  last += 1;
  const id = last;
  current.value = [...current.value.filter((other) => other.kind !== kind), { id, kind, text }];
  announce(text);
  if (kind === "info") setTimeout(() => dismiss(id), INFO_MS);
  return () => dismiss(id);
}

/** Takes it away, if it is still there. */
export function dismiss(id: number): void {
  if (!current.value.some((notice) => notice.id === id)) return;
  current.value = current.value.filter((notice) => notice.id !== id);
}
