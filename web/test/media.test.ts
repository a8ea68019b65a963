// One's own devices: each kind by itself.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Capture, captureDevice, LocalMedia } from "../src/client/media";
import type { Source } from "../src/client/protocol";
import { settle } from "./support";

class FakeTrack extends EventTarget {
  enabled = true;
  stopped = false;
  stop(): void {
    this.stopped = true;
  }
}

let tracks: FakeTrack[];
let refuse: Partial<Record<Source, string>>;
let media: LocalMedia;
let asked: [Source, string | null][];

const capture: Capture = (kind, device) => {
  asked.push([kind, device]);
  const name = refuse[kind];
  if (name) return Promise.reject(new DOMException("", name));
  const track = new FakeTrack();
  tracks.push(track);
  return Promise.resolve(track as unknown as MediaStreamTrack);
};

beforeEach(() => {
  tracks = [];
  refuse = {};
  asked = [];
  media = new LocalMedia(capture);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "missing"],
  ["NotReadableError", "busy"],
])("a camera that says %s is %s, and the microphone works all the same", async (name, why) => {
  refuse.camera = name;
  await Promise.all([media.turnOn("camera"), media.turnOn("mic")]);
  expect(media.state.value.camera).toEqual({ phase: "blocked", why });
  expect(media.isOn("mic")).toBe(true);
  refuse = {};
  await media.toggle("camera");
  expect(media.isOn("camera")).toBe(true);
});

test("a muted microphone keeps its track, a camera that is off is let go", async () => {
  await media.turnOn("mic");
  await media.turnOn("camera");
  media.turnOff("mic");
  media.turnOff("camera");
  expect(tracks.map(({ enabled, stopped }) => ({ enabled, stopped }))).toEqual([
    { enabled: false, stopped: false },
    { enabled: true, stopped: true },
  ]);
  await media.turnOn("mic");
  expect(tracks[0]?.enabled).toBe(true);
  expect(tracks).toHaveLength(2);
});

test("a device that is given after it was switched off is let go at once", async () => {
  const asked = media.turnOn("camera");
  media.turnOff("camera");
  await asked;
  expect(media.state.value.camera.phase).toBe("off");
  expect(tracks[0]?.stopped).toBe(true);
});

test("a microphone that is pulled out is replaced, and stays muted", async () => {
  await media.turnOn("mic");
  media.turnOff("mic");
  tracks[0]?.dispatchEvent(new Event("ended"));
  await settle();
  expect(media.state.value.mic.phase).toBe("muted");
  expect(tracks[1]?.enabled).toBe(false);
});

test("the chosen device is taken and no other, unless it is not there", async () => {
  const plugged = new Set(["headset"]);
  const getUserMedia = vi.fn(({ audio }: { audio: MediaTrackConstraints }) => {
    const exact = (audio.deviceId as ConstrainDOMStringParameters | undefined)?.exact;
    if (exact !== undefined && !plugged.has(String(exact))) {
      return Promise.reject(new DOMException("", "OverconstrainedError"));
    }
    return Promise.resolve({ getVideoTracks: () => [], getAudioTracks: () => [exact ?? "any"] });
  });
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  expect(await captureDevice("mic", "headset")).toBe("headset");
  plugged.clear();
  expect(await captureDevice("mic", "headset")).toBe("any");
  getUserMedia.mockRejectedValue(new DOMException("", "NotAllowedError"));
  await expect(captureDevice("mic", "headset")).rejects.toThrow();
  expect(getUserMedia).toHaveBeenCalledTimes(4);
});

test("it is settled only when both kinds are decided", async () => {
  let settled = false;
  const camera = media.turnOn("camera");
  void media.settled().then(() => {
    settled = true;
  });
  expect(settled).toBe(false);
  await camera;
  await settle();
  expect(settled).toBe(true);
});

test("a share that is cancelled is off, one that ends is let go, neither is trouble", async () => {
  refuse.screen = "NotAllowedError";
  await media.turnOn("screen");
  expect(media.state.value.screen.phase).toBe("off");
  refuse = {};
  await media.turnOn("screen");
  expect(media.isOn("screen")).toBe(true);
  tracks[0]?.dispatchEvent(new Event("ended"));
  expect(media.state.value.screen.phase).toBe("off");
});

test("a chosen microphone replaces the one in use, and stays muted", async () => {
  await media.turnOn("mic");
  media.turnOff("mic");
  await media.choose("mic", "headset");
  expect(asked.at(-1)).toEqual(["mic", "headset"]);
  expect(tracks[0]?.stopped).toBe(true);
  expect(media.state.value.mic.phase).toBe("muted");
  await media.choose("camera", "front");
  expect(media.state.value.camera.phase).toBe("off");
});

test("while it is silenced nothing is sent, whatever is switched on, and then what was", async () => {
  await media.turnOn("mic");
  media.silence(true);
  await media.turnOn("camera");
  media.turnOff("mic");
  await media.turnOn("mic");
  expect(tracks.map(({ enabled }) => enabled)).toEqual([false, false]);
  media.turnOff("mic");
  media.silence(false);
  expect(tracks.map(({ enabled }) => enabled)).toEqual([false, true]);
});

test("a muted microphone that is taken afresh is never on in between", async () => {
  await media.turnOn("mic");
  media.turnOff("mic");
  const phases: string[] = [];
  media.state.subscribe(({ mic }) => void phases.push(mic.phase));
  await media.choose("mic", "headset");
  expect(phases).toEqual(["muted", "asking", "muted"]);
});
