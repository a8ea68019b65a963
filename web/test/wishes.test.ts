// What is wished of what is seen.

import { expect, test } from "vitest";
import { type Sight, wishesOf } from "../src/ui/room/wishes";

const sight = (participant: string, more: Partial<Sight> = {}): Sight => ({
  participant,
  source: "camera",
  visible: true,
  width: 320,
  height: 180,
  apart: false,
  ...more,
});
const looking = { hidden: false, covered: false, density: 1 };
const heights = (sights: Sight[], around: Partial<typeof looking> = {}) =>
  wishesOf(sights, { ...looking, ...around }).map(({ height }) => height);

test("a picture is wished as high as it is shown, in pixels of the screen", () => {
  expect(wishesOf([sight("a")], looking)).toEqual([
    { participant: "a", source: "camera", height: 180 },
  ]);
  expect(heights([sight("a")], { density: 2 })).toEqual([360]);
});

test("one that fills a wider tile is higher than the tile", () => {
  expect(heights([sight("a", { width: 640, height: 180 })])).toEqual([360]);
  expect(heights([sight("a", { width: 100, height: 180 })])).toEqual([180]);
});

test("what is scrolled away is not wished", () => {
  expect(heights([sight("a"), sight("b", { visible: false })])).toEqual([180, 0]);
});

test("nothing is wished while nobody looks, or while something lies over all", () => {
  expect(heights([sight("a"), sight("b")], { hidden: true })).toEqual([0, 0]);
  expect(heights([sight("a"), sight("b")], { covered: true })).toEqual([0, 0]);
});

test("what is shown in a window of its own is seen all the same", () => {
  const sights = [sight("a", { apart: true, visible: false }), sight("b")];
  expect(heights(sights, { hidden: true, covered: true })).toEqual([180, 0]);
});

test("a tile without a size is not spoken of: it comes as well as it can", () => {
  expect(heights([sight("a", { width: 0, height: 0, visible: false })])).toEqual([]);
});

test("a screen has a wish of its own", () => {
  const sources = wishesOf([sight("a"), sight("a", { source: "screen" })], looking);
  expect(sources.map(({ source }) => source)).toEqual(["camera", "screen"]);
});
