// Which tiles there are, and what stands for somebody without a picture.

import { expect, test } from "vitest";
import type { MediaState, Participant } from "../src/client";
import { colourOf, initials } from "../src/ui/room/initials";
import { tilesOf } from "../src/ui/room/tile_models";

const person = (id: string, more: Partial<Participant> = {}): Participant => ({
  id,
  joinedAt: 0,
  self: false,
  name: id,
  mic: true,
  camera: true,
  screen: false,
  hand: false,
  talking: false,
  role: "",
  quality: null,
  call: "live",
  ...more,
});
const track = (id: string) => ({ id }) as MediaStreamTrack;
const OFF: MediaState = {
  mic: { phase: "off" },
  camera: { phase: "off" },
  screen: { phase: "off" },
};

test("everybody has a tile, and a shared screen one of its own, beside its owner's", () => {
  const incoming = new Map([["a", { camera: track("c"), screen: track("s") }]]);
  const tiles = tilesOf([person("a", { screen: true }), person("b")], OFF, incoming);
  expect(tiles.map(({ key, track }) => [key, track?.id ?? null])).toEqual([
    ["a/camera", "c"],
    ["a/screen", "s"],
    ["b/camera", null],
  ]);
});

test("one's own switches show before the server heard of them", () => {
  const me = person("me", { self: true, talking: true });
  const media: MediaState = {
    mic: { phase: "muted", track: track("m") },
    camera: { phase: "asking" },
    screen: { phase: "on", track: track("s") },
  };
  const [camera, screen] = tilesOf([me], media, new Map());
  expect(camera?.participant).toMatchObject({ mic: false, camera: false, talking: false });
  expect(camera?.track).toBeNull();
  expect(screen?.track?.id).toBe("s");
});

test("a share that ended is gone at once, whatever the server still says", () => {
  expect(tilesOf([person("me", { self: true, screen: true })], OFF, new Map())).toHaveLength(1);
});

test.each([
  ["Ann", "A"],
  ["ann  de la Cruz ", "AD"],
  ["👩‍🚀 Ride", "👩‍🚀R"],
  ["क्षितिज", "क्षि"],
  ["Ann (she) - Lee", "AS"],
  ["<b>", "B"],
  ["?!", ""],
  ["", ""],
])("the initials of %j", (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test("a name without an end has a first letter", () => {
  expect(initials("x".repeat(100_000))).toBe("X");
});

test("colours are somebody's own and among those there are", () => {
  const ids = Array.from({ length: 200 }, (_, at) => `p${at.toString(36)}q${at}`);
  const colours = ids.map(colourOf);
  expect(colourOf("p7")).toBe(colourOf("p7"));
  expect(new Set(colours)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
});
