// Which keys do what, where they do nothing, and talking while the space bar is held.

import { expect, test } from "vitest";
import { PushToTalk } from "../src/ui/room/push_to_talk";
import { actionOf, isTalkKey, type KeyPress, placeOf } from "../src/ui/room/shortcuts";

function press(key: string, more: Partial<KeyPress> = {}): KeyPress {
  return {
    key,
    code: "",
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    repeat: false,
    isComposing: false,
    defaultPrevented: false,
    ...more,
  };
}

test.each([
  ["m", "mic"],
  // With caps lock.
  ["M", "mic"],
  ["v", "camera"],
  ["h", "hand"],
  ["c", "chat"],
  ["p", "people"],
  ["?", "list"],
  ["Escape", "close"],
  ["x", null],
  ["", null],
  ["Tab", null],
])("%s is %s", (key, action) => {
  expect(actionOf(press(key), "page")).toBe(action);
  expect(actionOf(press(key), "control")).toBe(action);
});

test.each(["m", "?", "Escape"])("%s is nobody's while one types or a dialog is open", (key) => {
  expect(actionOf(press(key), "text")).toBeNull();
  expect(actionOf(press(key), "dialog")).toBeNull();
});

test.each<Partial<KeyPress>>([
  { ctrlKey: true },
  { altKey: true },
  { metaKey: true },
  { repeat: true },
  { isComposing: true },
  { defaultPrevented: true },
])("a key with %o is not ours", (more) => {
  expect(actionOf(press("m", more), "page")).toBeNull();
});

test.each<[string, string, KeyPress]>([
  ["Russian", "mic", press("ь", { code: "KeyM" })],
  ["Hindi", "mic", press("स", { code: "KeyM" })],
  ["Hindi", "list", press("य़", { code: "Slash", shiftKey: true })],
  // A French M is elsewhere, and the letter decides.
  ["French", "mic", press("m", { code: "Semicolon" })],
])("on a %s keyboard %s is where it is written", (_, action, key) => {
  expect(actionOf(key, "page")).toBe(action);
});

test("a letter of another place of a Latin keyboard is not taken for it", () => {
  expect(actionOf(press(",", { code: "KeyM" }), "page")).toBeNull();
});

test("the space bar talks where nothing else has a use for it", () => {
  expect(isTalkKey(press(" "), "page")).toBe(true);
  expect(isTalkKey(press(" ", { repeat: true }), "page")).toBe(true);
  for (const place of ["control", "text", "dialog"] as const) {
    expect(isTalkKey(press(" "), place)).toBe(false);
  }
  expect(isTalkKey(press(" ", { ctrlKey: true }), "page")).toBe(false);
  expect(isTalkKey(press("m"), "page")).toBe(false);
});

test("where the focus is", () => {
  const inside = (...selectors: string[]) => ({
    closest: (asked: string) =>
      asked.split(", ").some((one) => selectors.includes(one)) ? ({} as Element) : null,
  });
  const page = { dialogOpen: false, clicked: false };
  expect(placeOf(null, page)).toBe("page");
  expect(placeOf(inside(), page)).toBe("page");
  expect(placeOf(inside("button"), page)).toBe("control");
  expect(placeOf(inside("a[href]"), page)).toBe("control");
  expect(placeOf(inside("textarea"), page)).toBe("text");
  expect(placeOf(inside("select"), page)).toBe("text");
  expect(placeOf(inside(), { ...page, dialogOpen: true })).toBe("dialog");
});

test("the button that was clicked last leaves the space bar to talking, a field does not", () => {
  const inside = (selector: string) => ({
    closest: (asked: string) => (asked.split(", ").includes(selector) ? ({} as Element) : null),
  });
  const clicked = { dialogOpen: false, clicked: true };
  expect(placeOf(inside("button"), clicked)).toBe("page");
  expect(placeOf(inside("textarea"), clicked)).toBe("text");
});

test("a muted microphone is on while the bar is held, and off again after it", () => {
  const talk = new PushToTalk();
  expect(talk.down("muted")).toBe("on");
  expect(talk.held).toBe(true);
  // The key repeats.
  expect(talk.down("on")).toBeNull();
  expect(talk.held).toBe(true);
  expect(talk.up()).toBe("off");
  // The window may lose the focus later.
  expect(talk.up()).toBeNull();
});

test.each(["on", "asking", "blocked"] as const)(
  "a microphone that is %s is left alone",
  (phase) => {
    const talk = new PushToTalk();
    expect(talk.down(phase)).toBeNull();
    expect(talk.up()).toBeNull();
  },
);

test("who switches the microphone meanwhile keeps it so", () => {
  const talk = new PushToTalk();
  talk.down("muted");
  talk.overruled();
  expect(talk.up()).toBeNull();
});
