// One's own microphone and camera.
//
// Each kind is asked for by itself and afresh each time, so that one that is missing or refused
// does not take the other with it. Knows no connection: whoever sends watches `state`.

import type { History } from "./history";
import { type Readable, Store } from "./store";

/** The kinds a person switches on and off. */
export type DeviceKind = "mic" | "camera";

/** Why there is no track. */
export type Blocked = "denied" | "missing" | "busy" | "insecure";

/** Where one device stands. A muted microphone keeps its track, a camera that is off has none. */
export type DeviceState =
  | { phase: "off" }
  | { phase: "asking" }
  | { phase: "on"; track: MediaStreamTrack }
  | { phase: "muted"; track: MediaStreamTrack }
  | { phase: "blocked"; why: Blocked };

export type MediaState = Readonly<Record<DeviceKind, DeviceState>>;

/** Gets a track of a kind; rejects as `getUserMedia` does. */
export type Capture = (kind: DeviceKind) => Promise<MediaStreamTrack>;

/** The browser's own devices. */
export const captureDevice: Capture = async (kind) => {
  const stream = await navigator.mediaDevices.getUserMedia(
    kind === "mic"
      ? { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } }
      : { video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } },
  );
  const [track] = stream.getTracks();
  if (!track) throw new DOMException("no track", "NotFoundError");
  return track;
};

export class LocalMedia {
  readonly #state = new Store<MediaState>({ mic: { phase: "off" }, camera: { phase: "off" } });
  readonly #capture: Capture;
  readonly #history: History | null;
  /** Which request of a kind is the newest: an older one that comes late is let go. */
  readonly #turn: Record<DeviceKind, number> = { mic: 0, camera: 0 };

  constructor(capture: Capture = captureDevice, history: History | null = null) {
    this.#capture = capture;
    this.#history = history;
  }

  get state(): Readable<MediaState> {
    return this.#state;
  }

  /** The track to send, muted or not. */
  track(kind: DeviceKind): MediaStreamTrack | null {
    const state = this.#state.value[kind];
    return state.phase === "on" || state.phase === "muted" ? state.track : null;
  }

  /** Whether others hear or see it. */
  isOn(kind: DeviceKind): boolean {
    return this.#state.value[kind].phase === "on";
  }

  /** Switches on; asks for the device if there is none. Resolves when it is decided. */
  async turnOn(kind: DeviceKind): Promise<void> {
    const state = this.#state.value[kind];
    if (state.phase === "on" || state.phase === "asking") return;
    if (state.phase === "muted") {
      state.track.enabled = true;
      this.#to(kind, { phase: "on", track: state.track });
      return;
    }
    await this.#ask(kind);
  }

  /** Switches off: a microphone is muted, so that it is back at once; a camera is let go. */
  turnOff(kind: DeviceKind): void {
    const state = this.#state.value[kind];
    if (kind === "mic" && state.phase === "on") {
      state.track.enabled = false;
      this.#to(kind, { phase: "muted", track: state.track });
      return;
    }
    if (state.phase === "muted") return;
    this.#release(kind);
  }

  toggle(kind: DeviceKind): Promise<void> {
    const { phase } = this.#state.value[kind];
    if (phase === "on" || phase === "asking") {
      this.turnOff(kind);
      return Promise.resolve();
    }
    return this.turnOn(kind);
  }

  /** Resolves once neither device is being asked for. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      let stop: (() => void) | null = null;
      let done = false;
      stop = this.#state.subscribe(({ mic, camera }) => {
        if (mic.phase === "asking" || camera.phase === "asking") return;
        done = true;
        stop?.();
        resolve();
      });
      if (done) stop();
    });
  }

  /** Lets both devices go. */
  stop(): void {
    this.#release("mic");
    this.#release("camera");
  }

  #release(kind: DeviceKind): void {
    this.#turn[kind] += 1;
    this.track(kind)?.stop();
    this.#to(kind, { phase: "off" });
  }

  async #ask(kind: DeviceKind): Promise<void> {
    this.#turn[kind] += 1;
    const turn = this.#turn[kind];
    this.#to(kind, { phase: "asking" });
    try {
      const track = await this.#capture(kind);
      if (turn !== this.#turn[kind]) {
        track.stop();
        return;
      }
      track.addEventListener("ended", () => this.#pulledOut(kind, track));
      this.#to(kind, { phase: "on", track });
    } catch (error) {
      if (turn === this.#turn[kind]) this.#to(kind, { phase: "blocked", why: whyBlocked(error) });
    }
  }

  /** The device went (unplugged, taken by another): the default one takes its place. */
  #pulledOut(kind: DeviceKind, track: MediaStreamTrack): void {
    if (this.track(kind) !== track) return;
    const wasMuted = this.#state.value[kind].phase === "muted";
    track.stop();
    void this.#ask(kind).then(() => {
      if (wasMuted) this.turnOff(kind);
    });
  }

  #to(kind: DeviceKind, state: DeviceState): void {
    if (state.phase === "off" && this.#state.value[kind].phase === "off") return;
    const why = state.phase === "blocked" ? { why: state.why } : {};
    this.#history?.add("device", { kind, phase: state.phase, ...why });
    this.#state.set({ ...this.#state.value, [kind]: state });
  }
}

function whyBlocked(error: unknown): Blocked {
  // Pages that are not secure have no mediaDevices at all.
  if (globalThis.isSecureContext === false) return "insecure";
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "missing";
}
