// What is done about streams that do not arrive.

import { beforeEach, expect, test } from "vitest";
import { type Advice, Watchdog } from "../src/client/watchdog";

let watchdog: Watchdog;
let now: number;

beforeEach(() => {
  watchdog = new Watchdog();
  now = 0;
});

/** Looks every second for `seconds`; the advice that was not `fine`, by second. */
function watch(seconds: number, count: (second: number) => number, key = "ann/1/camera") {
  const advice: [number, Advice][] = [];
  for (let i = 0; i < seconds; i += 1) {
    const said = watchdog.look(now * 1_000, [{ key, count: count(now) }]);
    if (said !== "fine") advice.push([now, said]);
    now += 1;
  }
  return advice;
}

test("what arrives is left alone", () => {
  expect(watch(60, (second) => second * 15)).toEqual([]);
});

test("what never arrives is asked for after 3 s, and 5 s later the call begins anew", () => {
  expect(watch(9, () => 0)).toEqual([
    [3, "resubscribe"],
    [8, "restart"],
  ]);
});

test("what does not arrive even then is left alone until its next generation", () => {
  watch(9, () => 0);
  expect(watch(60, () => 0)).toEqual([]);
  expect(watch(4, () => 0, "ann/2/camera")).toEqual([[now - 1, "resubscribe"]]);
});

test("what comes after it was asked for needs no new call", () => {
  watch(5, () => 0);
  expect(watch(30, (second) => second)).toEqual([]);
});

test("what stops later is given 5 s", () => {
  watch(10, (second) => second + 1);
  expect(watch(6, () => 10)).toEqual([[14, "resubscribe"]]);
});

test("a count that begins anew is no standstill", () => {
  watch(10, (second) => 1_000 + second);
  expect(watch(10, (second) => second - 9)).toEqual([]);
});

test("a stream that came back after all is minded again", () => {
  const stalls = (second: number) => Math.min(second, 10);
  expect(watch(30, stalls).map(([, advice]) => advice)).toEqual(["resubscribe", "restart"]);
  expect(watch(60, (second) => second)).toEqual([]);
  const before = now;
  expect(watch(30, () => before).map(([, advice]) => advice)).toEqual(["resubscribe", "restart"]);
});
