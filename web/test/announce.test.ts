// What screen readers are told, and how often.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { announce, said } from "../src/ui/announce";

let texts: string[] = [];
let stop = () => {};

beforeEach(() => {
  vi.useFakeTimers();
  texts = [];
  stop = said.subscribe((text) => {
    if (text) texts.push(text);
  });
  texts = [];
});

afterEach(() => {
  vi.runAllTimers();
  stop();
  vi.useRealTimers();
});

test("ten who join at once are one text", () => {
  for (let n = 0; n < 10; n += 1) {
    announce(`P${n} joined.`);
    vi.advanceTimersByTime(20);
  }
  vi.advanceTimersByTime(500);
  expect(texts).toEqual([Array.from({ length: 10 }, (_, n) => `P${n} joined.`).join(" ")]);
});

test("what comes later is a text of its own, the same one too", () => {
  announce("Ann raised a hand.");
  vi.advanceTimersByTime(600);
  announce("Ann raised a hand.");
  expect(said.value).toBe("");
  vi.advanceTimersByTime(600);
  expect(texts).toEqual(["Ann raised a hand.", "Ann raised a hand."]);
});

test("the same thing said twice at once is said once, and nothing is not said", () => {
  announce("Connected");
  announce("");
  announce("Connected");
  vi.advanceTimersByTime(600);
  expect(texts).toEqual(["Connected"]);
});
