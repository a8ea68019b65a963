// A visit as a whole, with the real phoenix client on a fake WebSocket, and without devices.

import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { pageClock } from "../src/client/clock";
import { fetchEngines } from "../src/client/engines";
import { LocalMedia } from "../src/client/media";
import { Session } from "../src/client/session";
import { FakeSocket, joinReply } from "./support";

class FakeTrack extends EventTarget {
  enabled = true;
  stop(): void {}
}

let track: FakeTrack;
let media: LocalMedia;
let session: Session;

beforeAll(fetchEngines);

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  track = new FakeTrack();
  media = new LocalMedia(async () => track as unknown as MediaStreamTrack);
  session = new Session({
    endpoint: "ws://host/socket",
    room: "tea",
    name: "Ann",
    media,
    hidden: () => false,
    clock: pageClock,
    transport: FakeSocket as never,
  });
  session.join();
});

afterEach(() => {
  session.leave();
  vi.useRealTimers();
});

function joined(mode: "gateway" | "mesh" = "mesh"): FakeSocket {
  const socket = FakeSocket.newest();
  socket.open();
  socket.reply("phx_join", "ok", joinReply({ mode }));
  return socket;
}

test("the engine is the one of the room's mode, and another when the room changes", async () => {
  const socket = joined("mesh");
  expect(session.status.value).toEqual({ state: "connected" });
  expect(socket.has("start_call")).toBe(false);
  socket.tell("mode", { mode: "gateway" });
  await vi.advanceTimersByTimeAsync(100);
  expect(socket.frame("start_call")[4]).toEqual({ streams: [] });
  expect(session.info.value?.room.mode).toBe("gateway");
});

test("a raised hand is told, and told again after a loss", async () => {
  const socket = joined();
  session.raiseHand(true);
  expect(socket.frame("update")[4]).toMatchObject({ hand: true, mic: false });
  socket.close(1006);
  await vi.advanceTimersByTimeAsync(1_000);
  const next = joined();
  expect(next).not.toBe(socket);
  expect(next.frame("update")[4]).toMatchObject({ hand: true });
});

test("a reaction of another and one's own are shown, other data is not", async () => {
  const socket = joined();
  socket.tell("data", { from: "p2", data: { reaction: "👏" } });
  socket.tell("data", { from: "p2", data: { reaction: "x".repeat(17) } });
  socket.tell("data", { from: "p2", data: { other: 1 } });
  const reacted = session.react("👍");
  socket.reply("data", "ok", {});
  await reacted;
  expect(session.room.reactions.value.map(({ from, emoji }) => [from, emoji])).toEqual([
    ["p2", "👏"],
    ["p1", "👍"],
  ]);
});

test("ten seconds without the server and nothing is sent, until it is back", async () => {
  const socket = joined();
  await media.turnOn("mic");
  socket.close(1006);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(track.enabled).toBe(true);
  // Tries in between do not begin the count anew.
  for (const one of FakeSocket.all) one.close(1006);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(session.silenced.value).toBe(true);
  expect(track.enabled).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  joined();
  expect(session.silenced.value).toBe(false);
  expect(track.enabled).toBe(true);
});

test("a short loss silences nobody", async () => {
  joined().close(1006);
  await media.turnOn("mic");
  await vi.advanceTimersByTimeAsync(2_000);
  joined();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(track.enabled).toBe(true);
});
