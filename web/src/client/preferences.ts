// What is looked at, told to the gateway: nobody's picture is sent to nobody, and a small tile gets a
// small layer.

import type { Clock } from "./clock";
import type { Wish } from "./engine";
import type { Publication, Source, Wire } from "./protocol";

export interface PreferencesOptions {
  wire: Wire;
  clock: Clock;
  publications: () => Publication[];
  /** Whether this comes down: what does not cannot be preferred. */
  received: (participant: string, source: Source) => boolean;
}

/** What was told of a stream. */
interface Told {
  participant: string;
  mid: string;
  substream: number;
  send: boolean;
}

/** A tile that is being moved or scrolled changes often: what it comes to is told. */
const SETTLE_MS = 300;
const BEST = 2;

export class Preferences {
  readonly #options: PreferencesOptions;
  #wishes: readonly Wish[] = [];
  /** With one other only the largest layer is sent: there is no choice. */
  #layers = false;
  /** By participant, generation and mid. */
  /** Null: asked for in vain, so that nobody knows what holds. */
  #told = new Map<string, Told | null>();
  #cancel: (() => void) | null = null;

  constructor(options: PreferencesOptions) {
    this.#options = options;
  }

  set(wishes: readonly Wish[]): void {
    this.#wishes = wishes;
    this.tell();
  }

  setAudience(others: number): void {
    this.#layers = others >= 2;
    this.tell();
  }

  /** Whether it is looked at, or heard. */
  wants({ participant, source }: { participant: string; source: Source }): boolean {
    return source === "mic" || this.#height(participant, source) > 0;
  }

  /** Nothing told before holds: another call, another connection down. */
  forget(): void {
    this.#told.clear();
    this.tell();
  }

  /** Tells what differs from what was told, a little later. */
  tell(): void {
    if (this.#cancel) return;
    this.#cancel = this.#options.clock.after(SETTLE_MS, () => {
      this.#cancel = null;
      void this.#tell();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  async #tell(): Promise<void> {
    const wanted = this.#wanted();
    const changed = new Map(
      [...wanted].filter(([key, now]) => {
        const before = this.#told.get(key);
        if (before === null) return true;
        // Untold, a stream comes as well as it can.
        return before
          ? before.send !== now.send || before.substream !== now.substream
          : !now.send || now.substream !== BEST;
      }),
    );
    if (changed.size === 0) return;
    for (const [key, told] of changed) this.#told.set(key, told);
    const answer = await this.#options.wire.ask("prefer", { streams: [...changed.values()] });
    if (answer.kind === "ok") return;
    for (const [key, told] of changed) if (this.#told.get(key) === told) this.#told.set(key, null);
    // Lost: told with the `publishers` of the rejoin.
    if (answer.kind === "timeout" || (answer.kind === "error" && answer.retryMs !== null))
      this.tell();
  }

  #wanted(): Map<string, Told> {
    const wanted = new Map<string, Told>();
    for (const { participant, generation, streams } of this.#options.publications()) {
      for (const { mid, source } of streams) {
        if (source === "mic" || !this.#options.received(participant, source)) continue;
        const height = this.#height(participant, source);
        const substream = source === "camera" && this.#layers ? layerOf(height) : BEST;
        wanted.set(`${participant}/${generation}/${mid}`, {
          participant,
          mid,
          substream: height === 0 ? BEST : substream,
          send: height > 0,
        });
      }
    }
    return wanted;
  }

  #height(participant: string, source: Source): number {
    const wish = this.#wishes.find((w) => w.participant === participant && w.source === source);
    return wish?.height ?? Number.POSITIVE_INFINITY;
  }
}

/** The layers are a quarter, a half and all of 720 lines or so. */
function layerOf(height: number): number {
  if (height <= 200) return 0;
  return height <= 400 ? 1 : BEST;
}
