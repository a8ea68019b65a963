// What the gateway is told of what is looked at.

import { beforeEach, expect, test } from "vitest";
import type { Wish } from "../src/client/engine";
import { Preferences } from "../src/client/preferences";
import type { Publication } from "../src/client/protocol";
import { HandClock, HandWire } from "./support";

const publication = (participant: string): Publication => ({
  participant,
  generation: 7,
  streams: [
    { mid: "0", source: "mic", label: "", codec: "opus", disabled: false },
    { mid: "1", source: "camera", label: "", codec: "vp8", disabled: false },
  ],
});

let clock: HandClock;
let wire: HandWire;
let received: Set<string>;
let preferences: Preferences;

beforeEach(() => {
  clock = new HandClock();
  wire = new HandWire();
  received = new Set(["b", "c"]);
  preferences = new Preferences({
    wire,
    clock,
    publications: () => ["b", "c"].map(publication),
    received: (participant) => received.has(participant),
  });
  preferences.setAudience(2);
});

const wish = (participant: string, height: number): Wish => ({
  participant,
  source: "camera",
  height,
});

async function tell(): Promise<object | undefined> {
  const before = wire.asked.length;
  await clock.advance(1_000);
  return wire.asked.length > before ? (wire.asked.at(-1)?.payload as object) : undefined;
}

const ok = { kind: "ok", response: {} } as const;

test("what is shown large, or of which nothing is wished, needs no word", async () => {
  preferences.set([wish("b", 720)]);
  expect(await tell()).toBeUndefined();
});

test("a small tile gets a small layer, an unseen one nothing, sound always comes", async () => {
  preferences.set([wish("b", 180), wish("c", 0)]);
  expect(await tell()).toEqual({
    streams: [
      { participant: "b", mid: "1", substream: 0, send: true },
      { participant: "c", mid: "1", substream: 2, send: false },
    ],
  });
  expect(preferences.wants({ participant: "c", source: "mic" })).toBe(true);
  expect(preferences.wants({ participant: "c", source: "camera" })).toBe(false);
});

test("only what changed is told, and a tile on the move once", async () => {
  preferences.set([wish("b", 180), wish("c", 0)]);
  await tell();
  await wire.answer(ok);
  for (let height = 181; height < 700; height += 50) preferences.set([wish("b", height)]);
  preferences.set([wish("b", 180), wish("c", 360)]);
  expect(await tell()).toEqual({
    streams: [{ participant: "c", mid: "1", substream: 1, send: true }],
  });
});

test("with one other there are no layers to choose", async () => {
  preferences.setAudience(1);
  preferences.set([wish("b", 100)]);
  expect(await tell()).toBeUndefined();
});

test("what does not come down yet is told when it does, and all again on a new connection", async () => {
  received.clear();
  preferences.set([wish("b", 0)]);
  expect(await tell()).toBeUndefined();
  received.add("b");
  preferences.tell();
  expect(await tell()).toBeDefined();
  await wire.answer(ok);
  preferences.tell();
  expect(await tell()).toBeUndefined();
  preferences.forget();
  expect(await tell()).toBeDefined();
});

test("what was refused for speed is told again", async () => {
  preferences.set([wish("b", 0)]);
  await tell();
  await wire.error("too_fast", 100);
  expect(await tell()).toBeDefined();
});

test.each([
  { kind: "error", reason: "too_fast", retryMs: 100 },
  { kind: "error", reason: "not_found", retryMs: null },
  { kind: "timeout" },
  { kind: "lost" },
] as const)(
  "a picture that was paused and is wanted again is asked for until it is: %o",
  async (bad) => {
    preferences.set([wish("b", 0)]);
    await tell();
    await wire.answer(ok);
    preferences.set([wish("b", 720)]);
    await tell();
    await wire.answer(bad);
    preferences.tell();
    expect(await tell()).toEqual({
      streams: [{ participant: "b", mid: "1", substream: 2, send: true }],
    });
  },
);
