// Talking while the space bar is held. Pure: told of keys, it says what the microphone is to do.

import type { SourceState } from "../../client";

/** What to do with the microphone. */
export type Order = "on" | "off" | null;

export class PushToTalk {
  #held = false;

  /** Whether it is this that has the microphone on. */
  get held(): boolean {
    return this.#held;
  }

  /** The key went down, once or repeating; a microphone that is on anyway stays as it is. */
  down(mic: SourceState["phase"]): Order {
    if (this.#held || (mic !== "muted" && mic !== "off")) return null;
    this.#held = true;
    return "on";
  }

  /** The key came up, or nobody will tell when it does: the window lost the focus. */
  up(): Order {
    if (!this.#held) return null;
    this.#held = false;
    return "off";
  }

  /** Somebody switched the microphone otherwise: it is no longer this that keeps it. */
  overruled(): void {
    this.#held = false;
  }
}
