// Whose tile is large.

import { beforeEach, expect, test } from "vitest";
import { type Candidate, LastSpeaker, stageOf, TAKES_OVER_MS } from "../src/ui/room/stage";

const tile = (participant: string, source: "camera" | "screen" = "camera"): Candidate => ({
  key: `${participant}/${source}`,
  participant,
  self: participant === "me",
  screen: source === "screen",
});
const THREE = [tile("me"), tile("ann"), tile("ben")];
const grid = { layout: "grid", pinned: null, speaker: null } as const;
const speaker = { layout: "speaker", pinned: null, speaker: null } as const;

test("in the grid all are equal, whoever speaks", () => {
  expect(stageOf(THREE, grid)).toBeNull();
  expect(stageOf(THREE, { ...grid, speaker: "ben" })).toBeNull();
});

test("in the speaker view it is the last speaker, before anybody spoke the first of the others", () => {
  expect(stageOf(THREE, { ...speaker, speaker: "ben" })).toBe("ben/camera");
  expect(stageOf(THREE, speaker)).toBe("ann/camera");
  expect(stageOf(THREE, { ...speaker, speaker: "gone" })).toBe("ann/camera");
});

test("a shared screen takes the stage by itself, the last where several share", () => {
  const tiles = [...THREE, tile("ann", "screen")];
  expect(stageOf(tiles, grid)).toBe("ann/screen");
  expect(stageOf(tiles, { ...speaker, speaker: "ben" })).toBe("ann/screen");
  expect(stageOf([...tiles, tile("ben", "screen")], grid)).toBe("ben/screen");
});

test("one's own screen does not, unless it is pinned", () => {
  const tiles = [...THREE, tile("me", "screen")];
  expect(stageOf(tiles, grid)).toBeNull();
  expect(stageOf(tiles, { ...grid, pinned: "me/screen" })).toBe("me/screen");
});

test("what is pinned comes first, as long as it is there", () => {
  const tiles = [...THREE, tile("ann", "screen")];
  expect(stageOf(tiles, { ...grid, pinned: "ben/camera" })).toBe("ben/camera");
  expect(stageOf(tiles, { ...grid, pinned: "gone/camera" })).toBe("ann/screen");
});

test("alone there is no stage", () => {
  expect(stageOf([tile("me")], { ...speaker, pinned: "me/camera" })).toBeNull();
  expect(stageOf([], speaker)).toBeNull();
});

let last: LastSpeaker;
const hears = (now: number, ...talking: string[]) =>
  last.hears(
    ["me", "ann", "ben"].map((id) => ({
      id,
      self: id === "me",
      talking: talking.includes(id),
    })),
    now,
  );

beforeEach(() => {
  last = new LastSpeaker();
});

test("the first who speaks is it at once, and stays when silent", () => {
  expect(hears(0)).toBeNull();
  expect(hears(10, "ann")).toBe("ann");
  expect(hears(9_000)).toBe("ann");
});

test("oneself never is", () => {
  expect(hears(0, "me")).toBeNull();
  expect(last.changesIn(0)).toBeNull();
});

test("another takes over only after having talked for a while", () => {
  hears(0, "ann");
  hears(1_000);
  expect(hears(2_000, "ben")).toBe("ann");
  expect(last.changesIn(2_000)).toBe(TAKES_OVER_MS);
  expect(hears(2_000 + TAKES_OVER_MS - 1, "ben")).toBe("ann");
  expect(hears(2_000 + TAKES_OVER_MS, "ben")).toBe("ben");
  expect(last.changesIn(9_000)).toBeNull();
});

test("a short word in between moves nothing", () => {
  hears(0, "ann");
  hears(1_000);
  hears(2_000, "ben");
  hears(3_000);
  expect(hears(3_400, "ben")).toBe("ann");
  expect(hears(3_600, "ben")).toBe("ann");
});

test("two who talk at once do not take turns: the other comes when the first stops", () => {
  hears(0, "ann");
  hears(100, "ann", "ben");
  expect(hears(9_000, "ann", "ben")).toBe("ann");
  expect(last.changesIn(9_000)).toBeNull();
  expect(hears(9_100, "ben")).toBe("ben");
});

test("who left is it no more", () => {
  hears(0, "ann");
  expect(last.hears([{ id: "ben", self: false, talking: false }], 100)).toBeNull();
  expect(last.hears([{ id: "ben", self: false, talking: true }], 200)).toBe("ben");
});
