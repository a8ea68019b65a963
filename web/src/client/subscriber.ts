// What comes down: one connection with everybody else's streams, negotiated by the server's offers.
//
// Offers are applied one after the other and the newest alone is answered. Each new handle at the
// gateway is a new connection here; the old one stays open until the new one has a picture (or 8 s),
// because closing it turns its pictures black. Tracks belong to participants by the mids of the
// newest offer.

import type { Clock } from "./clock";
import type { Incoming } from "./engine";
import type { History } from "./history";
import type { Answer, Jsep, Source, SubscribedStream } from "./protocol";
import { type ConnectionStats, readStats } from "./stats";
import { type Readable, Store } from "./store";

/** `subscriber_offer`. */
export interface SubscriberOffer {
  jsep: Jsep;
  version: number;
  streams: SubscribedStream[];
}

/** How much of a stream arrived: frames decoded of a picture, packets of a sound. */
export interface Arrived {
  participant: string;
  source: Source;
  count: number;
}

export interface SubscriberOptions {
  makePeer: () => RTCPeerConnection;
  answer: (jsep: Jsep, version: number) => Promise<Answer<unknown>>;
  clock: Clock;
  history: History;
  /** An answer was taken: what it agreed on comes down from now on. `first`: of a new connection. */
  onAnswered: (first: boolean) => void;
  /** An offer could not be applied, or the connection is lost for good. */
  onTrouble: (what: "offer_failed" | "failed") => void;
}

/** One stream of the newest offer. */
interface Line {
  participant: string;
  source: Source;
  mid: string;
  peer: RTCPeerConnection;
  track: MediaStreamTrack;
}

const KEEP_OLD_MS = 8_000;
const LOOK_MS = 50;

export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #incoming = new Store<ReadonlyMap<string, Incoming>>(new Map());
  #peer: RTCPeerConnection | null = null;
  /** The newest offer applied to `#peer`. */
  #applied: Jsep | null = null;
  #retired: { peer: RTCPeerConnection; stop: () => void }[] = [];
  #lines: Line[] = [];
  /** What is shown: may lag behind `#lines` until the first frame. */
  readonly #shown = new Map<string, Line>();
  /** Who is in the room; null: not told yet. */
  #here: ReadonlySet<string> | null = null;
  #waiting: SubscriberOffer | null = null;
  #working = false;
  /** Counts resets: what is under way on a connection that is closed never settles. */
  #run = 0;
  #answered = 0;
  /** Whose first answer was taken. */
  #established: RTCPeerConnection | null = null;
  #stopLooking: (() => void) | null = null;

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  /** Tracks by participant. */
  get incoming(): Readable<ReadonlyMap<string, Incoming>> {
    return this.#incoming;
  }

  /** Whether this comes down, by the newest offer. */
  receives(participant: string, source: Source): boolean {
    return this.#lines.some((line) => line.participant === participant && line.source === source);
  }

  stats(): Promise<ConnectionStats> | null {
    if (!this.#peer) return null;
    const lines = new Map(this.#lines.map((line) => [line.mid, line]));
    return readStats("subscriber", this.#peer, (mid) => lines.get(mid));
  }

  get connectionState(): RTCPeerConnectionState | null {
    return this.#peer?.connectionState ?? null;
  }

  /** For the ICE restarts that are to come. */
  configure(config: RTCConfiguration): void {
    this.#peer?.setConfiguration(config);
  }

  /** An offer of the server. */
  offer(offer: SubscriberOffer): void {
    if (offer.version <= this.#answered) return;
    if (this.#waiting && this.#waiting.version > offer.version) return;
    this.#waiting = offer;
    void this.#work();
  }

  /** The handle at the gateway is gone or going: the next offer is of another one. */
  renew(cause: string): void {
    this.#waiting = null;
    this.#retire(cause);
  }

  /** Ends everything. `versions` begin anew with a new membership. */
  reset(): void {
    this.#waiting = null;
    this.#run += 1;
    this.#working = false;
    this.#answered = 0;
    this.#retire("reset");
    for (const { peer, stop } of this.#retired) {
      stop();
      peer.close();
    }
    this.#retired = [];
    this.#lines = [];
    this.#shown.clear();
    this.#stopLooking?.();
    this.#stopLooking = null;
    this.#show();
  }

  /** Forgets the last pictures of those who are not among `here`, now and after each offer. */
  keepOnly(here: ReadonlySet<string>): void {
    this.#here = here;
    this.#forgetGone();
  }

  #forgetGone(): void {
    let changed = false;
    for (const [key, { participant }] of this.#shown) {
      if (
        this.#here?.has(participant) === false &&
        !this.#lines.some((line) => keyOf(line) === key)
      ) {
        this.#shown.delete(key);
        changed = true;
      }
    }
    if (!changed) return;
    this.#show();
    for (const { peer } of [...this.#retired]) {
      if (![...this.#shown.values()].some((line) => line.peer === peer)) this.#drop(peer);
    }
  }

  /** What arrived so far of each stream of the newest offer. */
  async arrived(): Promise<Arrived[]> {
    const counts = await countByMid(this.#peer);
    return this.#lines.map(({ participant, source, mid }) => ({
      participant,
      source,
      count: counts.get(mid) ?? 0,
    }));
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    const run = this.#run;
    try {
      while (this.#waiting && run === this.#run) {
        const offer = this.#waiting;
        this.#waiting = null;
        await this.#apply(offer);
      }
    } finally {
      if (run === this.#run) this.#working = false;
    }
  }

  async #apply({ jsep, version, streams }: SubscriberOffer): Promise<void> {
    if (this.#applied && isOfAnotherHandle(this.#applied.sdp, jsep.sdp)) this.#retire("new_handle");
    const peer = this.#peer ?? this.#start();
    this.#applied = jsep;
    try {
      await peer.setRemoteDescription(jsep);
      await peer.setLocalDescription();
    } catch (error) {
      if (peer !== this.#peer) return;
      this.#options.history.add("offer_failed", { version, error: String(error) });
      this.#options.onTrouble("offer_failed");
      return;
    }
    // Meanwhile the handle may have gone, or a newer offer come: this one is not answered then.
    if (peer !== this.#peer) return;
    this.#bind(peer, streams);
    if (this.#waiting) return;
    const sdp = peer.localDescription?.sdp ?? "";
    void this.#options.answer({ type: "answer", sdp }, version).then((answer) => {
      this.#options.history.add("offer_answered", { version, answer: answer.kind });
      if (answer.kind !== "ok") return;
      this.#answered = Math.max(this.#answered, version);
      if (peer !== this.#peer) return;
      this.#options.onAnswered(this.#established !== peer);
      this.#established = peer;
    });
  }

  #start(): RTCPeerConnection {
    const peer = this.#options.makePeer();
    this.#peer = peer;
    peer.addEventListener("connectionstatechange", () => {
      if (peer === this.#peer && peer.connectionState === "failed") {
        this.#options.onTrouble("failed");
      }
    });
    for (const old of this.#retired) {
      old.stop();
      old.stop = this.#options.clock.after(KEEP_OLD_MS, () => this.#drop(old.peer));
    }
    return peer;
  }

  #retire(cause: string): void {
    const peer = this.#peer;
    if (!peer) return;
    this.#options.history.add("subscriber_renewed", { cause });
    this.#peer = null;
    this.#applied = null;
    this.#retired.push({ peer, stop: () => {} });
    this.#lines = [];
  }

  #bind(peer: RTCPeerConnection, streams: SubscribedStream[]): void {
    const tracks = new Map(
      peer.getTransceivers().map(({ mid, receiver }) => [mid, receiver.track]),
    );
    this.#lines = streams.flatMap(({ mid, participant, source }) => {
      const track = tracks.get(mid);
      return track ? [{ participant, source, mid, peer, track }] : [];
    });
    const owners = new Map(this.#lines.map((line) => [line.track, keyOf(line)]));
    for (const [key, { track }] of this.#shown) {
      // A line may be given to another participant: whoever had it must not show them.
      const owner = owners.get(track);
      if (owner !== undefined && owner !== key) this.#shown.delete(key);
    }
    for (const line of this.#lines) {
      const before = this.#shown.get(keyOf(line));
      const picture = line.source !== "mic";
      if (!picture || !before || before.peer === peer) this.#shown.set(keyOf(line), line);
    }
    this.#show();
    // Presence may have told that somebody left before the offer without them came.
    this.#forgetGone();
    this.#look();
  }

  /** Swaps each old picture for its new one as soon as that has a frame. */
  #look(): void {
    if (this.#stopLooking || !this.#peer || this.#retired.length === 0) return;
    this.#stopLooking = this.#options.clock.after(LOOK_MS, () => {
      void this.#swap().then(() => {
        this.#stopLooking = null;
        this.#look();
      });
    });
  }

  async #swap(): Promise<void> {
    const peer = this.#peer;
    const counts = await countByMid(peer);
    if (peer !== this.#peer) return;
    let changed = false;
    for (const line of this.#lines) {
      if (this.#shown.get(keyOf(line))?.peer !== peer && (counts.get(line.mid) ?? 0) > 0) {
        this.#shown.set(keyOf(line), line);
        changed = true;
      }
    }
    if (changed) this.#show();
    for (const { peer: old } of [...this.#retired]) {
      const shown = [...this.#shown.values()].some((line) => line.peer === old);
      if (peer && !shown) this.#drop(old);
    }
  }

  #drop(old: RTCPeerConnection): void {
    for (const { peer, stop } of this.#retired) if (peer === old) stop();
    this.#retired = this.#retired.filter(({ peer }) => peer !== old);
    for (const [key, line] of this.#shown) if (line.peer === old) this.#shown.delete(key);
    for (const line of this.#lines) {
      if (!this.#shown.has(keyOf(line))) this.#shown.set(keyOf(line), line);
    }
    this.#show();
    old.close();
  }

  #show(): void {
    const incoming = new Map<string, Partial<Record<Source, MediaStreamTrack>>>();
    for (const { participant, source, track } of this.#shown.values()) {
      incoming.set(participant, { ...incoming.get(participant), [source]: track });
    }
    this.#incoming.set(incoming);
  }
}

function keyOf({ participant, source }: { participant: string; source: Source }): string {
  return `${participant}/${source}`;
}

/**
 * Whether an offer is of another handle than the one before it.
 *
 * Janus counts the version of the `o=` line up with each offer of a handle, from 1; the session id
 * beside it is the time and new with each offer. A handle never takes m-lines back either.
 */
export function isOfAnotherHandle(before: string, now: string): boolean {
  if (before === now) return false;
  return originVersion(now) <= originVersion(before) || lines(now) < lines(before);
}

function originVersion(sdp: string): number {
  return Number(/^o=\S+ \S+ (\d+)/m.exec(sdp)?.[1] ?? Number.NaN);
}

function lines(sdp: string): number {
  return sdp.match(/^m=/gm)?.length ?? 0;
}

async function countByMid(peer: RTCPeerConnection | null): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  if (!peer || peer.connectionState === "closed") return counts;
  const report = await peer.getStats();
  report.forEach((stat: RTCInboundRtpStreamStats) => {
    if (stat.type !== "inbound-rtp" || typeof stat.mid !== "string") return;
    const count = stat.kind === "video" ? stat.framesDecoded : stat.packetsReceived;
    counts.set(stat.mid, Math.max(counts.get(stat.mid) ?? 0, count ?? 0));
  });
  return counts;
}
