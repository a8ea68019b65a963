// What is plugged in, what is chosen, what is in use.

import { beforeEach, expect, test } from "vitest";
import { type DeviceSource, Devices } from "../src/client/devices";
import { LocalMedia } from "../src/client/media";
import { settle } from "./support";

class FakeTrack extends EventTarget {
  enabled = true;
  constructor(readonly deviceId: string) {
    super();
  }
  stop(): void {}
  getSettings(): MediaTrackSettings {
    return { deviceId: this.deviceId };
  }
}

/** Devices that are plugged in and out by hand, as the browser shows them. */
class Desk extends EventTarget {
  plugged: { kind: MediaDeviceKind; id: string }[] = [
    { kind: "audioinput", id: "built-in" },
    { kind: "audioinput", id: "headset" },
    { kind: "videoinput", id: "webcam" },
    { kind: "audiooutput", id: "loudspeaker" },
    { kind: "audiooutput", id: "headset" },
  ];
  allowed = false;

  enumerateDevices(): Promise<MediaDeviceInfo[]> {
    const infos = this.plugged.map(({ kind, id }) => ({
      kind,
      deviceId: this.allowed ? id : "",
      label: this.allowed ? `The ${id}` : "",
    }));
    return Promise.resolve(infos as MediaDeviceInfo[]);
  }

  async plug(kind: MediaDeviceKind, id: string): Promise<void> {
    this.plugged.push({ kind, id });
    await this.changed();
  }

  /** The track of an unplugged device ends. */
  async unplug(...ids: string[]): Promise<void> {
    this.plugged = this.plugged.filter(({ id }) => !ids.includes(id));
    for (const track of tracks.filter(({ deviceId }) => ids.includes(deviceId))) {
      track.dispatchEvent(new Event("ended"));
    }
    await this.changed();
  }

  async changed(): Promise<void> {
    this.dispatchEvent(new Event("devicechange"));
    await settle();
  }
}

let desk: Desk;
let tracks: FakeTrack[];
let media: LocalMedia;
let kept: Map<string, string>;
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
};

beforeEach(() => {
  desk = new Desk();
  tracks = [];
  kept = new Map();
  media = new LocalMedia((source, wanted) => {
    const kind = source === "mic" ? "audioinput" : "videoinput";
    const those = desk.plugged.filter((device) => device.kind === kind);
    const device = those.find(({ id }) => id === wanted) ?? those[0];
    if (!device) return Promise.reject(new DOMException("", "NotFoundError"));
    desk.allowed = true;
    const track = new FakeTrack(device.id);
    tracks.push(track);
    return Promise.resolve(track as unknown as MediaStreamTrack);
  });
});

async function sitDown(): Promise<Devices> {
  const devices = new Devices({ media, storage, source: desk as unknown as DeviceSource });
  await settle();
  return devices;
}

test("names come once a device was allowed, and what is plugged in later is listed", async () => {
  const devices = await sitDown();
  expect(devices.lists.value).toEqual({ mics: [], cameras: [], speakers: [] });
  await media.turnOn("mic");
  await settle();
  expect(devices.lists.value.mics).toEqual([
    { id: "built-in", label: "The built-in" },
    { id: "headset", label: "The headset" },
  ]);
  await desk.plug("videoinput", "second");
  expect(devices.lists.value.cameras.map(({ id }) => id)).toEqual(["webcam", "second"]);
  devices.stop();
  await desk.unplug("second");
  expect(devices.lists.value.cameras).toHaveLength(2);
});

test("what was chosen is used at once, and the next time", async () => {
  const devices = await sitDown();
  await media.turnOn("mic");
  expect(devices.inUse.value.mic).toBe("built-in");
  await devices.choose("mic", "headset");
  expect(devices.inUse.value.mic).toBe("headset");
  media.stop();
  expect(devices.inUse.value.mic).toBeNull();

  media = new LocalMedia((_, device) =>
    Promise.resolve(new FakeTrack(device ?? "none") as unknown as MediaStreamTrack),
  );
  const later = await sitDown();
  expect(later.choices.value).toEqual({ mic: "headset", camera: null, speaker: null });
  await media.turnOn("mic");
  expect(later.inUse.value.mic).toBe("headset");
  await later.choose("mic", null);
  expect((await sitDown()).choices.value.mic).toBeNull();
});

test("a chosen headset that is pulled out gives way, and is taken again when it is back", async () => {
  const devices = await sitDown();
  await devices.choose("mic", "headset");
  await media.turnOn("mic");
  await settle();
  await desk.unplug("headset");
  expect(devices.inUse.value.mic).toBe("built-in");
  await desk.plug("audioinput", "headset");
  expect(devices.inUse.value.mic).toBe("headset");
  media.turnOff("mic");
  await desk.unplug("headset");
  await desk.plug("audioinput", "headset");
  expect(devices.inUse.value.mic).toBe("headset");
  expect(media.state.value.mic.phase).toBe("muted");
});

test("a device that the person took instead of the kept one is left alone", async () => {
  kept.set("parlour.device.mic", "headset");
  const devices = await sitDown();
  await desk.unplug("headset");
  await media.turnOn("mic");
  await settle();
  desk.plugged.push({ kind: "audioinput", id: "other" });
  const asked = tracks.length;
  await desk.changed();
  expect(devices.inUse.value.mic).toBe("built-in");
  expect(tracks).toHaveLength(asked);
});

test("the only camera is taken again when it is back, but not one that was never in use", async () => {
  await sitDown();
  await media.turnOn("camera");
  await settle();
  await desk.unplug("webcam");
  expect(media.state.value.camera).toEqual({ phase: "blocked", why: "missing" });
  await desk.plug("videoinput", "webcam");
  expect(media.isOn("camera")).toBe(true);

  await desk.unplug("webcam");
  media.turnOff("camera");
  await media.turnOn("camera");
  expect(media.state.value.camera.phase).toBe("blocked");
  await desk.plug("videoinput", "webcam");
  expect(media.state.value.camera.phase).toBe("blocked");
});

test("sound goes to the chosen speaker while it is there", async () => {
  const devices = await sitDown();
  await devices.choose("speaker", "headset");
  expect(devices.output.value).toBe("");
  await media.turnOn("mic");
  await settle();
  expect(devices.output.value).toBe("headset");
  await desk.unplug("headset");
  expect(devices.output.value).toBe("");
  await desk.plug("audiooutput", "headset");
  expect(devices.output.value).toBe("headset");
});

test("without mediaDevices there is nothing, and no error", async () => {
  const devices = new Devices({ media, storage, source: null });
  await devices.refresh();
  expect(devices.lists.value).toEqual({ mics: [], cameras: [], speakers: [] });
});
