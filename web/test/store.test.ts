// A value that is watched.

import { expect, test } from "vitest";
import { Store } from "../src/client/store";

test("a watcher that sets another value has the last word with everybody", () => {
  const store = new Store(0);
  const seen: number[] = [];
  store.subscribe((value) => {
    if (value === 1) store.set(2);
  });
  store.subscribe((value) => void seen.push(value));
  store.set(1);
  expect(seen).toEqual([0, 2]);
});
