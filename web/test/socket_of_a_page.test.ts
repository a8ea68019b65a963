// What the phoenix client hangs on a page's window, and what happens when the page goes.

import { beforeEach, expect, test, vi } from "vitest";
import type { Transport } from "../src/client/line";
import { takeSocket } from "../src/client/socket";
import { FakeSocket, HandClock, settle } from "./support";

// It looks for a window when it is loaded, and only then.
const page = vi.hoisted(() => {
  const page = Object.assign(new EventTarget(), { document: new EventTarget() });
  vi.stubGlobal("window", page);
  return page;
});

const visit = () => takeSocket("ws://host/socket", FakeSocket as unknown as Transport);

function open(): FakeSocket {
  const socket = FakeSocket.newest();
  socket.open();
  return socket;
}

beforeEach(() => {
  FakeSocket.all = [];
});

test("thirty visits hang on the window once", async () => {
  const onWindow = vi.spyOn(page, "addEventListener");
  const onDocument = vi.spyOn(page.document, "addEventListener");
  for (let i = 0; i < 30; i += 1) {
    const socket = visit();
    socket.connect();
    open();
    socket.giveBack();
    await settle();
  }
  const heard = onWindow.mock.calls.map(([event]) => event);
  expect(heard.sort()).toEqual(["pagehide", "pageshow", "visibilitychange"]);
  expect(onDocument).toHaveBeenCalledTimes(1);
});

test("a page that goes closes its socket and those before at once", () => {
  const socket = visit();
  socket.connect();
  const old = open();
  const clock = new HandClock();
  socket.renew(clock);
  const next = open();
  page.dispatchEvent(new Event("pagehide"));
  expect([old.readyState, next.readyState]).toEqual([3, 3]);
  expect(clock.next()).toBeNull();

  // From the back-forward cache: it connects again, and is replaced as before.
  page.dispatchEvent(new Event("pageshow"));
  const later = open();
  socket.renew(clock);
  expect(later.readyState).toBe(1);
  socket.giveBack();
  expect(later.readyState).toBe(3);
});
