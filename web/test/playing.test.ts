// Sound that plays, whatever the browser wants first.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepPlaying, play, resume, silenced } from "../src/ui/room/playing";

/** Like an audio element of a browser that wants a gesture first. */
class Audio {
  paused = true;
  refusal: string | null = "NotAllowedError";

  async play(): Promise<void> {
    if (this.refusal !== null) throw new DOMException("refused", this.refusal);
    this.paused = false;
  }
}

let page: EventTarget;
let stops: (() => void)[] = [];

/** Somebody's sound, as the page holds it. */
function starts(audio: Audio): HTMLAudioElement {
  const element = audio as unknown as HTMLAudioElement;
  stops.push(keepPlaying(element));
  play(element);
  return element;
}

/** What was promised is kept. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal("document", page);
});

afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
  vi.unstubAllGlobals();
});

test("what the browser refuses is asked for, until a person does something", async () => {
  const audio = new Audio();
  starts(audio);
  await settled();
  expect(silenced.value).toBe(true);
  audio.refusal = null;
  page.dispatchEvent(new Event("keydown"));
  await settled();
  expect([audio.paused, silenced.value]).toEqual([false, false]);
});

test("one that plays takes with it who was silent", async () => {
  const [ann, ben] = [new Audio(), new Audio()];
  starts(ann);
  await settled();
  ann.refusal = null;
  ben.refusal = null;
  starts(ben);
  await settled();
  expect([ann.paused, silenced.value]).toEqual([false, false]);
});

test("one that plays does not hide who stays silent", async () => {
  const [ann, ben] = [new Audio(), new Audio()];
  starts(ann);
  await settled();
  ben.refusal = null;
  starts(ben);
  await settled();
  expect(silenced.value).toBe(true);
  ann.refusal = null;
  resume();
  await settled();
  expect([ann.paused, silenced.value]).toEqual([false, false]);
});

test("who left is not asked for", async () => {
  starts(new Audio());
  await settled();
  for (const stop of stops.splice(0)) stop();
  expect(silenced.value).toBe(false);
});

test("other errors ask for nothing", async () => {
  const audio = new Audio();
  audio.refusal = "AbortError";
  starts(audio);
  await settled();
  expect(silenced.value).toBe(false);
});

test("what stood still while the page was away plays on", async () => {
  const audio = new Audio();
  audio.refusal = null;
  starts(audio);
  await settled();
  audio.paused = true;
  page.dispatchEvent(new Event("visibilitychange"));
  await settled();
  expect(audio.paused).toBe(false);
});
