// Who is talking, by how loud they are. Pure: told what is heard, says what changed.

/** Voices lie above, a quiet room below. */
const LOUD = 0.02;
/** One loud look may be a click. */
const LOOKS = 2;
/** Between two words one is still talking. */
const PAUSE_MS = 1_000;

interface Voice {
  loudLooks: number;
  lastLoud: number;
  talking: boolean;
}

export class Talkers {
  readonly #voices = new Map<string, Voice>();
  readonly #tell: (participant: string, talking: boolean) => void;

  constructor(tell: (participant: string, talking: boolean) => void) {
    this.#tell = tell;
  }

  /** How loud somebody is now, 0 to 1. */
  hears(participant: string, loudness: number, now: number): void {
    const voice = this.#voices.get(participant) ?? { loudLooks: 0, lastLoud: 0, talking: false };
    this.#voices.set(participant, voice);
    if (loudness > LOUD) {
      voice.loudLooks += 1;
      voice.lastLoud = now;
    } else voice.loudLooks = 0;
    if (!voice.talking && voice.loudLooks >= LOOKS) this.#set(participant, voice, true);
    else if (voice.talking && now - voice.lastLoud >= PAUSE_MS) {
      this.#set(participant, voice, false);
    }
  }

  /** Nobody hears them any more. */
  gone(participant: string): void {
    const voice = this.#voices.get(participant);
    this.#voices.delete(participant);
    if (voice?.talking) this.#tell(participant, false);
  }

  /** All start silent: whoever was told is told again. */
  reset(): void {
    this.#voices.clear();
  }

  #set(participant: string, voice: Voice, talking: boolean): void {
    voice.talking = talking;
    this.#tell(participant, talking);
  }
}
