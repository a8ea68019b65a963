// One's own microphone, camera and screen.
//
// Each is asked for by itself and afresh each time, so that one that is missing or refused does not
// take another with it. Knows no connection: whoever sends watches `state`.

import type { History } from "./history";
import type { Source } from "./protocol";
import { type Readable, Store } from "./store";

/** The devices a person switches on and off and chooses among. */
export type DeviceKind = "mic" | "camera";

/** Why there is no track. */
export type Blocked = "denied" | "missing" | "busy" | "insecure";

/**
 * Where one source stands. A muted microphone keeps its track, so that it is back at once; a camera
 * that is off has none, so that its light goes out. A share that was cancelled is `off` again.
 */
export type SourceState =
  | { phase: "off" }
  | { phase: "asking" }
  | { phase: "on"; track: MediaStreamTrack }
  | { phase: "muted"; track: MediaStreamTrack }
  | { phase: "blocked"; why: Blocked };

export type MediaState = Readonly<Record<Source, SourceState>>;

/** Gets a track; rejects as `getUserMedia` does. `device`: the chosen one, null for the browser's. */
export type Capture = (source: Source, device: string | null) => Promise<MediaStreamTrack>;

/** The browser's own devices. */
export const captureDevice: Capture = async (source, device) => {
  const stream =
    source === "screen"
      ? await navigator.mediaDevices.getDisplayMedia({
          video: { frameRate: { ideal: 15, max: 30 } },
        })
      : await openDevice(source, device);
  const [track] = stream.getVideoTracks().concat(stream.getAudioTracks());
  if (!track) throw new DOMException("no track", "NotFoundError");
  if (source === "screen") track.contentHint = "detail";
  return track;
};

/** The chosen device; another where it is not plugged in today. */
async function openDevice(kind: DeviceKind, device: string | null): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia(constraints(kind, device));
  } catch (error) {
    // No Error in every browser: an OverconstrainedError stands by itself in older ones.
    const { name } = error as { name: string };
    if (device === null || !GONE.includes(name)) throw error;
    return navigator.mediaDevices.getUserMedia(constraints(kind, null));
  }
}

const GONE: readonly string[] = ["OverconstrainedError", "NotFoundError"];

function constraints(kind: DeviceKind, device: string | null): MediaStreamConstraints {
  // `exact`: as an ideal, Chromium may take the default device instead.
  const chosen = device === null ? {} : { deviceId: { exact: device } };
  return kind === "mic"
    ? {
        audio: {
          ...chosen,
          echoCancellation: true,
          noiseSuppression: true,
          autoGainControl: true,
        },
      }
    : {
        video: {
          ...chosen,
          width: { ideal: 1280 },
          height: { ideal: 720 },
          frameRate: { ideal: 30 },
        },
      };
}

const SOURCES: readonly Source[] = ["mic", "camera", "screen"];

export class LocalMedia {
  readonly #state = new Store<MediaState>({
    mic: { phase: "off" },
    camera: { phase: "off" },
    screen: { phase: "off" },
  });
  readonly #capture: Capture;
  readonly #history: History | null;
  /** Which request of a source is the newest: an older one that comes late is let go. */
  readonly #turn: Record<Source, number> = { mic: 0, camera: 0, screen: 0 };
  readonly #chosen: Record<DeviceKind, string | null> = { mic: null, camera: null };
  #silenced = false;

  constructor(capture: Capture = captureDevice, history: History | null = null) {
    this.#capture = capture;
    this.#history = history;
  }

  get state(): Readable<MediaState> {
    return this.#state;
  }

  /** The track to send, muted or not. */
  track(source: Source): MediaStreamTrack | null {
    const state = this.#state.value[source];
    return state.phase === "on" || state.phase === "muted" ? state.track : null;
  }

  /** Whether there is anything to send. */
  get hasTracks(): boolean {
    return SOURCES.some((source) => this.track(source) !== null);
  }

  /** Whether others hear or see it. */
  isOn(source: Source): boolean {
    return this.#state.value[source].phase === "on";
  }

  /** The device that was chosen; null: the browser's own choice. */
  chosen(kind: DeviceKind): string | null {
    return this.#chosen[kind];
  }

  /** Takes this device from now on; one that is in use is replaced at once. */
  async choose(kind: DeviceKind, device: string | null): Promise<void> {
    if (this.#chosen[kind] === device) return;
    this.#chosen[kind] = device;
    await this.reopen(kind);
  }

  /** Takes the device afresh: the chosen one is plugged in again, or any is. What is off stays off. */
  async reopen(kind: DeviceKind): Promise<void> {
    if (this.#state.value[kind].phase !== "off") await this.#askAgain(kind);
  }

  /** Switches on; asks for the device if there is none. Resolves when it is decided. */
  async turnOn(source: Source): Promise<void> {
    const state = this.#state.value[source];
    if (state.phase === "on" || state.phase === "asking") return;
    if (state.phase === "muted") {
      this.#to(source, { phase: "on", track: state.track });
      return;
    }
    await this.#ask(source);
  }

  /** Switches off: a microphone is muted, so that it is back at once; a camera is let go. */
  turnOff(source: Source): void {
    const state = this.#state.value[source];
    if (source === "mic" && state.phase === "on") {
      this.#to(source, { phase: "muted", track: state.track });
      return;
    }
    if (state.phase === "muted") return;
    this.#release(source);
  }

  toggle(source: Source): Promise<void> {
    const { phase } = this.#state.value[source];
    if (phase === "on" || phase === "asking") {
      this.turnOff(source);
      return Promise.resolve();
    }
    return this.turnOn(source);
  }

  /** While nobody can be told what one does, nothing is sent: tracks stay, silent and black. */
  silence(silenced: boolean): void {
    if (silenced === this.#silenced) return;
    this.#silenced = silenced;
    this.#history?.add("silenced", { silenced });
    for (const source of SOURCES) this.#enable(this.#state.value[source]);
  }

  /** Resolves once neither microphone nor camera is being asked for. */
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

  /** Lets everything go. */
  stop(): void {
    for (const source of SOURCES) this.#release(source);
  }

  #release(source: Source): void {
    this.#turn[source] += 1;
    this.track(source)?.stop();
    this.#to(source, { phase: "off" });
  }

  async #ask(source: Source, muted = false): Promise<void> {
    this.#turn[source] += 1;
    const turn = this.#turn[source];
    this.#to(source, { phase: "asking" });
    try {
      const track = await this.#capture(source, source === "screen" ? null : this.#chosen[source]);
      if (turn !== this.#turn[source]) {
        track.stop();
        return;
      }
      track.addEventListener("ended", () => this.#ended(source, track));
      this.#to(source, { phase: muted ? "muted" : "on", track });
    } catch (error) {
      if (turn === this.#turn[source]) this.#to(source, refused(source, error));
    }
  }

  /** As `#ask`, with the old device let go first (two at once fail on some phones), muted if it was. */
  async #askAgain(kind: DeviceKind): Promise<void> {
    const wasMuted = this.#state.value[kind].phase === "muted";
    this.track(kind)?.stop();
    await this.#ask(kind, wasMuted);
  }

  /** The device went (unplugged, taken by another): the default one takes its place. */
  #ended(source: Source, track: MediaStreamTrack): void {
    if (this.track(source) !== track) return;
    if (source === "screen") this.#release(source);
    else void this.#askAgain(source);
  }

  #enable(state: SourceState): void {
    if (state.phase === "on") state.track.enabled = !this.#silenced;
    if (state.phase === "muted") state.track.enabled = false;
  }

  #to(source: Source, state: SourceState): void {
    if (state.phase === "off" && this.#state.value[source].phase === "off") return;
    this.#enable(state);
    const why = state.phase === "blocked" ? { why: state.why } : {};
    this.#history?.add("device", { kind: source, phase: state.phase, ...why });
    this.#state.set({ ...this.#state.value, [source]: state });
  }
}

function refused(source: Source, error: unknown): SourceState {
  const why = whyBlocked(error);
  // Whoever closes the browser's picker has changed their mind; there is nothing to say.
  return source === "screen" && why === "denied" ? { phase: "off" } : { phase: "blocked", why };
}

function whyBlocked(error: unknown): Blocked {
  // Pages that are not secure have no mediaDevices at all.
  if (globalThis.isSecureContext === false) return "insecure";
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "missing";
}
