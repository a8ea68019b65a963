// Messages that come and go.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { said } from "../src/ui/announce";
import { dismiss, notices, notify } from "../src/ui/notices";

const shown = () => notices.value.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  for (const { id } of notices.value) dismiss(id);
  vi.runAllTimers();
  vi.useRealTimers();
});

test("news goes by itself, an error stays until it is dismissed", () => {
  notify("The headset is gone.");
  const away = notify("The screen could not be shared.", "error");
  expect(shown()).toEqual(["The headset is gone.", "The screen could not be shared."]);
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(["The screen could not be shared."]);
  away();
  expect(shown()).toEqual([]);
});

test("the newest of a kind takes the place of the one before, for its own whole time", () => {
  notify("one");
  vi.advanceTimersByTime(7_000);
  notify("two");
  expect(shown()).toEqual(["two"]);
  vi.advanceTimersByTime(7_000);
  expect(shown()).toEqual(["two"]);
  vi.advanceTimersByTime(2_000);
  expect(shown()).toEqual([]);
});

test("screen readers hear it", () => {
  notify("The camera is gone.");
  vi.advanceTimersByTime(1_000);
  expect(said.value).toContain("The camera is gone.");
});
