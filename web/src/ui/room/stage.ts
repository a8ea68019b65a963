// Whose tile is large. Pure: told who is here and who talks, says which tile takes the stage.

/** A tile, as far as the stage asks. */
export interface Candidate {
  /** `tileKey` of the view. */
  key: string;
  participant: string;
  self: boolean;
  screen: boolean;
}

export interface Staged {
  layout: "grid" | "speaker";
  pinned: string | null;
  /** Who spoke last; null: nobody yet. */
  speaker: string | null;
}

/**
 * The key of the large tile; null: all are equal. Whoever pinned a tile wants it, a shared screen is
 * there to be looked at (not one's own, which one sees anyway), and otherwise it is the speaker's.
 */
export function stageOf(tiles: readonly Candidate[], { layout, pinned, speaker }: Staged) {
  // Alone, a tile is as large as it can be.
  if (tiles.length < 2) return null;
  const chosen =
    tiles.find(({ key }) => key === pinned) ??
    // The one that came last, where several share.
    tiles.findLast(({ screen, self }) => screen && !self);
  if (chosen) return chosen.key;
  if (layout === "grid") return null;
  const cameras = tiles.filter(({ screen }) => !screen);
  const large =
    cameras.find(({ participant }) => participant === speaker) ?? cameras.find(({ self }) => !self);
  return large?.key ?? null;
}

/** Somebody of whom is known whether they talk. */
export interface Voice {
  id: string;
  self: boolean;
  talking: boolean;
}

/** So long one talks before taking another's place: a "yes" in between moves nothing. */
export const TAKES_OVER_MS = 1_500;

/** Who spoke last, oneself left out: nobody wants to look at themselves. */
export class LastSpeaker {
  #speaker: string | null = null;
  /** Since when the others talk. */
  readonly #talkingSince = new Map<string, number>();

  /** Who it is at `now`, in ms. */
  hears(voices: readonly Voice[], now: number): string | null {
    const others = voices.filter(({ self }) => !self);
    const here = new Set(others.map(({ id }) => id));
    if (this.#speaker !== null && !here.has(this.#speaker)) this.#speaker = null;
    for (const id of [...this.#talkingSince.keys()]) {
      if (!here.has(id)) this.#talkingSince.delete(id);
    }
    for (const { id, talking } of others) {
      if (!talking) this.#talkingSince.delete(id);
      else if (!this.#talkingSince.has(id)) this.#talkingSince.set(id, now);
    }
    this.#speaker = this.#takesOver(now) ?? this.#speaker;
    return this.#speaker;
  }

  /** In how many ms it may be somebody else, if all go on as they do; null: never. */
  changesIn(now: number): number | null {
    if (this.#isTalking()) return null;
    const waits = this.#waiting().map(([, since]) => Math.max(0, since + TAKES_OVER_MS - now));
    return waits.length === 0 ? null : Math.min(...waits);
  }

  /** Who has talked for long enough, the longest first. */
  #takesOver(now: number): string | null {
    if (this.#isTalking()) return null;
    const [first] = this.#waiting();
    if (!first) return null;
    const [id, since] = first;
    return this.#speaker === null || now - since >= TAKES_OVER_MS ? id : null;
  }

  /** Two who talk at once do not take turns. */
  #isTalking(): boolean {
    return this.#speaker !== null && this.#talkingSince.has(this.#speaker);
  }

  #waiting(): [string, number][] {
    return [...this.#talkingSince]
      .filter(([id]) => id !== this.#speaker)
      .sort(([, a], [, b]) => a - b);
  }
}
