// How loud one's own microphone is, and whether one speaks while muted.
//
//   const meter = new Meter(media);
//   meter.level           Readable<number>, 0 to 1, ten times a second; 0 while muted or without one
//   meter.speakingMuted   Readable<boolean>, true while a muted person speaks
//
// It listens to the microphone only while somebody watches one of the two.

import { type Clock, every, pageClock } from "./clock";
import type { LocalMedia } from "./media";
import { type Readable, Store } from "./store";

/** Listens to a track: `level` of what was heard last, 0 to 1, until closed. */
export interface Ear {
  level(): number;
  close(): void;
}

export interface MeterOptions {
  clock?: Clock;
  /** For tests: what listens. Null: this browser cannot. */
  listen?: (track: MediaStreamTrack) => Ear | null;
}

const SAMPLE_MS = 100;
/** From here on it is speech: some -38 dB, above a fan, below a quiet voice. */
const SPEECH = 0.37;
/** So many loud samples of the last ten: not a cough, not a key. */
const LOUD_SAMPLES = 4;
/** How long after the last word one still counts as speaking: words have gaps. */
const PAUSE_SAMPLES = 20;

export class Meter {
  readonly #media: LocalMedia;
  readonly #clock: Clock;
  readonly #listen: (track: MediaStreamTrack) => Ear | null;
  readonly #level = new Wanted(0, () => this.#mind());
  readonly #speakingMuted = new Wanted(false, () => this.#mind());
  #track: MediaStreamTrack | null = null;
  #ear: Ear | null = null;
  #stopFollowing: (() => void) | null = null;
  #stopSampling = () => {};
  #loud: boolean[] = [];
  #quietFor = 0;

  constructor(media: LocalMedia, { clock = pageClock, listen = listenTo }: MeterOptions = {}) {
    this.#media = media;
    this.#clock = clock;
    this.#listen = listen;
  }

  /** What others hear of it. */
  get level(): Readable<number> {
    return this.#level;
  }

  /** Whether one speaks and nobody hears it. */
  get speakingMuted(): Readable<boolean> {
    return this.#speakingMuted;
  }

  /** Starts with the first watcher, stops with the last. */
  #mind(): void {
    const wanted = this.#level.watched || this.#speakingMuted.watched;
    if (wanted && !this.#stopFollowing) {
      this.#stopFollowing = this.#media.state.subscribe(() => this.#follow());
    } else if (!wanted && this.#stopFollowing) {
      this.#stopFollowing();
      this.#stopFollowing = null;
      this.#use(null);
    }
  }

  #follow(): void {
    this.#use(this.#media.track("mic"));
    // Told at once: a meter that moves after a mute looks as if the mute had failed.
    if (!this.#media.isOn("mic")) this.#level.set(0);
    else this.#forgetSpeech();
  }

  #use(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#stopSampling();
    this.#stopSampling = () => {};
    this.#ear?.close();
    this.#ear = track && this.#listen(track);
    this.#level.set(0);
    this.#forgetSpeech();
    if (this.#ear) this.#stopSampling = every(this.#clock, SAMPLE_MS, () => this.#sample());
  }

  #sample(): void {
    const level = this.#ear?.level() ?? 0;
    if (this.#media.isOn("mic")) {
      this.#level.set(level);
      return;
    }
    const loud = level >= SPEECH;
    this.#loud = [...this.#loud, loud].slice(-10);
    this.#quietFor = loud ? 0 : this.#quietFor + 1;
    if (this.#loud.filter(Boolean).length >= LOUD_SAMPLES) this.#speakingMuted.set(true);
    else if (this.#quietFor >= PAUSE_SAMPLES) this.#speakingMuted.set(false);
  }

  #forgetSpeech(): void {
    this.#loud = [];
    this.#quietFor = 0;
    this.#speakingMuted.set(false);
  }
}

/** A value that knows whether anybody watches it. */
class Wanted<T> extends Store<T> {
  readonly #changed: () => void;
  #watchers = 0;

  constructor(value: T, changed: () => void) {
    super(value);
    this.#changed = changed;
  }

  get watched(): boolean {
    return this.#watchers > 0;
  }

  override subscribe(watcher: (value: T) => void): () => void {
    const stop = super.subscribe(watcher);
    this.#watchers += 1;
    this.#changed();
    let stopped = false;
    return () => {
      if (stopped) return;
      stopped = true;
      stop();
      this.#watchers -= 1;
      this.#changed();
    };
  }
}

/** Listens with Web Audio, to a clone: a muted track is silent, its clone is not. */
function listenTo(track: MediaStreamTrack): Ear | null {
  if (typeof AudioContext === "undefined") return null;
  const clone = track.clone();
  clone.enabled = true;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  // 85 ms at 48 kHz: nearly all that is heard between two samples. No worklet is needed for that.
  analyser.fftSize = 4096;
  context.createMediaStreamSource(new MediaStream([clone])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  // Browsers keep a context suspended until the person has done something.
  const gestures = new AbortController();
  const resume = () => {
    if (context.state === "suspended") void context.resume().catch(() => {});
  };
  for (const gesture of ["pointerdown", "keydown"]) {
    globalThis.addEventListener(gesture, resume, { signal: gestures.signal, capture: true });
  }
  resume();
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      return levelOf(samples);
    },
    close() {
      gestures.abort();
      clone.stop();
      void context.close().catch(() => {});
    },
  };
}

/** 0 is -60 dB or less, 1 is full scale: as loudness is heard, not as voltage. */
export function levelOf(samples: Float32Array): number {
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  const decibels = 10 * Math.log10(squares / samples.length);
  return Math.min(1, Math.max(0, 1 + decibels / 60));
}
