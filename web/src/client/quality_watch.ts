// Looks every two seconds, and when the gateway loses somebody, how good the connections are, shows it, and tells the room one's own word.
//
//   const watch = new QualityWatch({ session });   start with the session, `stop()` at its end
//   watch.quality     Readable<ReadonlyMap<participant id, Quality>>, oneself under one's own id
//   wants: (participant, source) => boolean   what the page wished to receive (`session.prefer`); what
//                     it did not is not missed. Without it: everything.
// What others are told (`session.setQuality`, their `Participant.quality`) is good, fair or poor, and
// changes only after five seconds of another.

import { type Clock, every, pageClock } from "./clock";
import { Looks } from "./looks";
import type { Source } from "./protocol";
import { type Quality, qualities, type Silence, type View } from "./quality";
import type { Session } from "./session";
import type { ConnectionStats } from "./stats";
import { type Readable, Store } from "./store";

/** What is watched: a `Session` fits. */
export type WatchedSession = Pick<
  Session,
  "stats" | "setQuality" | "status" | "info" | "participant"
> & { readonly room: Pick<Session["room"], "participants" | "expected" | "unheard"> };

export interface QualityWatchOptions {
  session: WatchedSession;
  clock?: Clock;
  wants?: (participant: string, source: Source) => boolean;
}

const LOOK_MS = 2_000;
/** How long another word must hold before it is told: a word that flickers tells nothing. */
const HOLD_MS = 5_000;
/** Ways to lose a call that are one's own network's. */
const OWN_CAUSES: readonly string[] = ["connection_failed", "not_connected", "online", "network"];

const SOURCES: readonly Source[] = ["mic", "camera", "screen"];

export class QualityWatch {
  readonly #session: WatchedSession;
  readonly #clock: Clock;
  readonly #wants: (participant: string, source: Source) => boolean;
  readonly #quality = new Store<ReadonlyMap<string, Quality>>(new Map());
  readonly #looks = new Looks();
  readonly #stops: readonly (() => void)[];
  /** Since when an expected stream is silent, and how many packets it had, by participant/source. */
  #flows = new Map<string, { participant: string; since: number; packets: number }>();
  #looking = false;
  #word: string | null = null;
  #newWord: { word: string; since: number } | null = null;

  constructor({ session, clock = pageClock, wants = () => true }: QualityWatchOptions) {
    this.#session = session;
    this.#clock = clock;
    this.#wants = wants;
    this.#stops = [
      every(clock, LOOK_MS, () => void this.#look()),
      session.room.unheard.subscribe(() => {
        if (this.#flows.size > 0) void this.#look();
      }),
    ];
  }

  get quality(): Readable<ReadonlyMap<string, Quality>> {
    return this.#quality;
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  async #look(): Promise<void> {
    const info = this.#session.info.value;
    const self = this.#session.participant;
    if (!info || self === null || this.#looking) return;
    this.#looking = true;
    // A connection that was closed meanwhile tells nothing; the next look finds another.
    const connections = await this.#session.stats().catch(() => null);
    this.#looking = false;
    if (!connections) return;
    const at = this.#clock.now();
    const { mode } = info.room;
    const all = qualities({
      mode,
      self,
      people: this.#session.room.participants.value,
      rates: this.#looks.look(at, connections),
      connections,
      silent: this.#silences(mode, at, connections),
      unsent: this.#unsent(mode),
      trouble: this.#trouble(),
    });
    this.#quality.set(all);
    this.#say(all.get(self), at);
  }

  /** How long each expected stream has brought nothing, by participant. */
  #silences(
    mode: View["mode"],
    at: number,
    connections: readonly ConnectionStats[],
  ): Map<string, Silence[]> {
    const streams = connections.flatMap((one) => one.streams).filter((s) => s.direction === "in");
    const flows = new Map<string, { participant: string; since: number; packets: number }>();
    const silent = new Map<string, Silence[]>();
    const unheard = this.#session.room.unheard.value;
    for (const { participant, source } of this.#expected(mode)) {
      const key = `${participant}/${source}`;
      const packets =
        streams.find((s) => s.participant === participant && s.source === source)?.packets ?? 0;
      const known = this.#flows.get(key);
      const flow = known && known.packets === packets ? known : { participant, since: at, packets };
      flows.set(key, flow);
      const ms = at - flow.since;
      const silence = { ms, told: ms > 0 && unheard.has(key) };
      silent.set(participant, [...(silent.get(participant) ?? []), silence]);
    }
    this.#flows = flows;
    return silent;
  }

  /** What people say they send, as far as it is wished. */
  #expected(mode: View["mode"]): { participant: string; source: Source }[] {
    return this.#session.room.participants.value
      .filter(({ self, call }) => !self && (mode === "mesh" || call !== "none"))
      .flatMap((person) =>
        SOURCES.filter((source) => person[source] && this.#wants(person.id, source)).map(
          (source) => ({ participant: person.id, source }),
        ),
      );
  }

  /** Who says that they send what the gateway does not get, or not yet. */
  #unsent(mode: View["mode"]): Set<string> {
    if (mode === "mesh") return new Set();
    const arriving = new Set(
      this.#session.room.expected().map(({ participant, source }) => `${participant}/${source}`),
    );
    return new Set(
      this.#expected(mode)
        .filter(({ participant, source }) => !arriving.has(`${participant}/${source}`))
        .map(({ participant }) => participant),
    );
  }

  #trouble(): View["trouble"] {
    const status = this.#session.status.value;
    if (status.state === "reconnecting") return "mine";
    if (status.state === "restarting")
      return OWN_CAUSES.includes(status.cause) ? "mine" : "gateway";
    return status.state === "failed" ? "gateway" : "none";
  }

  #say(own: Quality | undefined, at: number): void {
    if (!own) return;
    // Who hears it at all hears it over a connection: there is no word for none.
    const word = own.level === "lost" ? "poor" : own.level;
    if (word === this.#word) {
      this.#newWord = null;
      return;
    }
    if (this.#newWord?.word !== word) this.#newWord = { word, since: at };
    if (at - this.#newWord.since < HOLD_MS) return;
    this.#word = word;
    this.#newWord = null;
    this.#session.setQuality(word);
  }
}
