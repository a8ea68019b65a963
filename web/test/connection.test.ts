// Joining, losing and ending a membership, with the real phoenix client on a fake WebSocket.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Clock, pageClock } from "../src/client/clock";
import { Connection } from "../src/client/connection";
import { History } from "../src/client/history";
import { FakeSocket, HandClock, joinReply } from "./support";

let held: number | null;
let hidden: boolean;
let kept: Map<string, string>;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  held = null;
  hidden = false;
  kept = new Map();
  connection = connect(pageClock);
});

afterEach(() => {
  connection.leave();
  vi.useRealTimers();
});

function connect(clock: Clock): Connection {
  const made = new Connection({
    endpoint: "ws://host/socket",
    room: "tea",
    name: "Ann",
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
    },
    clock,
    history: new History(),
    heldCall: () => held,
    hidden: () => hidden,
    transport: FakeSocket as never,
  });
  made.open();
  return made;
}

function join(): FakeSocket {
  const socket = FakeSocket.newest();
  socket.open();
  socket.reply("phx_join", "ok", joinReply());
  return socket;
}

const state = () => connection.state.value;

test("the socket says how often it beats, and the join who comes", () => {
  const socket = join();
  expect(socket.url).toContain("heartbeat_ms=5000");
  expect(socket.url).toContain("vsn=2.0.0");
  expect(socket.frame("phx_join").slice(2)).toEqual([
    "room:tea",
    "phx_join",
    { name: "Ann", call: null },
  ]);
  expect(state()).toEqual({ phase: "joined", participant: "p1" });
});

test("after a loss it comes back with the resume token and the call it holds", async () => {
  const socket = join();
  held = 7;
  socket.close(1006);
  expect(state().phase).toBe("reconnecting");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSocket.newest()).not.toBe(socket);
  join();
  expect(FakeSocket.newest().frame("phx_join")[4]).toEqual({
    name: "Ann",
    resume: "token",
    call: 7,
  });
});

test("a request without a joined channel is lost at once and never sent later", async () => {
  const socket = join();
  socket.close(1006);
  const answer = connection.ask("start_call", { streams: [] });
  await expect(answer).resolves.toEqual({ kind: "lost" });
  await vi.advanceTimersByTimeAsync(1_000);
  join();
  expect(FakeSocket.newest().has("start_call")).toBe(false);
});

test("a request under way is lost with its channel", async () => {
  const socket = join();
  const answer = connection.ask("start_call", { streams: [] });
  expect(socket.has("start_call")).toBe(true);
  socket.tell("phx_error", {});
  await expect(answer).resolves.toEqual({ kind: "lost" });
});

test("an error reply keeps its reason and its wait", async () => {
  const socket = join();
  const answer = connection.ask("start_call", { streams: [] });
  socket.reply("start_call", "error", { reason: "janus_timeout", detail: "", retry_ms: 400 });
  await expect(answer).resolves.toEqual({
    kind: "error",
    reason: "janus_timeout",
    retryMs: 400,
  });
});

test("a request that is not answered times out after 10 s", async () => {
  const socket = join();
  const answer = connection.ask("chat", { text: "tea?" });
  await vi.advanceTimersByTimeAsync(10_050);
  await expect(answer).resolves.toEqual({ kind: "timeout" });
  expect(state().phase).toBe("joined");
  expect(FakeSocket.newest()).toBe(socket);
});

test.each(["locked", "full", "kicked", "unauthorised", "bad_name"])(
  "a join refused as %s is not asked again",
  async (reason) => {
    const socket = FakeSocket.newest();
    socket.open();
    socket.reply("phx_join", "error", { reason, detail: "" });
    expect(state()).toEqual({ phase: "ended", reason });
    expect(socket.has("phx_leave")).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(socket.sent.filter(([, , , event]) => event === "phx_join")).toHaveLength(1);
    expect(socket.readyState).toBe(3);
  },
);

test("a join refused for now is asked again", async () => {
  const socket = FakeSocket.newest();
  socket.open();
  socket.reply("phx_join", "error", { reason: "room_restarting", retry_ms: 200 });
  expect(state()).toEqual({ phase: "connecting", cause: "room_restarting" });
  await vi.advanceTimersByTimeAsync(1_100);
  expect(socket.sent.filter(([, , , event]) => event === "phx_join")).toHaveLength(2);
});

test.each([
  ["busy", 200, 300],
  ["draining", 3_000, 3_000],
])("a join refused as %s is asked again after %d ms", async (reason, retryMs, within) => {
  const joins = (socket: FakeSocket) =>
    socket.sent.filter(([, , , event]) => event === "phx_join").length;
  const socket = FakeSocket.newest();
  socket.open();
  socket.reply("phx_join", "error", { reason, detail: "", retry_ms: retryMs });
  await vi.advanceTimersByTimeAsync(retryMs - 10);
  expect(joins(socket)).toBe(1);
  await vi.advanceTimersByTimeAsync(within - retryMs + 10);
  expect(joins(socket)).toBe(2);
  socket.reply("phx_join", "ok", joinReply());
  expect(state().phase).toBe("joined");
});

test("a closed channel ends it with the server's reason, and the socket with it", async () => {
  const socket = join();
  socket.tell("phx_close", { reason: "kicked" });
  expect(state()).toEqual({ phase: "ended", reason: "kicked" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(socket.readyState).toBe(3);
  expect(FakeSocket.all).toHaveLength(1);
});

test("a hidden page beats, and connects again without being looked at", async () => {
  connection.leave();
  FakeSocket.all = [];
  // Only this clock moves; the page's timers, the phoenix client's too, sleep.
  const clock = new HandClock();
  hidden = true;
  connection = connect(clock);
  const socket = join();
  await clock.advance(6_000);
  expect(socket.has("heartbeat")).toBe(true);
  socket.close(1006);
  await clock.advance(2_000);
  expect(FakeSocket.newest()).not.toBe(socket);
  join();
  expect(state().phase).toBe("joined");
});

test("a hidden page tries again at once, then ever more seldom, and at once after the next loss", async () => {
  connection.leave();
  vi.spyOn(Math, "random").mockReturnValue(1);
  FakeSocket.all = [];
  const clock = new HandClock();
  hidden = true;
  connection = connect(clock);
  join().close(1006);
  const tries = async (number: number) => {
    const at: number[] = [];
    const from = clock.now();
    while (at.length < number && clock.now() - from < 60_000) {
      const before = FakeSocket.all.length;
      await clock.advance(1_000);
      if (FakeSocket.all.length === before) continue;
      at.push((clock.now() - from) / 1_000);
      FakeSocket.newest().close(1006);
    }
    return at;
  };
  // It is looked once a second: 50 ms to 800 ms are one, 1.5 s are two; 5 s at most.
  expect(await tries(11)).toEqual([1, 2, 3, 4, 5, 6, 8, 11, 16, 21, 26]);
  await clock.advance(5_000);
  join();
  expect(state().phase).toBe("joined");
  FakeSocket.newest().close(1006);
  // Of the wait before, nothing is left.
  const [first, second] = await tries(2);
  expect([first, second]).toEqual([1, 2]);
  vi.restoreAllMocks();
});

test("a socket that does not answer a probe is replaced", async () => {
  const socket = join();
  socket.answers = false;
  connection.probe("online");
  await vi.advanceTimersByTimeAsync(1_900);
  expect(FakeSocket.newest()).toBe(socket);
  await vi.advanceTimersByTimeAsync(200);
  expect(FakeSocket.newest()).not.toBe(socket);
});

test("a socket that falls silent is replaced before the server gives it up after 9 s", async () => {
  const socket = join();
  await vi.advanceTimersByTimeAsync(10_500);
  // The last byte that the server has of it is never older.
  expect(socket.sent.filter(([, , , event]) => event === "heartbeat")).toHaveLength(10);
  socket.answers = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(FakeSocket.newest()).not.toBe(socket);
  join();
  expect(state().phase).toBe("joined");
});

test("a replaced socket is left to the server, which sees the next join before its end", async () => {
  const socket = join();
  held = 7;
  socket.answers = false;
  await vi.advanceTimersByTimeAsync(8_900);
  const next = join();
  expect(next.frame("phx_join")[4]).toMatchObject({ resume: "token", call: 7 });
  expect([socket.readyState, socket.has("phx_leave")]).toEqual([1, false]);
  connection.leave();
  expect(next.has("phx_leave")).toBe(true);
  expect([socket.readyState, next.readyState]).toEqual([3, 3]);
});

test("a connection that does not open is replaced: after a silence in 2 s, then every 4 s", async () => {
  const socket = join();
  socket.answers = false;
  const at: number[] = [];
  for (let second = 1; second <= 20; second += 1) {
    const before = FakeSocket.all.length;
    await vi.advanceTimersByTimeAsync(1_000);
    if (FakeSocket.all.length > before) at.push(second);
  }
  // Asked at 1 s, given up 4 s later.
  expect(at).toEqual([5, 7, 11, 15, 19]);
  expect(FakeSocket.all.filter(({ readyState }) => readyState === 0)).toHaveLength(1);
  join();
  expect(state().phase).toBe("joined");
});

test("sockets that open and fall silent one after another do not pile up", async () => {
  for (let i = 0; i < 60; i += 1) {
    const socket = FakeSocket.newest();
    if (socket.readyState === 0) {
      socket.open();
      socket.answers = false;
    }
    await vi.advanceTimersByTimeAsync(1_000);
    connection.probe("online");
  }
  expect(FakeSocket.all.length).toBeGreaterThan(10);
  const held = FakeSocket.all.filter(({ readyState }) => readyState !== 3);
  expect(held.length).toBeLessThanOrEqual(6);
});

test("two visits at the same time have a socket each", () => {
  const first = join();
  const other = connect(pageClock);
  const second = join();
  expect(second).not.toBe(first);
  other.leave();
  expect([first.readyState, second.readyState]).toEqual([1, 3]);
  expect(state().phase).toBe("joined");
});

test("a probe does not wait for the next try of a lost socket", async () => {
  join().close(1006);
  for (let i = 0; i < 8; i += 1) {
    await vi.advanceTimersByTimeAsync(5_000);
    FakeSocket.newest().close(1006);
  }
  const tries = FakeSocket.all.length;
  connection.probe("online");
  expect(FakeSocket.all).toHaveLength(tries + 1);
  join();
  expect(state().phase).toBe("joined");
});

test("a socket that answers a probe is kept", async () => {
  const socket = join();
  connection.probe("online");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(FakeSocket.newest()).toBe(socket);
  expect(state().phase).toBe("joined");
});

test("everybody present is told, with the newest of their metas", () => {
  const seen: string[][] = [];
  connection.onPresence = (everybody) => seen.push(everybody.map(({ meta }) => meta.name));
  const socket = join();
  socket.tell("presence_state", { p1: { metas: [{ name: "Ann", phx_ref: "1" }] } });
  socket.tell("presence_diff", {
    joins: { p1: { metas: [{ name: "Anna", phx_ref: "2", phx_ref_prev: "1" }] } },
    leaves: { p1: { metas: [{ name: "Ann", phx_ref: "1" }] } },
  });
  expect(seen.at(-1)).toEqual(["Anna"]);
});

test("two doubts about one socket cost one socket, not its successor too", async () => {
  const socket = join();
  socket.answers = false;
  connection.probe("online");
  await vi.advanceTimersByTimeAsync(500);
  connection.probe("visible");
  await vi.advanceTimersByTimeAsync(1_600);
  expect(FakeSocket.all).toHaveLength(2);
  join();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(FakeSocket.all).toHaveLength(2);
  expect(state().phase).toBe("joined");
});
