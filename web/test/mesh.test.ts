// Browsers that meet without a gateway: who calls whom, both at once, what was lost, who is back.

import { beforeEach, expect, test, vi } from "vitest";
import { History } from "../src/client/history";
import { LocalMedia } from "../src/client/media";
import { MeshEngine } from "../src/client/mesh";
import type { Answer, PresenceMeta, Requests, Wire } from "../src/client/protocol";
import { Room } from "../src/client/room";
import { FakePeer } from "./fake_peer";
import { HandClock, joinReply } from "./support";

type Signal = Requests["signal"][0];

/** A server that knows presence and relays, each signal after `delay` ms. */
class Meeting {
  readonly clock = new HandClock();
  readonly people = new Map<string, Person>();
  readonly sent: { from: string; signal: Signal }[] = [];
  delay = 10;
  #coming = 0;

  /** Somebody comes in, at a page of their own; under the id of before it is a reload or a rejoin. */
  async join(id: string, person = new Person(this, id)): Promise<Person> {
    this.#coming += 1;
    person.meta.joined_at = this.#coming;
    this.enter(person);
    await this.clock.advance(this.delay);
    return person;
  }

  enter(person: Person, tellOthers = true): void {
    this.people.set(person.id, person);
    person.online = true;
    person.engine.joined({ ...joinReply({ mode: "mesh" }), participant: person.id });
    if (tellOthers) this.tell();
    else person.engine.present(this.present());
  }

  leave(id: string): void {
    this.people.delete(id);
    this.tell();
  }

  present() {
    return [...this.people.values()].map(({ id, meta }) => ({ id, meta }));
  }

  tell(): void {
    for (const { engine, online } of this.people.values()) {
      if (online) engine.present(this.present());
    }
  }

  async relay(from: Person, signal: Signal): Promise<Answer<unknown>> {
    if (!from.online || from.mute) return { kind: "lost" };
    this.sent.push({ from: from.id, signal });
    if (!this.people.has(signal.to)) return { kind: "error", reason: "not_found", retryMs: null };
    const { to, ...what } = signal;
    this.clock.after(this.delay, () => {
      const there = this.people.get(to);
      if (there?.online) there.engine.hears.signal?.({ from: from.id, ...what });
    });
    return { kind: "ok", response: {} };
  }

  offers(from: string): Signal[] {
    return this.sent
      .filter((one) => one.from === from && one.signal.jsep?.type === "offer")
      .map(({ signal }) => signal);
  }
}

class Person {
  readonly engine: MeshEngine;
  readonly room = new Room();
  readonly history = new History();
  readonly meta = { name: "", joined_at: 0, mic: true, camera: true } as PresenceMeta;
  online = false;
  /** Hears, but is not heard. */
  mute = false;

  constructor(
    meeting: Meeting,
    readonly id: string,
  ) {
    const wire: Wire = {
      ask: (_, payload) =>
        meeting.relay(this, payload as Signal) as Promise<Answer<Requests[never][1]>>,
    };
    this.engine = new MeshEngine({
      wire,
      clock: meeting.clock,
      history: this.history,
      media: new LocalMedia(),
      room: this.room,
    });
  }

  lose(): void {
    this.online = false;
    this.engine.lost();
  }

  /** The states of one's connections, by participant. */
  async legs(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.engine.stats()).map(({ of, state }) => [of, state]));
  }

  /** Whose connection a track comes from. */
  peer(of: string): FakePeer | undefined {
    const track = this.engine.incoming.value.get(of)?.camera as unknown as { of: FakePeer };
    return track?.of;
  }

  errors(): string[] {
    return this.history
      .list()
      .filter(({ what }) => what === "leg_error" || what === "leg_candidate")
      .map(({ detail }) => String(detail.error));
  }
}

let meeting: Meeting;

beforeEach(() => {
  FakePeer.reset();
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  meeting = new Meeting();
});

/** Everybody has one working connection with everybody else, and nothing went wrong on the way. */
async function allConnected(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const others = ids.filter((other) => other !== id);
    expect(await meeting.people.get(id)?.legs(), id).toEqual(
      Object.fromEntries(others.map((other) => [other, "connected"])),
    );
    expect(meeting.people.get(id)?.errors(), id).toEqual([]);
  }
  expect(FakePeer.errors).toEqual([]);
}

/** No path between anybody, as ICE sees it some time later. */
function fail(): void {
  FakePeer.cut = true;
  for (const peer of FakePeer.open()) peer.become("failed");
}

test("those who are here call who comes, who comes calls nobody", async () => {
  await meeting.join("a");
  await meeting.join("b");
  await meeting.join("c");
  await meeting.clock.advance(500);
  await allConnected("a", "b", "c");
  expect(meeting.offers("a").map(({ to }) => to)).toEqual(["b", "c"]);
  expect(meeting.offers("b").map(({ to }) => to)).toEqual(["c"]);
  expect(meeting.offers("c")).toEqual([]);
  await meeting.clock.advance(60_000);
  expect(FakePeer.all).toHaveLength(6);
});

test("where all begin at once, the earlier one calls the later one", async () => {
  // As when a room changes its mode: everybody is here already.
  const people = ["a", "b", "c"].map((id) => new Person(meeting, id));
  people.forEach((person, index) => {
    person.meta.joined_at = 3 - index;
    meeting.people.set(person.id, person);
  });
  for (const person of people) meeting.enter(person, false);
  await meeting.clock.advance(500);
  await allConnected("a", "b", "c");
  expect(meeting.offers("a")).toEqual([]);
  expect(meeting.offers("c").map(({ to }) => to)).toEqual(["a", "b"]);
});

test("lines are microphone, camera, screen, both ways, on both sides", async () => {
  await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  for (const peer of FakePeer.all) {
    expect(peer.getTransceivers().map(({ receiver }) => receiver.track.kind)).toEqual([
      "audio",
      "video",
      "video",
    ]);
    expect(peer.getTransceivers().map(({ direction }) => direction)).toEqual(
      Array(3).fill("sendrecv"),
    );
  }
  expect(Object.keys(meeting.people.get("a")?.engine.incoming.value.get("b") ?? {})).toEqual([
    "mic",
    "camera",
    "screen",
  ]);
});

test.each([0, 10, 50])(
  "both call at once, %i ms apart: one connection, no error",
  async (delay) => {
    meeting.delay = delay;
    // Each is known to the other as a newcomer.
    const [a, b] = [await meeting.join("a"), new Person(meeting, "b")];
    b.engine.joined({ ...joinReply({ mode: "mesh" }), participant: "b" });
    b.engine.present([{ id: "b", meta: b.meta }]);
    meeting.people.set("b", b);
    b.online = true;
    meeting.tell();
    await meeting.clock.advance(1_000);
    expect([meeting.offers("a").length, meeting.offers("b").length]).toEqual([1, 1]);
    await allConnected("a", "b");
    expect(FakePeer.open()).toHaveLength(2);
    expect(a.peer("b")?.getTransceivers()).toHaveLength(3);
  },
);

test("20 restarts of both sides at once: no error, connected after each", async () => {
  const a = await meeting.join("a");
  const b = await meeting.join("b");
  await meeting.clock.advance(500);
  for (let i = 0; i < 20; i += 1) {
    fail();
    FakePeer.cut = false;
    a.engine.wake("online");
    b.engine.wake("online");
    await meeting.clock.advance(1_000);
    await allConnected("a", "b");
  }
  expect(FakePeer.all).toHaveLength(2);
  expect(FakePeer.all.every(({ restarts }) => restarts >= 20)).toBe(true);
});

test("who leaves is closed at once, whatever ICE says", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  expect(a.peer("b")?.connectionState).toBe("connected");
  meeting.leave("b");
  expect(await a.legs()).toEqual({});
  expect(a.engine.incoming.value.size).toBe(0);
  expect(FakePeer.all[0]?.connectionState).toBe("closed");
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
  await allConnected("a", "b");
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
  await allConnected("a", "b");
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
  await allConnected(near, far);
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
  await allConnected("a", "b");
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
  fail();
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
  fail();
  await meeting.clock.advance(9_000);
  expect(FakePeer.all).toHaveLength(2);
  expect(before.every(({ restarts }) => restarts > 0)).toBe(true);
  await meeting.clock.advance(30_000);
  expect(FakePeer.all.length).toBeGreaterThan(2);
  FakePeer.cut = false;
  await meeting.clock.advance(25_000);
  for (const peer of FakePeer.open()) peer.frames = 1;
  await meeting.clock.advance(200);
  await allConnected("a", "b");
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
  fail();
  await meeting.clock.advance(5_000);
  const offers = meeting.offers("a").length;
  FakePeer.cut = false;
  meeting.enter(a);
  await meeting.clock.advance(2_000);
  expect(meeting.offers("a").length).toBeGreaterThan(offers);
  await allConnected("a", "b");
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
    await allConnected(caller, callee);
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
    await allConnected(near, far);
    expect(FakePeer.open()).toHaveLength(2);
    meeting.leave(near);
    meeting.leave(far);
    await away.engine.end();
  }
});

test("under a new id every leg is closed and made anew", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  meeting.people.delete("a");
  const renamed = Object.assign(Object.create(a), { id: "z" }) as Person;
  renamed.meta.joined_at = 9;
  a.engine.joined({ ...joinReply({ mode: "mesh" }), participant: "z" });
  expect(FakePeer.all[0]?.connectionState).toBe("closed");
  meeting.people.set("z", renamed);
  meeting.tell();
  await meeting.clock.advance(1_000);
  expect(await meeting.people.get("b")?.legs()).toHaveProperty("z");
  expect(Object.keys(await a.legs())).toEqual(["b"]);
});

test("the addressee is gone: the leg waits for presence, and says nothing more", async () => {
  const a = await meeting.join("a");
  a.engine.present([...meeting.present(), { id: "b", meta: a.meta }]);
  await meeting.clock.advance(1_000);
  expect(meeting.offers("a")).toHaveLength(1);
  meeting.tell();
  await meeting.clock.advance(60_000);
  expect(meeting.offers("a")).toHaveLength(1);
  expect(FakePeer.open()).toEqual([]);
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

test("the uplink is shared among the legs, each with a picture worth sending", async () => {
  const caps = () =>
    FakePeer.open().map(
      (peer) => peer.getTransceivers()[1]?.sender.parameters.encodings[0]?.maxBitrate,
    );
  await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  expect(caps()).toEqual([1_500_000, 1_500_000]);
  await meeting.join("c");
  await meeting.clock.advance(500);
  expect(caps()).toEqual(Array(6).fill(750_000));
  meeting.leave("c");
  await meeting.clock.advance(500);
  await meeting.people.get("c")?.engine.end();
  expect(caps().slice(0, 2)).toEqual([1_500_000, 1_500_000]);
});

test("who talks is heard, and silent when the leg goes", async () => {
  const a = await meeting.join("a");
  const b = await meeting.join("b");
  await meeting.clock.advance(500);
  a.room.joined("a");
  a.room.present(meeting.present());
  const talking = () => a.room.participants.value.find(({ id }) => id === "b")?.talking;
  const peer = a.peer("b");
  if (peer) peer.loudness = 0.5;
  await meeting.clock.advance(200);
  expect(talking()).toBe(false);
  await meeting.clock.advance(200);
  expect(talking()).toBe(true);
  if (peer) peer.loudness = 0.01;
  await meeting.clock.advance(1_000);
  expect(talking()).toBe(true);
  await meeting.clock.advance(500);
  expect(talking()).toBe(false);
  if (peer) peer.loudness = 0.5;
  await meeting.clock.advance(500);
  expect(talking()).toBe(true);
  // A muted microphone is silent, whatever the last packet said.
  b.meta.mic = false;
  await meeting.clock.advance(1_500);
  expect(talking()).toBe(false);
  b.meta.mic = true;
  await meeting.clock.advance(500);
  expect(talking()).toBe(true);
  meeting.leave("b");
  a.room.present([...meeting.present(), { id: "b", meta: b.meta }]);
  expect(talking()).toBe(false);
});

test("the end closes everything, and nothing comes after it", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  await a.engine.end();
  expect(FakePeer.open()).toHaveLength(1);
  a.engine.present(meeting.present());
  a.engine.hears.signal?.({ from: "b", jsep: { type: "offer", sdp: "o=- 1 1" } });
  await meeting.clock.advance(60_000);
  expect(await a.legs()).toEqual({});
  expect(a.engine.state.value).toEqual({ phase: "live", generation: null });
});
