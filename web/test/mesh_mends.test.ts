// What goes wrong between browsers that meet without a gateway, and how it is mended: signals that are
// lost, late or doubled, paths that break, pages that were reloaded.

import { beforeEach, expect, test } from "vitest";
import { cutPaths, type Meeting, newMeeting, Person } from "./fake_meeting";
import { FakePeer } from "./fake_peer";

let meeting: Meeting;

beforeEach(() => {
  meeting = newMeeting();
});

test("20 restarts of both sides at once: no error, connected after each", async () => {
  const a = await meeting.join("a");
  const b = await meeting.join("b");
  await meeting.clock.advance(500);
  for (let i = 0; i < 20; i += 1) {
    cutPaths();
    FakePeer.cut = false;
    a.engine.wake("online");
    b.engine.wake("online");
    await meeting.clock.advance(1_000);
    await meeting.allConnected("a", "b");
  }
  expect(FakePeer.all).toHaveLength(2);
  expect(FakePeer.all.every(({ restarts }) => restarts >= 20)).toBe(true);
});

/** The network hands descriptions over `ms` later than everything else. */
function holdDescriptions(ms: number): void {
  const relay = meeting.relay.bind(meeting);
  meeting.relay = async (from, signal) => {
    if (!signal.jsep) return relay(from, signal);
    meeting.clock.after(ms, () => void relay(from, signal));
    return { kind: "ok", response: {} };
  };
}

test("candidates that come before their description are kept for it", async () => {
  holdDescriptions(100);
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  await meeting.allConnected("a", "b");
  expect(a.peer("b")?.candidates).toHaveLength(1);
});

test("signals that come all at once are set one after the other", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  const signals = meeting.sent.filter(({ from }) => from === "a").map(({ signal }) => signal);
  // As a server that hung for a while hands everything over, with an answer of before among it.
  for (const { to: _, ...what } of [...signals, ...signals]) {
    meeting.people.get("b")?.engine.hears.signal?.({ from: "a", ...what });
  }
  meeting.people.get("b")?.engine.wake("online");
  a.engine.wake("online");
  await meeting.clock.advance(1_000);
  await meeting.allConnected("a", "b");
});

test.each([
  ["a", "b"],
  ["b", "a"],
])("%s hears an answer of who %s was before: made anew at once", async (near, far) => {
  holdDescriptions(100);
  await meeting.join(near);
  const before = await meeting.join(far);
  await meeting.clock.advance(110);
  // Their answer is on its way, and they are not the same any more.
  meeting.leave(far);
  await before.engine.end();
  await meeting.join(far);
  await meeting.clock.advance(1_500);
  await meeting.allConnected(near, far);
  expect(FakePeer.open()).toHaveLength(2);
});

test("a reloaded page that nobody saw go calls by itself; the others see a new connection", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  const before = a.peer("b");
  // Its page is gone, and its connection with it, but the participant is the one of before.
  for (const peer of FakePeer.all.filter((peer) => peer !== before)) peer.close();
  const again = new Person(meeting, "b");
  again.meta.joined_at = 2;
  meeting.enter(again);
  await meeting.clock.advance(2_900);
  expect(await again.legs()).toEqual({});
  await meeting.clock.advance(500);
  await meeting.allConnected("a", "b");
  // The old picture is shown until the new one has a frame.
  expect(a.peer("b")).toBe(before);
  expect(before?.connectionState).toBe("connected");
  for (const peer of FakePeer.open()) peer.frames = 1;
  await meeting.clock.advance(200);
  expect(a.peer("b")).not.toBe(before);
  expect(a.peer("b")?.connectionState).toBe("connected");
  expect(before?.connectionState).toBe("closed");
  expect(FakePeer.open()).toHaveLength(2);
});

test("an old picture goes after 8 s even if no new one comes", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  const before = a.peer("b");
  cutPaths();
  await meeting.clock.advance(14_000);
  expect(FakePeer.all.length).toBeGreaterThan(2);
  expect(before?.connectionState).not.toBe("closed");
  await meeting.clock.advance(8_000);
  expect(before?.connectionState).toBe("closed");
});

test("no way back in 10 s: new connections, until there is one", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  const before = [...FakePeer.all];
  cutPaths();
  await meeting.clock.advance(9_000);
  expect(FakePeer.all).toHaveLength(2);
  expect(before.every(({ restarts }) => restarts > 0)).toBe(true);
  await meeting.clock.advance(30_000);
  expect(FakePeer.all.length).toBeGreaterThan(2);
  FakePeer.cut = false;
  await meeting.clock.advance(25_000);
  for (const peer of FakePeer.open()) peer.frames = 1;
  await meeting.clock.advance(200);
  await meeting.allConnected("a", "b");
  expect(before).not.toContain(a.peer("b"));
  expect(FakePeer.open()).toHaveLength(2);
});

test("without the server legs go on; what did not get through is negotiated anew", async () => {
  const a = await meeting.join("a");
  const b = await meeting.join("b");
  await meeting.clock.advance(500);
  const before = a.peer("b");
  a.lose();
  await meeting.clock.advance(5_000);
  expect(await a.legs()).toEqual({ b: "connected" });
  cutPaths();
  await meeting.clock.advance(5_000);
  const offers = meeting.offers("a").length;
  FakePeer.cut = false;
  meeting.enter(a);
  await meeting.clock.advance(2_000);
  expect(meeting.offers("a").length).toBeGreaterThan(offers);
  await meeting.allConnected("a", "b");
  expect(a.peer("b")).toBe(before);
  expect(await b.legs()).toEqual({ a: "connected" });
});

test("an answer that was lost does not leave a leg half negotiated", async () => {
  for (const [caller, callee] of [
    ["a", "b"],
    ["d", "c"],
  ] as const) {
    await meeting.join(caller);
    const late = new Person(meeting, callee);
    // The offer gets there, but nothing gets back any more.
    late.mute = true;
    await meeting.join(callee, late);
    await meeting.clock.advance(500);
    late.lose();
    await meeting.clock.advance(4_000);
    expect(await meeting.people.get(caller)?.legs()).toEqual({ [callee]: "new" });
    late.mute = false;
    meeting.enter(late);
    await meeting.clock.advance(5_000);
    await meeting.allConnected(caller, callee);
    meeting.leave(caller);
    meeting.leave(callee);
  }
});

test("back after presence dropped one: one connection each, the others' first offer wins", async () => {
  for (const [near, far] of [
    ["a", "b"],
    ["d", "c"],
  ] as const) {
    FakePeer.reset();
    await meeting.join(near);
    const away = await meeting.join(far);
    await meeting.clock.advance(500);
    away.lose();
    meeting.leave(far);
    for (const peer of FakePeer.open()) peer.become("disconnected");
    await meeting.clock.advance(10_000);
    meeting.enter(away);
    await meeting.clock.advance(2_000);
    for (const peer of FakePeer.open()) peer.frames = 1;
    await meeting.clock.advance(1_000);
    await meeting.allConnected(near, far);
    expect(FakePeer.open()).toHaveLength(2);
    meeting.leave(near);
    meeting.leave(far);
    await away.engine.end();
  }
});

test("what is on but does not arrive: a restart, then a new connection, then left alone", async () => {
  const a = await meeting.join("a");
  const b = await meeting.join("b");
  await meeting.clock.advance(500);
  const story = () =>
    a.history
      .list()
      .flatMap(({ what, detail }) => (detail.cause === "nothing_arrives" ? what : []));
  for (let second = 0; second < 60; second += 1) {
    a.engine.tick();
    await meeting.clock.advance(1_000);
    if (second === 2) expect(story()).toEqual([]);
    if (second === 4) expect(story()).toEqual(["leg_restart"]);
  }
  expect(story()).toEqual(["leg_restart", "leg_new"]);
  // Their next change is another chance.
  b.meta.mic = b.meta.camera = false;
  a.engine.tick();
  await meeting.clock.advance(1_000);
  b.meta.camera = true;
  for (let second = 0; second < 6; second += 1) {
    a.engine.tick();
    await meeting.clock.advance(1_000);
  }
  expect(story()).toEqual(["leg_restart", "leg_new", "leg_restart"]);
});
