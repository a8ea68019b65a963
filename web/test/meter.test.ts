// How loud one's microphone is, and who speaks while muted.

import { beforeEach, expect, test } from "vitest";
import { LocalMedia } from "../src/client/media";
import { levelOf, Meter } from "../src/client/meter";
import { HandClock } from "./support";

class FakeTrack extends EventTarget {
  enabled = true;
  stop(): void {}
}

let clock: HandClock;
let media: LocalMedia;
let meter: Meter;
let loudness: number;
let ears: { track: MediaStreamTrack; open: boolean }[];

beforeEach(() => {
  clock = new HandClock();
  loudness = 0;
  ears = [];
  media = new LocalMedia(() => Promise.resolve(new FakeTrack() as unknown as MediaStreamTrack));
  meter = new Meter(media, {
    clock,
    listen: (track) => {
      const ear = { track, open: true };
      ears.push(ear);
      return {
        level: () => loudness,
        close: () => {
          ear.open = false;
        },
      };
    },
  });
});

const open = () => ears.filter((ear) => ear.open);

test("it listens only while somebody watches, and only to the track of now", async () => {
  await media.turnOn("mic");
  expect(ears).toHaveLength(0);
  const stop = meter.level.subscribe(() => {});
  const stopAnother = meter.speakingMuted.subscribe(() => {});
  loudness = 0.5;
  await clock.advance(100);
  expect(meter.level.value).toBe(0.5);
  await media.choose("mic", "another");
  expect(open().map(({ track }) => track)).toEqual([media.track("mic")]);
  expect(ears).toHaveLength(2);
  stop();
  stop();
  expect(open()).toHaveLength(1);
  stopAnother();
  expect(open()).toHaveLength(0);
  expect(clock.next()).toBeNull();
});

test("muted, the level is nothing, and speech is noticed until it has ended", async () => {
  await media.turnOn("mic");
  meter.level.subscribe(() => {});
  loudness = 0.6;
  await clock.advance(100);
  media.turnOff("mic");
  expect(meter.level.value).toBe(0);
  await clock.advance(200);
  expect(meter.speakingMuted.value).toBe(false);
  await clock.advance(300);
  expect(meter.speakingMuted.value).toBe(true);
  expect(meter.level.value).toBe(0);
  loudness = 0.1;
  await clock.advance(1_500);
  expect(meter.speakingMuted.value).toBe(true);
  await clock.advance(1_500);
  expect(meter.speakingMuted.value).toBe(false);
  loudness = 0.6;
  await clock.advance(1_000);
  expect(meter.speakingMuted.value).toBe(true);
  await media.turnOn("mic");
  expect(meter.speakingMuted.value).toBe(false);
});

test("a knock is no speech", async () => {
  await media.turnOn("mic");
  media.turnOff("mic");
  meter.speakingMuted.subscribe(() => {});
  loudness = 0.9;
  await clock.advance(200);
  loudness = 0;
  await clock.advance(3_000);
  expect(meter.speakingMuted.value).toBe(false);
});

test("loudness is told from silence to full scale", () => {
  expect(levelOf(new Float32Array(64))).toBe(0);
  expect(levelOf(new Float32Array(64).fill(1))).toBe(1);
  expect(levelOf(new Float32Array(64).fill(0.1))).toBeCloseTo(2 / 3);
});
