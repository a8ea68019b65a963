// Who is talking, by how loud they are. Pure: told what is heard, says what changed.

/** Voices lie above, a quiet room below. */
const LOUD = 0.02;
/** One loud look may be a click: two are needed, so close to one another. A look is but a moment of a
 * voice, and may fall between two syllables. */
const TOGETHER_MS = 1_200;
/** Between two words one is still talking. */
const PAUSE_MS = 1_200;

interface Voice {
  lastLoud: number | null;
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
    const voice = this.#voices.get(participant) ?? { lastLoud: null, talking: false };
    this.#voices.set(participant, voice);
    const quiet = voice.lastLoud === null ? Number.POSITIVE_INFINITY : now - voice.lastLoud;
    if (loudness > LOUD) {
      voice.lastLoud = now;
      if (!voice.talking && quiet < TOGETHER_MS) this.#set(participant, voice, true);
    } else if (voice.talking && quiet >= PAUSE_MS) this.#set(participant, voice, false);
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
