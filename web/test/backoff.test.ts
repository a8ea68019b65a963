// Waits between tries.

import { expect, test } from "vitest";
import { backoff, reconnectAfter, rejoinAfter } from "../src/client/backoff";

test("waits double from 300 ms up to 8 s", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => backoff(attempt, null, () => 1))).toEqual([
    300, 600, 1_200, 2_400, 4_800, 8_000, 8_000, 8_000,
  ]);
});

test("chance takes away at most half", () => {
  expect(backoff(3, null, () => 0)).toBe(600);
});

test("the server's wait is kept to", () => {
  expect(backoff(1, 2_000, () => 0)).toBe(2_000);
  expect(backoff(6, 100, () => 1)).toBe(8_000);
});

test("the socket waits 5 s at most, spread out", () => {
  expect(reconnectAfter(1, () => 1)).toBe(50);
  expect(reconnectAfter(99, () => 1)).toBe(5_000);
  expect(reconnectAfter(99, () => 0)).toBe(2_500);
});

test("a refused join waits as the server said, then longer; else as long as the phoenix client", () => {
  expect([1, 2, 6].map((tries) => rejoinAfter(tries, 1_000, () => 1))).toEqual([
    1_000, 1_000, 8_000,
  ]);
  expect([1, 2, 3, 4].map((tries) => rejoinAfter(tries, null))).toEqual([
    1_000, 2_000, 5_000, 10_000,
  ]);
});
