// Which microphones, cameras and speakers there are, which are chosen, and which are in use now.
//
//   const devices = new Devices({ media, storage });
//   devices.lists       Readable<{ mics, cameras, speakers }>, each readonly { id, label }[]
//   devices.choices     Readable<{ mic, camera, speaker }>, ids or null: the browser's own choice
//   devices.inUse       Readable<{ mic, camera }>, ids of the tracks that run, or null
//   devices.output      Readable<string>, for `setSinkId` of each <audio>; "" is the default
//   devices.choose("mic" | "camera" | "speaker", id | null)    applied at once, and kept
//   devices.canChooseSpeaker; devices.refresh(); devices.stop()
//
// Labels are "" until the person has allowed a device, and lists may be empty until then. Without
// `navigator.mediaDevices` (a page that is not secure) they stay empty.

import type { ResumeStorage } from "./connection";
import type { DeviceKind, LocalMedia, SourceState } from "./media";
import { type Readable, Store } from "./store";

/** One device. `label` is empty until the browser may tell it. */
export interface Device {
  id: string;
  label: string;
}

export interface DeviceLists {
  mics: readonly Device[];
  cameras: readonly Device[];
  speakers: readonly Device[];
}

export type ChoosableKind = DeviceKind | "speaker";

/** Ids; null: the browser's own choice. A chosen device need not be plugged in now. */
export type Choices = Readonly<Record<ChoosableKind, string | null>>;

/** What the browser has: of `navigator.mediaDevices` only what is needed. */
export type DeviceSource = Pick<
  MediaDevices,
  "enumerateDevices" | "addEventListener" | "removeEventListener"
>;

export interface DevicesOptions {
  media: LocalMedia;
  /** Keeps what was chosen; the page's `localStorage` fits. */
  storage: ResumeStorage;
  /** For tests. Null: there is none. */
  source?: DeviceSource | null;
}

const KINDS: readonly DeviceKind[] = ["mic", "camera"];
const LIST_OF = { mic: "mics", camera: "cameras", speaker: "speakers" } as const;
const NOTHING: DeviceLists = { mics: [], cameras: [], speakers: [] };

export class Devices {
  readonly #media: LocalMedia;
  readonly #storage: ResumeStorage;
  readonly #source: DeviceSource | null;
  readonly #lists = new Store<DeviceLists>(NOTHING);
  readonly #choices: Store<Choices>;
  readonly #inUse = new Store<Readonly<Record<DeviceKind, string | null>>>({
    mic: null,
    camera: null,
  });
  readonly #output = new Store("");
  /** The tracks that were seen last, to see a new one. */
  readonly #tracks: Record<DeviceKind, MediaStreamTrack | null> = { mic: null, camera: null };
  /** Kinds that ran until no device of theirs was left. */
  readonly #deprived = new Set<DeviceKind>();
  readonly #stops: (() => void)[] = [];
  #turn = 0;

  constructor({ media, storage, source = globalThis.navigator?.mediaDevices }: DevicesOptions) {
    this.#media = media;
    this.#storage = storage;
    this.#source = source ?? null;
    this.#choices = new Store<Choices>({
      mic: this.#kept("mic"),
      camera: this.#kept("camera"),
      speaker: this.#kept("speaker"),
    });
    for (const kind of KINDS) {
      const chosen = this.#choices.value[kind];
      if (chosen !== null) void media.choose(kind, chosen);
    }
    this.#stops.push(media.state.subscribe((state) => this.#follow(state)));
    const changed = () => void this.refresh();
    this.#source?.addEventListener("devicechange", changed);
    this.#stops.push(() => this.#source?.removeEventListener("devicechange", changed));
    void this.refresh();
  }

  /** What is plugged in. */
  get lists(): Readable<DeviceLists> {
    return this.#lists;
  }

  /** What the person chose. */
  get choices(): Readable<Choices> {
    return this.#choices;
  }

  /** Which devices the running tracks come from; null: none, or the browser does not say. */
  get inUse(): Readable<Readonly<Record<DeviceKind, string | null>>> {
    return this.#inUse;
  }

  /** Where sound goes: the chosen speaker while it is there, else "", the default. */
  get output(): Readable<string> {
    return this.#output;
  }

  /** Whether this browser lets a page choose where sound goes. */
  get canChooseSpeaker(): boolean {
    const { HTMLMediaElement: element } = globalThis;
    return element !== undefined && "setSinkId" in element.prototype;
  }

  /** Takes this device from now on, also the next time; null: the browser's own choice. */
  async choose(kind: ChoosableKind, id: string | null): Promise<void> {
    this.#choices.set({ ...this.#choices.value, [kind]: id });
    this.#storage.setItem(keyOf(kind), id ?? "");
    if (kind === "speaker") this.#setOutput();
    else await this.#media.choose(kind, id);
  }

  /** Looks again what there is. Done by itself when something changes. */
  async refresh(): Promise<void> {
    if (!this.#source) return;
    this.#turn += 1;
    const turn = this.#turn;
    let all: MediaDeviceInfo[];
    try {
      all = await this.#source.enumerateDevices();
    } catch {
      return; // Refused while the page is not looked at (Firefox): the last list stays.
    }
    if (turn !== this.#turn) return;
    const before = this.#lists.value;
    this.#lists.set({
      mics: listed(all, "audioinput"),
      cameras: listed(all, "videoinput"),
      speakers: listed(all, "audiooutput"),
    });
    this.#setOutput();
    for (const kind of KINDS) this.#takeBack(kind, before[LIST_OF[kind]]);
  }

  stop(): void {
    this.#turn += 1;
    for (const stop of this.#stops) stop();
  }

  #follow(state: Readonly<Record<DeviceKind, SourceState>>): void {
    let fresh = false;
    for (const kind of KINDS) {
      const track = this.#media.track(kind);
      const source = state[kind];
      const { phase } = source;
      const missing = phase === "blocked" && source.why === "missing";
      if (missing && this.#tracks[kind]) this.#deprived.add(kind);
      if (phase === "off" || track) this.#deprived.delete(kind);
      // While it is being asked for, what ran before is still of interest.
      if (phase === "asking" || track === this.#tracks[kind]) continue;
      this.#tracks[kind] = track;
      fresh ||= track !== null;
    }
    const inUse = { mic: this.#idOf("mic"), camera: this.#idOf("camera") };
    const before = this.#inUse.value;
    if (inUse.mic !== before.mic || inUse.camera !== before.camera) this.#inUse.set(inUse);
    // A person who has just allowed a device has allowed its name, too.
    if (fresh) void this.refresh();
  }

  #idOf(kind: DeviceKind): string | null {
    return this.#media.track(kind)?.getSettings().deviceId ?? null;
  }

  /** The chosen device is there again, or any device where there was none: takes it. */
  #takeBack(kind: DeviceKind, before: readonly Device[]): void {
    const now = this.#lists.value[LIST_OF[kind]];
    if (this.#deprived.has(kind) && now.length > before.length) {
      void this.#media.reopen(kind);
      return;
    }
    const chosen = this.#choices.value[kind];
    if (chosen === null || !this.#media.track(kind) || this.#inUse.value[kind] === chosen) return;
    // A list without names was no real one: its devices are not new because they are listed now.
    const named = before.some(({ label }) => label !== "");
    const came = !has(before, chosen) && has(now, chosen);
    if (named && came) void this.#media.reopen(kind);
  }

  #setOutput(): void {
    const { speaker } = this.#choices.value;
    // An element refuses a speaker that is not there, and would go silent.
    this.#output.set(speaker !== null && has(this.#lists.value.speakers, speaker) ? speaker : "");
  }

  #kept(kind: ChoosableKind): string | null {
    return this.#storage.getItem(keyOf(kind)) || null;
  }
}

function keyOf(kind: ChoosableKind): string {
  return `parlour.device.${kind}`;
}

function has(list: readonly Device[], id: string): boolean {
  return list.some((device) => device.id === id);
}

function listed(all: readonly MediaDeviceInfo[], kind: MediaDeviceKind): Device[] {
  return (
    all
      // Before anything is allowed there is one of each kind without an id: nothing to choose.
      .filter((device) => device.kind === kind && device.deviceId !== "")
      .map(({ deviceId, label }) => ({ id: deviceId, label }))
  );
}
