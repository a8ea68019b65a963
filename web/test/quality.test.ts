// How good the connections are, and whose fault it is.

import { beforeEach, expect, test } from "vitest";
import { type Quality, qualities, ratesOf, type View } from "../src/client/quality";
import { QualityWatch, type WatchedSession } from "../src/client/quality_watch";
import type { Expected, Participant } from "../src/client/room";
import type { ConnectionStats, StreamStats } from "../src/client/stats";
import type { Status } from "../src/client/status";
import { Store } from "../src/client/store";
import { HandClock, joinReply, streamStats } from "./support";

function person(id: string, more: Partial<Participant> = {}): Participant {
  return {
    id,
    self: id === "me",
    name: id,
    mic: true,
    camera: true,
    screen: false,
    hand: false,
    talking: false,
    role: "participant",
    joinedAt: 1,
    quality: "good",
    call: "live",
    ...more,
  };
}

const stream = (participant: string | null, more: Partial<StreamStats> = {}): StreamStats =>
  streamStats({ participant, direction: participant === null ? "out" : "in", ...more });

function connection(of: string, more: Partial<ConnectionStats> = {}, trip = 0.02): ConnectionStats {
  const path = {
    roundTrip: trip,
    local: "host udp",
    remote: "host udp",
    relay: null,
    availableOut: null,
    availableIn: null,
  };
  return { of, state: "connected", path, streams: [], ...more };
}

/** A look after two seconds in which each stream of 200 packets lost that many. */
function look(
  mode: View["mode"],
  people: Participant[],
  lost: Record<string, number>,
  more: Partial<View> & { trips?: Record<string, number> } = {},
): Map<string, Quality> {
  const at = (turn: number): ConnectionStats[] => {
    const of = (id: string, mine: boolean) =>
      stream(mine ? null : id, {
        packets: 1_000 + turn * (200 - (mine ? 0 : (lost[id] ?? 0))),
        lost: turn * (lost[id] ?? 0),
        bytes: turn * 50_000,
        frames: turn * 60,
      });
    const others = people.filter(({ self }) => !self).map(({ id }) => id);
    const trips = more.trips ?? {};
    return mode === "gateway"
      ? [
          connection("publisher", { streams: [of("me", true)] }, trips.publisher),
          connection(
            "subscriber",
            { streams: others.map((id) => of(id, false)) },
            trips.subscriber,
          ),
        ]
      : others.map((id) => connection(id, { streams: [of(id, false), of(id, true)] }, trips[id]));
  };
  return qualities({
    mode,
    self: "me",
    people,
    rates: ratesOf(at(0), at(1), 2_000),
    connections: at(1),
    silent: new Map(),
    unsent: new Set(),
    trouble: "none",
    ...more,
  });
}

const short = (all: Map<string, Quality>) =>
  Object.fromEntries([...all].map(([id, { level, cause }]) => [id, `${level} ${cause}`]));
const silence = (ms: number) => ({ ms, told: false });
const PEOPLE = [person("me"), person("ann"), person("bob")];

test("rates are differences, a stream that began anew has none", () => {
  const before = [connection("subscriber", { streams: [stream("ann", { packets: 500 })] })];
  const now = (packets: number) => [
    connection("subscriber", {
      streams: [
        stream("ann", { packets, lost: 25, bytes: 25_000, frames: 30, freezes: 1 }),
        stream("new", { packets }),
      ],
    }),
  ];
  expect(ratesOf(before, now(975), 1_000)).toEqual([
    {
      of: "subscriber",
      participant: "ann",
      source: "camera",
      direction: "in",
      lossPercent: 5,
      bitrate: 200_000,
      packets: 475,
      width: 640,
      height: 360,
      fps: 30,
      freezes: 1,
    },
  ]);
  expect(ratesOf(before, now(499), 1_000)).toEqual([]);
  expect(ratesOf(before, now(510), 1_000)[0]?.lossPercent).toBeCloseTo((100 * 25) / 35);
});

test("all is well", () => {
  expect(short(look("gateway", PEOPLE, {}))).toEqual({
    me: "good none",
    ann: "good none",
    bob: "good none",
  });
  expect(look("gateway", PEOPLE, {}).get("ann")).toMatchObject({
    lossPercent: 0,
    roundTripMs: 20,
    bitrate: 200_000,
    fps: 30,
    width: 640,
  });
});

test.each<["gateway" | "mesh"]>([["gateway"], ["mesh"]])(
  "%s: everybody bad is my network, one of two is theirs",
  (mode) => {
    expect(short(look(mode, PEOPLE, { ann: 30, bob: 10 }))).toEqual({
      me: "fair mine",
      ann: "poor mine",
      bob: "fair mine",
    });
    expect(short(look(mode, PEOPLE, { ann: 30 }))).toEqual({
      me: "good none",
      ann: "poor theirs",
      bob: "good none",
    });
  },
);

test("with one other their own word decides", () => {
  const two = (quality: string | null) => [person("me"), person("ann", { quality })];
  expect(short(look("gateway", two("good"), { ann: 30 })).ann).toBe("poor mine");
  expect(short(look("gateway", two("poor"), { ann: 10 })).ann).toBe("poor theirs");
  expect(short(look("gateway", two("<b>"), {})).ann).toBe("good none");
  expect(short(look("gateway", two("fair"), {})).ann).toBe("fair theirs");
  expect(short(look("gateway", two(null), { ann: 30 })).ann).toBe("poor between");
  expect(short(look("mesh", two("good"), { ann: 30 }))).toEqual({
    me: "poor mine",
    ann: "poor between",
  });
});

test("what the receiver misses of mine is my way up", () => {
  expect(short(look("gateway", PEOPLE, { me: 30 }))).toEqual({
    me: "poor mine",
    ann: "good none",
    bob: "good none",
  });
});

test("a slow way to the gateway is mine, a slow leg is theirs", () => {
  expect(short(look("gateway", PEOPLE, {}, { trips: { subscriber: 0.4 } }))).toEqual({
    me: "fair mine",
    ann: "fair mine",
    bob: "fair mine",
  });
  expect(short(look("mesh", PEOPLE, {}, { trips: { ann: 0.7 } }))).toEqual({
    me: "good none",
    ann: "poor theirs",
    bob: "good none",
  });
});

test("what does not arrive is lost, and for so long", () => {
  const silent = new Map([
    ["ann", [silence(7_900), silence(7_900)]],
    ["bob", [silence(0), silence(8_000)]],
  ]);
  const all = look("gateway", PEOPLE, {}, { silent, rates: [] });
  expect(all.get("ann")).toMatchObject({ level: "lost", lostForSeconds: 7 });
  expect(all.get("bob")).toMatchObject({ level: "poor", lostForSeconds: 8 });
  const one = [person("me"), person("ann")];
  const only = new Map([["ann", [silence(5_000)]]]);
  const lost = (more: Partial<View>) =>
    short(look("gateway", one, {}, { silent: only, rates: [], ...more }));
  expect(lost({}).ann).toBe("lost theirs");
  expect(lost({ trouble: "gateway" }).ann).toBe("lost gateway");
  expect(lost({ connections: [connection("subscriber", { state: "disconnected" })] })).toEqual({
    ann: "lost mine",
    me: "lost mine",
  });
  expect(lost({ people: [person("me"), person("ann", { call: "restarting" })] }).ann).toBe(
    "lost restarting",
  );
});

test("what the gateway does not get from them is theirs, and tells nothing of my way down", () => {
  const silent = new Map([
    ["ann", [silence(9_000)]],
    ["bob", [silence(0)]],
  ]);
  const lost = { bob: 30 };
  expect(short(look("gateway", PEOPLE, lost, { silent, unsent: new Set(["ann"]) }))).toEqual({
    me: "poor mine",
    ann: "lost theirs",
    bob: "poor mine",
  });
});

// The watch.

let clock: HandClock;
let connections: ConnectionStats[];
let expected: Expected[];
let said: string[];
let session: WatchedSession;
let status: Store<Status>;
let people: Store<readonly Participant[]>;
let unheard: Store<ReadonlySet<string>>;

beforeEach(() => {
  clock = new HandClock();
  said = [];
  expected = [{ participant: "ann", generation: 1, source: "camera" }];
  status = new Store<Status>({ state: "connected" });
  people = new Store<readonly Participant[]>([person("me"), person("ann", { mic: false })]);
  connections = [];
  unheard = new Store<ReadonlySet<string>>(new Set());
  session = {
    stats: async () => structuredClone(connections),
    setQuality: (word) => void said.push(word),
    status,
    info: new Store(joinReply()),
    participant: "me",
    room: { participants: people, expected: () => expected, unheard },
  };
});

/** Seconds of a call in which that many packets of mine were lost each two seconds. */
async function pass(seconds: number, { lost = 0, arriving = true } = {}): Promise<void> {
  for (let turn = 0; turn < seconds / 2; turn += 1) {
    const count = (connections[0]?.streams[0]?.packets ?? 0) + 200;
    const gone = (connections[0]?.streams[0]?.lost ?? 0) + lost;
    const came = (connections[1]?.streams[0]?.packets ?? 0) + (arriving ? 200 : 0);
    connections = [
      connection("publisher", { streams: [stream(null, { packets: count, lost: gone })] }),
      connection("subscriber", { streams: [stream("ann", { packets: came, bytes: came })] }),
    ];
    await clock.advance(2_000);
  }
}

test("one's own word is told once it has held for five seconds", async () => {
  const watch = new QualityWatch({ session, clock });
  await pass(10);
  expect(said).toEqual(["good"]);
  await pass(4, { lost: 30 });
  await pass(4);
  expect(said).toEqual(["good"]);
  await pass(10, { lost: 30 });
  expect(said).toEqual(["good", "poor"]);
  expect(watch.quality.value.get("me")).toMatchObject({ level: "poor", cause: "mine" });
  await pass(10);
  expect(said).toEqual(["good", "poor", "good"]);
  watch.stop();
  expect(clock.next()).toBeNull();
});

test("seconds without packets are counted, of what is expected and wished", async () => {
  let wanted = true;
  const watch = new QualityWatch({ session, clock, wants: () => wanted });
  const ann = () => watch.quality.value.get("ann");
  await pass(4);
  expect(ann()).toMatchObject({ level: "good", lostForSeconds: 0 });
  await pass(6, { arriving: false });
  expect(ann()).toMatchObject({ level: "lost", cause: "theirs", lostForSeconds: 6 });
  status.set({ state: "restarting", cause: "janus_unreachable" });
  await pass(2, { arriving: false });
  expect(ann()).toMatchObject({ level: "lost", cause: "gateway", lostForSeconds: 8 });
  status.set({ state: "reconnecting", cause: "channel_error" });
  await pass(2, { arriving: false });
  expect(ann()).toMatchObject({ cause: "mine" });
  // The gateway says that it gets nothing of her either: she is missed all the same.
  status.set({ state: "connected" });
  expected = [];
  await pass(2, { arriving: false });
  expect(ann()).toMatchObject({ level: "lost", cause: "theirs", lostForSeconds: 12 });
  wanted = false;
  await pass(2, { arriving: false });
  expect(ann()).toMatchObject({ level: "good", lostForSeconds: 0 });
  wanted = true;
  people.set([person("me"), person("ann", { call: "restarting", mic: false })]);
  await pass(6, { arriving: false });
  expect(ann()).toMatchObject({ level: "lost", cause: "restarting" });
});

test("whom the gateway does not hear is lost as soon as nothing comes, and not before", async () => {
  const watch = new QualityWatch({ session, clock });
  const level = () => watch.quality.value.get("ann")?.level;
  await pass(4);
  // The last packets are on their way.
  unheard.set(new Set(["ann/camera"]));
  await pass(2);
  expect(level()).toBe("good");
  await clock.advance(100);
  unheard.set(new Set());
  await clock.advance(0);
  expect(level()).toBe("good");
  unheard.set(new Set(["ann/camera"]));
  await clock.advance(0);
  expect(watch.quality.value.get("ann")).toMatchObject({ level: "lost", cause: "theirs" });
  unheard.set(new Set());
  await pass(2);
  expect(level()).toBe("good");
  watch.stop();
});

test("a look that fails is none, and the next one counts", async () => {
  const { stats } = session;
  session.stats = () => Promise.reject(new Error("closed"));
  const watch = new QualityWatch({ session, clock });
  await pass(2);
  expect(watch.quality.value.size).toBe(0);
  session.stats = stats;
  await pass(2);
  expect(watch.quality.value.get("ann")?.level).toBe("good");
});
