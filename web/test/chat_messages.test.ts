// Messages before they are drawn or sent, and how many are unread.

import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ChatMessage } from "../src/client";
import { Store } from "../src/client/store";
import { added, excess, isEarlier, shownAt } from "../src/ui/chat/message";
import { countUnread } from "../src/ui/chat/unread";
import type { RoomView } from "../src/ui/room/view";

const message = (id: string, more: Partial<ChatMessage> = {}): ChatMessage => ({
  id,
  from: "ann",
  name: "Ann",
  text: "hi",
  at: 200,
  ...more,
});

test("a time is never one to come, and stays what it was shown as", () => {
  const early = message("a", { at: 500 });
  expect(shownAt(early, 300)).toBe(300);
  expect(shownAt(early, 400)).toBe(300);
  expect(shownAt(message("b", { at: 500 }), 900)).toBe(500);
});

test.each([
  ["abc", 3, 0],
  ["abcd", 3, 1],
  ["ä", 2, 0],
  ["ää", 3, 1],
  ["😀😀", 4, 1],
  ["हि", 6, 0],
  ["x".repeat(10_000), 4_096, 5_904],
])("%s in %i bytes is %i too long", (text, limit, over) => {
  expect(excess(text, limit)).toBe(over);
  expect(new TextEncoder().encode([...text].slice(0, [...text].length - over).join("")).length)
    // What is left fits.
    .toBeLessThanOrEqual(limit);
});

test("earlier is what was said before one came", () => {
  expect(isEarlier(message("a", { at: 99 }), 100)).toBe(true);
  expect(isEarlier(message("a", { at: 100 }), 100)).toBe(false);
  expect(isEarlier(message("a"), null)).toBe(true);
});

test("what was dropped at the front does not make the rest new", () => {
  const [a, b, c] = [message("a"), message("b"), message("c")];
  expect(added([a, b], [b, c])).toEqual([c]);
});

let chat: Store<readonly ChatMessage[]>;
let titles: number[];
let onVisibility = () => {};
const page = { visibilityState: "visible" };

function viewOf(panel: "chat" | null) {
  const view = {
    session: { room: { chat }, participant: "me" },
    panel: signal(panel),
    unread: signal(0),
    joinedAt: signal(100),
    page: { setTitle: (n: number) => titles.push(n) },
  };
  return view as unknown as RoomView;
}

beforeEach(() => {
  chat = new Store<readonly ChatMessage[]>([]);
  titles = [];
  page.visibilityState = "visible";
  vi.stubGlobal("document", {
    get visibilityState() {
      return page.visibilityState;
    },
    addEventListener: (_: string, listener: () => void) => {
      onVisibility = listener;
    },
    removeEventListener: () => {
      onVisibility = () => {};
    },
  });
});

afterEach(() => vi.unstubAllGlobals());

const say = (...messages: ChatMessage[]) => chat.set([...chat.value, ...messages]);

test("others' messages count while the chat is closed, earlier and one's own do not", () => {
  const view = viewOf(null);
  const stop = countUnread(view);
  say(message("old", { at: 50 }), message("own", { from: "me" }));
  expect(view.unread.value).toBe(0);
  say(message("a"));
  say(message("b"), message("c"));
  expect(view.unread.value).toBe(3);
  view.panel.value = "chat";
  expect(view.unread.value).toBe(0);
  expect(titles).toEqual([0, 1, 3, 0]);
  stop();
  view.panel.value = null;
  say(message("d"));
  expect(view.unread.value).toBe(0);
});

test("an open chat on a hidden page counts, until the page is seen again", () => {
  const view = viewOf("chat");
  countUnread(view);
  say(message("a"));
  expect(view.unread.value).toBe(0);
  page.visibilityState = "hidden";
  say(message("b"));
  expect(view.unread.value).toBe(1);
  page.visibilityState = "visible";
  onVisibility();
  expect(view.unread.value).toBe(0);
});
