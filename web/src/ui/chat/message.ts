// What there is to know about messages before they are drawn or sent. Pure.

import type { ChatMessage } from "../../client";

const shown = new WeakMap<ChatMessage, number>();

/**
 * The time to show, Unix ms: the server's, but never one that has not come yet where this machine's
 * clock is slow. Each message keeps what it was first shown with.
 */
export function shownAt(message: ChatMessage, now: number): number {
  const before = shown.get(message);
  if (before !== undefined) return before;
  const at = Math.min(message.at, now);
  shown.set(message, at);
  return at;
}

/** How many characters at the end are too many for `limit` bytes of UTF-8. */
export function excess(text: string, limit: number): number {
  let bytes = 0;
  let over = 0;
  for (const character of text) {
    bytes += utf8Length(character.codePointAt(0) ?? 0);
    if (bytes > limit) over += 1;
  }
  return over;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** Whether it was said before one came at `joinedAt` (null: one has not come). */
export function isEarlier(message: ChatMessage, joinedAt: number | null): boolean {
  return joinedAt === null || message.at < joinedAt;
}

/** Those of `now` that were not in `before`: old ones are dropped at the front. */
export function added(
  before: readonly ChatMessage[],
  now: readonly ChatMessage[],
): readonly ChatMessage[] {
  const known = new Set(before.map(({ id }) => id));
  return now.filter(({ id }) => !known.has(id));
}
