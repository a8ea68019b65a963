// A leg: the connection with one other participant, straight between two browsers.
//
// Perfect negotiation (WebRTC §10.7): both may offer at any time; if both do, the polite one (of the
// greater id) gives way. One queue for all that is set on the connection. What does not come about, or
// does not come back, is made anew; so does the other side, each known by the session id of its `o=`.

import { EarlyCandidates, plain } from "./candidates";
import type { Clock } from "./clock";
import type { Incoming } from "./engine";
import type { History } from "./history";
import { LegLines, type Tracks } from "./leg_lines";
import { LegTries } from "./leg_tries";
import { LegView } from "./leg_view";
import type { Answer, Candidate, Jsep, Source } from "./protocol";
import type { Caps } from "./publisher";
import { type ConnectionStats, readStats } from "./stats";
import { Watchdog } from "./watchdog";

/** What the other side is told. */
export type Told = { jsep: Jsep } | { candidate: Candidate | null };

export interface LegOptions {
  self: string;
  participant: string;
  makePeer: () => RTCPeerConnection;
  config: () => RTCConfiguration;
  /** Whether the server can be reached. */
  joined: () => boolean;
  tell: (what: Told) => Promise<Answer<unknown>>;
  tracks: Tracks;
  clock: Clock;
  history: History;
  /** Other tracks come in. */
  onIncoming: () => void;
}

/** An offer is answered in this time, or it or its answer was lost. */
const ANSWER_MS = 2_000;

export class Leg {
  readonly participant: string;
  readonly #options: LegOptions;
  readonly #clock: Clock;
  readonly #polite: boolean;
  readonly #view: LegView;
  readonly #candidates = new EarlyCandidates();
  readonly #watchdog = new Watchdog();
  readonly #tries: LegTries;
  #caps: Caps = { camera: null, screen: null };
  #peer: RTCPeerConnection | null = null;
  #lines: LegLines | null = null;
  /** Which connection of the other side this one is with; null until it said anything. */
  #origin: string | null = null;
  #wasConnected = false;
  #queue: Promise<void> = Promise.resolve();
  #offeredAt = 0;
  #closed = false;

  constructor(options: LegOptions) {
    this.#options = options;
    this.participant = options.participant;
    this.#clock = options.clock;
    this.#polite = options.self > options.participant;
    this.#view = new LegView(options.clock, options.onIncoming);
    this.#tries = new LegTries({
      clock: options.clock,
      polite: this.#polite,
      joined: options.joined,
      isSettled: () => this.#isSettled(),
      restart: (cause) => this.restart(cause),
      renew: (cause) => this.call(cause),
    });
  }

  /** Their tracks. */
  get incoming(): Incoming {
    return this.#view.shown;
  }

  /** Whether either side has called. */
  get isBegun(): boolean {
    return this.#peer !== null;
  }

  get isConnected(): boolean {
    return this.#peer?.connectionState === "connected";
  }

  /** Makes the first connection, or a new one in place of one that is of no use. */
  call(cause: string): void {
    this.#enqueue(() => this.#renew(cause));
  }

  /** Gathers new candidates for the same connection, and looks for a path again. */
  restart(cause: string): void {
    this.#enqueue(async () => {
      const peer = this.#peer;
      if (!peer || peer.signalingState === "closed") return this.#renew(cause);
      this.#note("leg_restart", { cause });
      this.#tries.count();
      this.#tries.arm();
      await this.#offer(peer, true);
    });
  }

  /** What the other side says. */
  hears(jsep: Jsep | undefined, candidate: Candidate | null | undefined): void {
    if (jsep?.type === "offer") this.#enqueue(() => this.#heardOffer(jsep));
    else if (jsep) this.#enqueue(() => this.#heardAnswer(jsep));
    else if (candidate?.candidate) {
      this.#enqueue(async () => {
        this.#candidates.add(candidate);
        await this.#addCandidates();
      });
    }
  }

  /** The server can be reached again. */
  rejoined(): void {
    this.#tries.rejoined();
  }

  /** The machine woke, or has another network. */
  wake(cause: string): void {
    this.#tries.woke();
    const state = this.#peer?.connectionState;
    if (state === "disconnected" || state === "failed") this.#tries.again(cause, 0);
  }

  /** Sends what the devices give now, with these bounds. */
  async refresh(caps: Caps): Promise<void> {
    this.#caps = caps;
    try {
      await this.#lines?.refresh(this.#options.tracks, caps);
    } catch (error) {
      if (!this.#closed) this.#note("leg_error", { error: String(error) });
    }
  }

  /** Looks whether what they have on arrives, and mends it. Once a second. */
  async watch(on: readonly Source[]): Promise<void> {
    const [peer, lines] = [this.#peer, this.#lines];
    if (!peer || !lines || !this.#isSettled()) return;
    const counts = lines.count(await peer.getStats());
    if (peer !== this.#peer || !this.#isSettled()) return;
    const flows = on
      .map((key) => ({ key, count: counts.get(key) ?? 0 }))
      // A screen on which nothing moves has no new frames.
      .filter(({ key, count }) => key !== "screen" || count === 0);
    const advice = this.#watchdog.look(this.#clock.now(), flows);
    if (advice === "resubscribe") this.restart("nothing_arrives");
    if (advice === "restart") this.call("nothing_arrives");
  }

  /** How loud they are, 0 to 1. */
  async loudness(): Promise<number> {
    return this.isConnected ? ((await this.#lines?.loudness()) ?? 0) : 0;
  }

  ownLoudness(): Promise<number> {
    return this.#lines?.ownLoudness() ?? Promise.resolve(0);
  }

  stats(): Promise<ConnectionStats> | null {
    const [peer, lines] = [this.#peer, this.#lines];
    if (!peer || !lines) return null;
    const { participant } = this;
    return readStats(participant, peer, (mid, way) => lines.owner(participant, mid, way));
  }

  close(): void {
    this.#closed = true;
    this.#tries.close();
    this.#peer?.close();
    this.#peer = null;
    this.#lines = null;
    this.#view.close();
  }

  /** One thing after the other; what fails is tried anew when its time is up. */
  #enqueue(task: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#closed) return;
      try {
        await task();
      } catch (error) {
        // A leg that is closed meanwhile makes everything fail.
        if (this.#closed) return;
        this.#note("leg_error", { error: String(error) });
        this.#tries.arm();
      }
    });
  }

  async #renew(cause: string): Promise<void> {
    this.#note("leg_new", { cause });
    if (this.#peer) this.#tries.count();
    const peer = this.#start();
    this.#lines = LegLines.make(peer);
    await this.refresh(this.#caps);
    await this.#offer(peer, false);
  }

  /** A connection in place of the one before. */
  #start(): RTCPeerConnection {
    const before = this.#peer;
    const peer = this.#options.makePeer();
    this.#peer = peer;
    this.#lines = null;
    this.#origin = null;
    if (before) this.#view.retire(before, this.#wasConnected);
    this.#wasConnected = false;
    this.#tries.disarm();
    this.#tries.arm();
    peer.addEventListener("connectionstatechange", () => {
      if (peer === this.#peer) this.#stateChanged(peer.connectionState);
    });
    peer.addEventListener("icecandidate", ({ candidate }) => {
      if (peer === this.#peer && candidate?.candidate) this.#tell({ candidate: plain(candidate) });
    });
    return peer;
  }

  async #offer(peer: RTCPeerConnection, restart: boolean): Promise<void> {
    // The one that is under way will do.
    if (peer.signalingState === "have-local-offer" && !this.#isOverdue()) return;
    if (restart) {
      peer.setConfiguration(this.#options.config());
      peer.restartIce();
    }
    await peer.setLocalDescription();
    this.#offeredAt = this.#clock.now();
    this.#tries.owing = false;
    this.#tellDescription(peer);
  }

  async #heardOffer(jsep: Jsep): Promise<void> {
    if (this.#peer?.signalingState === "have-local-offer" && !this.#polite) {
      // Theirs gives way to ours, unless they never got ours.
      if (this.#isOverdue()) this.#tellDescription(this.#peer);
      return;
    }
    const origin = originOf(jsep.sdp);
    // An offer of ours that gives way before anything was agreed: its lines would stay for nothing.
    const isNew = !this.#peer || origin !== this.#origin;
    const peer = isNew || !this.#peer ? this.#start() : this.#peer;
    // An ICE restart of theirs looks for addresses here, too.
    if (!isNew) peer.setConfiguration(this.#options.config());
    await peer.setRemoteDescription(jsep);
    this.#origin = origin;
    if (isNew) {
      this.#lines = LegLines.take(peer);
      this.#view.bind(peer, this.#lines);
      await this.refresh(this.#caps);
    }
    await peer.setLocalDescription();
    this.#tries.owing = false;
    this.#tellDescription(peer);
    await this.#addCandidates();
    if (isNew) await this.refresh(this.#caps);
  }

  async #heardAnswer(jsep: Jsep): Promise<void> {
    const peer = this.#peer;
    const origin = originOf(jsep.sdp);
    const isOther = this.#origin !== null && this.#origin !== origin;
    if (peer?.signalingState !== "have-local-offer") {
      this.#note("leg_answer_unasked", { isOther });
      // The one that was taken was late, and of a connection that is no more.
      if (isOther && !this.isConnected && this.#tries.isQuick) await this.#renew("late_answer");
      return;
    }
    if (isOther) return this.#renew("other_connection");
    const isFirst = this.#origin === null;
    await peer.setRemoteDescription(jsep);
    this.#origin = origin;
    if (isFirst && this.#lines) this.#view.bind(peer, this.#lines);
    await this.#addCandidates();
    await this.refresh(this.#caps);
  }

  /** What belongs to the description that was set. */
  async #addCandidates(): Promise<void> {
    const peer = this.#peer;
    if (!peer?.remoteDescription) return;
    for (const candidate of this.#candidates.take(peer.remoteDescription)) {
      try {
        await peer.addIceCandidate(candidate);
      } catch (error) {
        // One that this browser cannot use; there are others.
        if (!this.#closed) this.#note("leg_candidate", { error: String(error) });
      }
    }
  }

  #stateChanged(state: RTCPeerConnectionState): void {
    this.#note("leg", { state });
    if (state === "connected") {
      this.#wasConnected = true;
      this.#tries.connected();
      this.#watchdog.rearm();
    } else if (state === "failed") this.#tries.failed();
    else if (state === "disconnected") this.#tries.disconnected();
  }

  #isSettled(): boolean {
    return this.isConnected && this.#peer?.signalingState === "stable";
  }

  #isOverdue(): boolean {
    return this.#tries.owing || this.#clock.now() - this.#offeredAt >= ANSWER_MS;
  }

  #tellDescription(peer: RTCPeerConnection): void {
    const description = peer.localDescription;
    if (peer !== this.#peer || !description) return;
    const type = description.type === "offer" ? "offer" : "answer";
    this.#tell({ jsep: { type, sdp: description.sdp } });
  }

  #tell(what: Told): void {
    const peer = this.#peer;
    void this.#options.tell(what).then((answer) => {
      if (this.#closed || peer !== this.#peer || answer.kind === "ok") return;
      if (answer.kind !== "error") {
        this.#tries.owing = true;
        return;
      }
      // Nobody there any more: presence says so next. A candidate of no use: there are others.
      if (answer.reason === "not_found") return;
      if ("candidate" in what && answer.retryMs === null) return;
      this.#note("leg_refused", { reason: answer.reason });
      this.#tries.owing = true;
      if (answer.retryMs !== null) this.#tries.again(answer.reason, Math.max(1, answer.retryMs));
    });
  }

  #note(what: string, detail: Record<string, unknown> = {}): void {
    this.#options.history.add(what, { participant: this.participant, ...detail });
  }
}

/** The session id of a description's `o=` line: one for each connection (RFC 8829 §5.2.1). */
function originOf(sdp: string): string {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? "";
}
