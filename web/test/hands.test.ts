// In which order raised hands stand.

import { expect, test } from "vitest";
import { handsFirst, queueOfHands } from "../src/ui/people/hands";

const people = (...up: string[]) =>
  ["ann", "ben", "cem", "dee"].map((id) => ({ id, hand: up.includes(id) }));

test("who raised first stands first, whoever came first", () => {
  let hands: readonly string[] = [];
  hands = queueOfHands(hands, people("dee"));
  hands = queueOfHands(hands, people("ben", "dee"));
  hands = queueOfHands(hands, people("ann", "ben", "dee"));
  expect(hands).toEqual(["dee", "ben", "ann"]);
  expect(handsFirst(people("ann", "ben", "dee"), hands).map(({ id }) => id)).toEqual([
    "dee",
    "ben",
    "ann",
    "cem",
  ]);
});

test("a hand that was lowered and raised again is the last", () => {
  let hands = queueOfHands(["dee", "ben"], people("ben"));
  expect(hands).toEqual(["ben"]);
  hands = queueOfHands(hands, people("ben", "dee"));
  expect(hands).toEqual(["ben", "dee"]);
});

test("who left has no hand, and nothing new is the same object", () => {
  expect(queueOfHands(["gone"], people())).toEqual([]);
  const before = ["ben"];
  expect(queueOfHands(before, people("ben"))).toBe(before);
});
