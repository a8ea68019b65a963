// What is said when devices come and go by themselves.

import { beforeEach, expect, test } from "vitest";
import type { Choices, DeviceLists } from "../src/client";
import { Store } from "../src/client/store";
import { watchDevices } from "../src/ui/device_notices";

const HEADSET = { id: "h", label: "Headset" };
const BUILT_IN = { id: "b", label: "Built-in microphone" };

let lists: Store<DeviceLists>;
let choices: Store<Choices>;
let inUse: Store<{ mic: string | null; camera: string | null }>;
let said: string[];

const plugged = (...mics: { id: string; label: string }[]) =>
  lists.set({ mics, cameras: [], speakers: [] });
const uses = (mic: string | null) => inUse.set({ mic, camera: null });

beforeEach(() => {
  lists = new Store<DeviceLists>({ mics: [], cameras: [], speakers: [] });
  choices = new Store<Choices>({ mic: null, camera: null, speaker: null });
  inUse = new Store<{ mic: string | null; camera: string | null }>({ mic: null, camera: null });
  said = [];
  watchDevices({ lists, choices, inUse }, (text) => said.push(text));
  plugged(HEADSET, BUILT_IN);
  uses("h");
});

test.each([
  ["its track ends first", () => [uses(null), uses("b"), plugged(BUILT_IN)]],
  ["the list changes first", () => [plugged(BUILT_IN), uses(null), uses("b")]],
  ["another is used before the list changes", () => [uses("b"), plugged(BUILT_IN)]],
])("a headset that is unplugged is gone, once, if %s", (_, unplug) => {
  expect(said).toEqual([]);
  unplug();
  expect(said).toEqual(["Headset is gone. Now using Built-in microphone."]);
  plugged(BUILT_IN);
  expect(said).toHaveLength(1);
});

test("so it is if it was chosen while it was in use already", () => {
  choices.set({ mic: "h", camera: null, speaker: null });
  uses(null);
  uses("h");
  uses("b");
  plugged(BUILT_IN);
  expect(said).toEqual(["Headset is gone. Now using Built-in microphone."]);
});

test("the last microphone is gone, and nothing takes over", () => {
  plugged(HEADSET);
  plugged();
  uses(null);
  expect(said).toEqual(["Headset is gone."]);
});

test("a chosen device that comes back is used again, and that is said", () => {
  choices.set({ mic: "h", camera: null, speaker: null });
  uses(null);
  uses("b");
  plugged(BUILT_IN);
  said = [];
  watchDevices({ lists, choices, inUse }, (text) => said.push(text));
  plugged(BUILT_IN, HEADSET);
  uses("h");
  expect(said).toContain("Now using Headset.");
});

test("what a person chooses, and switching off and on, is not said", () => {
  choices.set({ mic: "b", camera: null, speaker: null });
  uses(null);
  uses("b");
  uses(null);
  uses("b");
  plugged(HEADSET, BUILT_IN);
  expect(said).toEqual([]);
});

test("lists without ids, before anything is allowed, are no loss", () => {
  said = [];
  const fresh = {
    lists: new Store<DeviceLists>({ mics: [], cameras: [], speakers: [] }),
    choices,
    inUse: new Store<{ mic: string | null; camera: string | null }>({ mic: null, camera: null }),
  };
  watchDevices(fresh, (text) => said.push(text));
  fresh.inUse.set({ mic: "h", camera: null });
  fresh.lists.set({ mics: [HEADSET], cameras: [], speakers: [] });
  expect(said).toEqual([]);
});
