// A visit to a room, from join to leave: ties connection, room and media engine together.
//
// The one class a page needs. It watches the devices it is given and never lets them go.

import { type Clock, every, workerClock } from "./clock";
import { Connection, type ConnectionOptions, type ResumeStorage } from "./connection";
import { counted, withRates } from "./debug";
import type { CallState, Incoming, MediaEngine, Present, Wish } from "./engine";
import { engineAtHand, fetchEngine, fetchEngines } from "./engines";
import { listenToEnvironment } from "./environment";
import { Heard } from "./heard";
import { History } from "./history";
import { LateEngine } from "./late_engine";
import { Looks } from "./looks";
import type { LocalMedia } from "./media";
import type { Answer, Events, JoinReply, Requests, RoomMode } from "./protocol";
import type { StreamRate } from "./quality";
import { Room } from "./room";
import type { ConnectionStats } from "./stats";
import { type Status, statusOf } from "./status";
import { type Readable, Store } from "./store";

export interface SessionOptions {
  /** The socket's endpoint, without `/websocket`: `wss://host/socket`. */
  endpoint: string;
  room: string;
  name: string;
  token?: string | undefined;
  media: LocalMedia;
  /** Media goes through the server's TURN servers only: nobody sees one's own addresses. */
  relayOnly?: boolean;
  storage?: ResumeStorage;
  /** Whether nobody looks at the page. */
  hidden?: () => boolean;
  history?: History;
  clock?: Clock;
  transport?: ConnectionOptions["transport"];
}

/** What the server is told of oneself. */
type Flags = Required<Pick<Requests["update"][0], "mic" | "camera" | "screen" | "hand">> & {
  quality?: string;
};

/** So long without the server nobody can be told that one went silent, and nothing is sent. */
const SILENCE_MS = 10_000;

export class Session {
  readonly room = new Room();
  readonly connection: Connection;
  readonly history: History;
  readonly heard = new Heard();
  readonly #media: LocalMedia;
  readonly #clock: Clock;
  readonly #options: SessionOptions;
  readonly #status = new Store<Status>({ state: "idle" });
  readonly #info = new Store<JoinReply | null>(null);
  readonly #call = new Store<CallState>({ phase: "idle" });
  readonly #incoming = new Store<ReadonlyMap<string, Incoming>>(new Map());
  readonly #hand = new Store(false);
  readonly #silenced = new Store(false);
  readonly #looks = new Looks();
  #rates: readonly StreamRate[] = [];
  #engine: MediaEngine | null = null;
  #everybody: readonly Present[] = [];
  #wishes: readonly Wish[] = [];
  #participant: string | null = null;
  #quality: string | undefined;
  #told: Flags | null = null;
  #stopFollowing = () => {};
  /** Counts the time without the server. */
  #cancelSilence: (() => void) | null = null;
  #stops: (() => void)[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#media = options.media;
    this.#clock = options.clock ?? workerClock();
    this.history = options.history ?? new History();
    this.connection = new Connection({
      ...options,
      storage: options.storage ?? inMemory(),
      hidden: options.hidden ?? (() => globalThis.document?.visibilityState === "hidden"),
      clock: this.#clock,
      history: this.history,
      heldCall: () => this.#engine?.held ?? null,
    });
    this.#listen();
  }

  get status(): Readable<Status> {
    return this.#status;
  }

  /** One's call, whichever engine carries it. */
  get call(): Readable<CallState> {
    return this.#call;
  }

  /** Everybody else's tracks by participant. */
  get incoming(): Readable<ReadonlyMap<string, Incoming>> {
    return this.#incoming;
  }

  /** What the server said at the last join: the room's mode and link, limits, features. */
  get info(): Readable<JoinReply | null> {
    return this.#info;
  }

  /** Whether one's own hand is up. */
  get hand(): Readable<boolean> {
    return this.#hand;
  }

  /** Whether one's own sound and picture are held back, because the server is away. */
  get silenced(): Readable<boolean> {
    return this.#silenced;
  }

  /** One's own participant id, once joined. */
  get participant(): string | null {
    return this.#participant;
  }

  /** Connects, joins, calls. */
  join(): void {
    this.connection.open();
    // In the time that the socket takes; the other one too, for the room may change its mode.
    void fetchEngines();
    this.#stops.push(
      every(this.#clock, 1_000, () => this.#engine?.tick()),
      listenToEnvironment((cause) => this.wake(cause)),
    );
  }

  /** Ends the call, leaves the room, closes the socket. */
  leave(): void {
    // Said before any connection is closed, or the gateway would tell of a lost call.
    void this.#engine?.end();
    this.connection.leave();
  }

  /** Starts a failed call again. */
  retry(): void {
    this.#engine?.retry();
  }

  /** Says something to the room; whether it was taken. */
  say(text: string): Promise<Answer<unknown>> {
    return this.connection.ask("chat", { text });
  }

  /** Shows everybody something short. */
  async react(emoji: string): Promise<void> {
    const answer = await this.connection.ask("data", { reaction: emoji });
    if (answer.kind === "ok" && this.#participant) this.room.reacted(this.#participant, emoji);
  }

  raiseHand(up: boolean): void {
    this.#hand.set(up);
    this.#tellFlags();
  }

  /** Says how good one's own connection is: a short word that others see on one's tile. */
  setQuality(word: string): void {
    this.#quality = word;
    this.#tellFlags();
  }

  /** What was wished last. */
  get wishes(): readonly Wish[] {
    return this.#wishes;
  }

  /** What is looked at, and how large; replaces what was wished before. */
  prefer(wishes: readonly Wish[]): void {
    this.#wishes = wishes;
    this.#engine?.prefer(wishes);
  }

  /** The machine woke, or has another network: looks whether everything still stands. */
  wake(cause: string): void {
    this.history.add("wake", { cause });
    this.connection.probe(cause);
    this.#engine?.wake(cause);
  }

  /** The connections' figures. */
  async stats(): Promise<ConnectionStats[]> {
    const connections = (await this.#engine?.stats()) ?? [];
    this.#rates = this.#looks.look(this.#clock.now(), connections);
    return connections;
  }

  /** Everything worth knowing when something went wrong, as plain JSON. */
  async debug(): Promise<Record<string, unknown>> {
    const stats = await this.stats();
    const state = (of: string) => stats.find((one) => one.of === of)?.state ?? null;
    return {
      at: Date.now(),
      userAgent: globalThis.navigator?.userAgent ?? null,
      server: this.#info.value?.server ?? null,
      room: this.#options.room,
      mode: this.#engine?.mode ?? null,
      participant: this.#participant,
      status: this.#status.value,
      connection: this.connection.state.value,
      call: this.#call.value,
      generation: this.#engine?.held ?? null,
      publisher: state("publisher"),
      subscriber: state("subscriber"),
      silenced: this.#silenced.value,
      participants: this.room.participants.value,
      publishers: this.room.publications(),
      expected: this.room.expected(),
      ...counted(stats),
      wishes: this.#wishes,
      connections: withRates(stats, this.#rates),
      history: this.history.list(),
      events: this.heard.list(),
    };
  }

  #listen(): void {
    const { connection, room } = this;
    connection.onJoined = (reply) => this.#joined(reply);
    connection.onLost = () => this.#engine?.lost();
    connection.onPresence = (everybody) => {
      this.#everybody = everybody;
      room.present(everybody);
      this.#engine?.present(everybody);
    };
    this.#hear("publishers", (event) => room.publishers(event));
    this.#hear("unpublished", (event) => room.gone(event));
    this.#hear("leaving", (event) => room.gone(event));
    this.#hear("talking", (event) => room.talks(event));
    this.#hear("media", (event) => room.media(event));
    this.#hear("chat", (event) => room.said(event));
    this.#hear("data", (event) => room.data(event));
    this.#hear("stop_call", (event) => {
      this.history.add("stop_call", { ...event });
      room.stopped(event);
    });
    this.#hear("subscriber_offer", () => {});
    this.#hear("hangup", () => {});
    this.#hear("signal", () => {});
    this.#hear("ice_servers", () => {});
    this.#hear("mode", ({ mode }) => this.#modeChanged(mode));
    this.#stops.push(
      connection.state.subscribe((state) => {
        this.#refreshStatus();
        if (state.phase === "ended") this.#ended();
        else this.#mindSilence(state.phase === "joined");
      }),
      this.#media.state.subscribe(() => {
        this.#tellFlags();
        this.#engine?.tracksChanged();
      }),
    );
  }

  /** First the session's own business with an event, then the engine's. */
  #hear<E extends keyof Events>(event: E, then: (payload: Events[E]) => void): void {
    this.connection.on(event, (payload) => {
      this.heard.add(event, payload);
      then(payload);
      this.#engine?.hears[event]?.(payload);
    });
  }

  #joined(reply: JoinReply): void {
    this.#info.set(reply);
    this.#participant = reply.participant;
    this.room.joined(reply.participant);
    this.#told = null;
    this.#tellFlags();
    this.#useEngine(reply.room.mode);
    this.#engine?.joined(reply);
  }

  #modeChanged(mode: RoomMode): void {
    const before = this.#info.value;
    if (!before || before.room.mode === mode) return;
    const now = { ...before, call: null, room: { ...before.room, mode } };
    this.#info.set(now);
    this.#useEngine(mode);
    this.#engine?.joined(now);
    this.#engine?.present(this.#everybody);
  }

  #useEngine(mode: RoomMode): void {
    this.room.goes(mode);
    if (this.#engine?.mode === mode) return;
    this.history.add("engine", { mode });
    this.#dropEngine();
    const options = {
      wire: this.connection,
      clock: this.#clock,
      history: this.history,
      media: this.#media,
      room: this.room,
      relayOnly: this.#options.relayOnly ?? false,
    };
    const engine =
      engineAtHand(mode)?.(options) ?? new LateEngine(mode, () => fetchEngine(mode), options);
    this.#engine = engine;
    const stops = [
      engine.state.subscribe((state) => {
        this.#call.set(state);
        this.#refreshStatus();
      }),
      engine.incoming.subscribe((incoming) => this.#incoming.set(incoming)),
    ];
    this.#stopFollowing = () => {
      for (const stop of stops) stop();
    };
    engine.prefer(this.#wishes);
  }

  #dropEngine(): void {
    this.#stopFollowing();
    this.#stopFollowing = () => {};
    void this.#engine?.end();
    this.#engine = null;
    this.#call.set({ phase: "idle" });
    this.#incoming.set(new Map());
  }

  #ended(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#mindSilence(true);
    this.#dropEngine();
  }

  /** `joined`, or over for good: then nobody is sent to anyway. */
  #mindSilence(joined: boolean): void {
    if (joined) {
      this.#cancelSilence?.();
      this.#cancelSilence = null;
      this.#silence(false);
    } else if (this.connection.state.value.phase === "reconnecting") {
      // Further steps of the same loss do not begin the count anew.
      this.#cancelSilence ??= this.#clock.after(SILENCE_MS, () => this.#silence(true));
    }
  }

  #silence(silenced: boolean): void {
    this.#media.silence(silenced);
    this.#silenced.set(silenced);
  }

  #refreshStatus(): void {
    this.#status.set(statusOf(this.connection.state.value, this.#call.value));
  }

  #tellFlags(): void {
    const flags: Flags = {
      mic: this.#media.isOn("mic"),
      camera: this.#media.isOn("camera"),
      screen: this.#media.isOn("screen"),
      hand: this.#hand.value,
      ...(this.#quality === undefined ? {} : { quality: this.#quality }),
    };
    if (this.connection.state.value.phase !== "joined") return;
    if (JSON.stringify(this.#told) === JSON.stringify(flags)) return;
    this.#told = flags;
    void this.connection.ask("update", flags).then((answer) => {
      if (answer.kind === "ok" || this.#told !== flags) return;
      this.#told = null;
      if (answer.kind === "timeout") this.#tellFlags();
      if (answer.kind !== "error" || answer.retryMs === null) return;
      this.#clock.after(answer.retryMs, () => this.#tellFlags());
    });
  }
}

function inMemory(): ResumeStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  };
}
