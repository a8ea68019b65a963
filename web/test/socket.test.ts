// Sockets that are replaced, left to the server, closed for good and used again.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Transport } from "../src/client/line";
import { type ReusedSocket, takeSocket } from "../src/client/socket";
import { FakeSocket, HandClock } from "./support";

let clock: HandClock;
let socket: ReusedSocket;
let mine: Set<ReusedSocket>;

/** Those that the browser would still hold. */
const held = () => FakeSocket.all.filter(({ readyState }) => readyState !== 3);

function take(endpoint = "ws://host/socket"): ReusedSocket {
  const taken = takeSocket(endpoint, FakeSocket as unknown as Transport);
  mine.add(taken);
  return taken;
}

function giveBack(taken: ReusedSocket): void {
  mine.delete(taken);
  taken.giveBack();
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  clock = new HandClock();
  mine = new Set();
  socket = take();
  socket.connect();
});

afterEach(async () => {
  for (const taken of mine) taken.giveBack();
  await vi.runAllTimersAsync();
  vi.useRealTimers();
});

function open(): FakeSocket {
  const newest = FakeSocket.newest();
  newest.open();
  return newest;
}

test("a replaced socket hears and says nothing, and is left to the server", async () => {
  const heard = vi.fn();
  socket.onMessage(heard);
  const old = open();
  const says = vi.spyOn(old, "onclose");
  const channel = socket.channel("room:tea");
  channel.join();
  const said = old.sent.length;
  socket.renew(clock);
  const next = open();
  expect(next).not.toBe(old);
  expect(old.readyState).toBe(1);
  expect(old.sent).toHaveLength(said);
  expect(next.has("phx_join")).toBe(true);
  expect(Object.keys(old).filter((key) => /^on(open|error|message)$/.test(key))).toHaveLength(3);
  expect([old.onopen, old.onerror, old.onmessage]).toEqual([null, null, null]);
  // The server's, at the takeover: nothing is lost by it, and nothing is left to do.
  old.close(1000);
  expect(says).not.toHaveBeenCalled();
  expect(socket.isConnected()).toBe(true);
  expect(clock.next()).toBeNull();
  expect(heard).not.toHaveBeenCalled();
  channel.leave();
});

test("a replaced socket that the server forgot is closed after 10 s", async () => {
  const old = open();
  socket.renew(clock);
  open();
  await clock.advance(9_900);
  expect(old.readyState).toBe(1);
  await clock.advance(200);
  expect(old.readyState).toBe(3);
  expect(clock.next()).toBeNull();
  expect(socket.isConnected()).toBe(true);
});

test("whoever leaves closes those before too, at once", () => {
  const old = open();
  socket.renew(clock);
  const next = open();
  giveBack(socket);
  expect([old.readyState, next.readyState]).toEqual([3, 3]);
  expect(clock.next()).toBeNull();
});

test("connections that never open do not pile up", () => {
  open();
  for (let i = 0; i < 20; i += 1) socket.renew(clock);
  // The first, which somebody may have joined over, and the newest.
  expect(held()).toEqual([FakeSocket.all[0], FakeSocket.newest()]);
});

test("bytes that were never sent do not hold the next connection up", () => {
  const old = open();
  old.bufferedAmount = 1_000;
  socket.renew(clock);
  open();
  expect(socket.isConnected()).toBe(true);
});

test("the phoenix client beats no second time", async () => {
  const first = open();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(first.sent).toEqual([]);
});

test("a socket is used again, but by one at a time", async () => {
  const other = take();
  expect(other).not.toBe(socket);
  giveBack(other);
  expect(take("ws://elsewhere/socket")).not.toBe(other);
  expect(take()).toBe(other);
});

test("what is still on its way out does not carry the join of the next", async () => {
  const old = open();
  old.bufferedAmount = 1_000;
  giveBack(socket);
  const next = take();
  expect(next).not.toBe(socket);
  await vi.runAllTimersAsync();
  expect(old.readyState).toBe(3);
  expect(take()).toBe(socket);
});
