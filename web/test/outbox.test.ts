// Messages on their way: in order, and back where they were not taken.

import { beforeEach, expect, test } from "vitest";
import type { Answer } from "../src/client";
import { Outbox } from "../src/ui/chat/outbox";

let asked: string[];
let answer: (answer: Answer<unknown>) => void;
let outbox: Outbox;

const OK = { kind: "ok", response: {} } as const;
const TOO_FAST = { kind: "error", reason: "too_fast", retryMs: 500 } as const;

/** Answers the message that is being sent, and lets what follows from it happen. */
async function answered(with_: Answer<unknown>): Promise<void> {
  answer(with_);
  await new Promise((resolve) => setTimeout(resolve));
}

function send(text: string): void {
  outbox.write(text);
  void outbox.send();
}

beforeEach(() => {
  asked = [];
  outbox = new Outbox((text) => {
    asked.push(text);
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
});

test("a message leaves the draft at once, and blanks are no message", () => {
  send("  \n ");
  expect(asked).toEqual([]);
  send(" hi \n");
  expect(asked).toEqual(["hi"]);
  expect(outbox.draft.value).toBe("");
});

test("the next is sent when the one before was taken", async () => {
  send("one");
  send("two");
  expect(asked).toEqual(["one"]);
  await answered(OK);
  expect(asked).toEqual(["one", "two"]);
  await answered(OK);
  send("three");
  expect(asked).toEqual(["one", "two", "three"]);
});

test("what was not taken comes back in order, before what was written since", async () => {
  send("one");
  send("two");
  outbox.write("thr");
  await answered(TOO_FAST);
  expect(asked).toEqual(["one"]);
  expect(outbox.draft.value).toBe("one\ntwo\nthr");
  expect(outbox.refusal.value).toEqual(TOO_FAST);
});

test("after a refusal it can be sent again, and the reason goes when one writes", async () => {
  send("one");
  await answered({ kind: "lost" });
  expect(outbox.refusal.value).toEqual({ kind: "lost" });
  void outbox.send();
  expect(outbox.refusal.value).toBe(null);
  expect(asked).toEqual(["one", "one"]);
  await answered(OK);
  expect(outbox.draft.value).toBe("");
});
