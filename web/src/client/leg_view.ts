// What is seen and heard of a leg, also while one connection takes over from another.
//
// The old one stays open, and its last pictures shown, until the new one has a picture of its own (or
// for 8 s): closing it turns its pictures black.

import type { Clock } from "./clock";
import type { Incoming } from "./engine";
import type { LegLines } from "./leg_lines";

const KEEP_OLD_MS = 8_000;
const LOOK_MS = 100;

export class LegView {
  readonly #clock: Clock;
  readonly #changed: () => void;
  #shown: Incoming = {};
  #old: { peer: RTCPeerConnection; stop: () => void } | null = null;
  #now: { peer: RTCPeerConnection; lines: LegLines } | null = null;
  #stopLooking = () => {};

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Tracks. */
  get shown(): Incoming {
    return this.#shown;
  }

  /** Another connection is about to come. The one before is closed, now or later. */
  retire(peer: RTCPeerConnection, hadPictures: boolean): void {
    this.#now = null;
    if (this.#old || !hadPictures) {
      peer.close();
      return;
    }
    this.#old = { peer, stop: this.#clock.after(KEEP_OLD_MS, () => this.#swap()) };
  }

  /** What the connection brings is known. */
  bind(peer: RTCPeerConnection, lines: LegLines): void {
    this.#now = { peer, lines };
    const { camera, screen } = this.#old ? this.#shown : {};
    this.#show({ ...lines.incoming, ...(camera && { camera }), ...(screen && { screen }) });
    this.#stopLooking();
    if (this.#old) this.#look();
  }

  close(): void {
    this.#stopLooking();
    this.#old?.stop();
    this.#old?.peer.close();
    this.#old = null;
    this.#now = null;
    this.#show({});
  }

  #look(): void {
    this.#stopLooking = this.#clock.after(LOOK_MS, async () => {
      const now = this.#now;
      if (!now || !this.#old) return;
      const counts = now.lines.count(await now.peer.getStats());
      // It may have been replaced meanwhile, or shown for want of time.
      if (now !== this.#now || !this.#old) return;
      if ((counts.get("camera") ?? 0) + (counts.get("screen") ?? 0) > 0) this.#swap();
      else this.#look();
    });
  }

  #swap(): void {
    this.#stopLooking();
    this.#old?.stop();
    const old = this.#old?.peer;
    this.#old = null;
    this.#show(this.#now?.lines.incoming ?? {});
    old?.close();
  }

  #show(shown: Incoming): void {
    this.#shown = shown;
    this.#changed();
  }
}
