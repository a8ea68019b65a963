// The places that tiles take.

import { expect, test } from "vitest";
import { gridOf, type Place, stripOf } from "../src/ui/room/grid";

const place = (width: number, height: number): Place => ({ width, height, gap: 8 });
const LAPTOP = place(1256, 604);
const PHONE = place(336, 524);
const PHONE_ON_ITS_SIDE = place(716, 256);
const WALL = place(2536, 1300);
const PLACES = { LAPTOP, PHONE, PHONE_ON_ITS_SIDE, WALL };

const counts = Array.from({ length: 100 }, (_, at) => at + 1);

test.each(Object.entries(PLACES))(
  "1 to 100 tiles have a place on %s",
  (_, { width, height, gap }) => {
    for (const count of counts) {
      const grid = gridOf(count, { width, height, gap });
      const { columns, rows, tileWidth, tileHeight, scrolls } = grid;
      const taken = (size: number, times: number) => times * size + (times - 1) * gap;
      expect(columns * rows).toBeGreaterThanOrEqual(count);
      expect(taken(tileWidth, columns)).toBeLessThanOrEqual(width);
      if (!scrolls) expect(taken(tileHeight, rows)).toBeLessThanOrEqual(height);
      expect(tileWidth).toBeGreaterThanOrEqual(144);
      expect(tileHeight).toBeGreaterThanOrEqual(81);
    }
  },
);

test("no row has room for one more of the last row", () => {
  for (const count of counts) {
    const { columns, rows } = gridOf(count, LAPTOP);
    expect((rows - 1) * columns).toBeLessThan(count);
  }
});

test.each([
  ["one", 1, LAPTOP, 1, 1],
  ["two side by side", 2, LAPTOP, 2, 1],
  ["two above one another", 2, PHONE, 1, 2],
  ["four", 4, LAPTOP, 2, 2],
  ["four", 4, PHONE, 2, 2],
  ["two side by side", 2, PHONE_ON_ITS_SIDE, 2, 1],
  ["nine", 9, LAPTOP, 3, 3],
] as const)("%s (%i)", (_, count, where, columns, rows) => {
  expect(gridOf(count, where)).toMatchObject({ columns, rows, scrolls: false });
});

test("a tile is never wider than a picture, and on a wide place little is cut off", () => {
  for (const count of counts) {
    const { tileWidth, tileHeight } = gridOf(count, LAPTOP);
    expect(tileWidth / tileHeight).toBeLessThan(1.8);
    expect(tileWidth / tileHeight).toBeGreaterThan(1.3);
  }
});

test("what would be too small is scrolled to", () => {
  expect(gridOf(100, LAPTOP)).toMatchObject({ scrolls: true, columns: 8, rows: 13 });
  expect(gridOf(12, PHONE)).toMatchObject({ scrolls: true, columns: 2, rows: 6 });
  expect(gridOf(4, LAPTOP).scrolls).toBe(false);
});

test("a place without a size yet breaks nothing", () => {
  const { columns, tileWidth, tileHeight } = gridOf(3, place(0, 0));
  expect([columns, tileWidth, tileHeight]).toEqual([1, 0, 0]);
  expect(gridOf(0, LAPTOP).columns).toBeGreaterThanOrEqual(1);
});

test("the strip lies where it leaves more to the picture", () => {
  expect(stripOf(2, LAPTOP).side).toBe("end");
  expect(stripOf(2, PHONE).side).toBe("below");
  expect(stripOf(2, PHONE_ON_ITS_SIDE).side).toBe("end");
});

test("a strip of many scrolls", () => {
  expect(stripOf(3, LAPTOP).fits).toBe(true);
  expect(stripOf(30, LAPTOP).fits).toBe(false);
  expect(stripOf(2, PHONE).fits).toBe(true);
  expect(stripOf(3, PHONE).fits).toBe(false);
});
