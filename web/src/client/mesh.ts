// The engine of mesh mode: a leg with each other participant, straight between browsers.
//
// Presence says who is here, and so which legs there are: ICE does not notice that somebody went.
// Whoever is here calls those who come; who has just come waits to be called.

import { type Clock, every } from "./clock";
import type {
  CallState,
  EngineOptions,
  Hears,
  Incoming,
  MediaEngine,
  Present,
  Wish,
} from "./engine";
import { Leg } from "./leg";
import { peerConfig } from "./peer_config";
import type { Events, JoinReply, Source } from "./protocol";
import type { Caps } from "./publisher";
import type { ConnectionStats } from "./stats";
import { type Readable, Store } from "./store";
import { Talkers } from "./talking";

/** How long one waits to be called. Whoever missed that one came (took over from oneself) is called. */
const WAIT_MS = 3_000;
const LISTEN_MS = 200;
/** All cameras that go up share this, where the server names no bound: about what one takes at most. */
const CAMERA_BITRATE = 2_500_000;
/** Below this a picture is not worth sending. */
const LEAST_BITRATE = 250_000;
const SOURCES: readonly Source[] = ["mic", "camera", "screen"];

export class MeshEngine implements MediaEngine {
  readonly mode = "mesh";
  readonly held = null;
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #state = new Store<CallState>({ phase: "idle" });
  readonly #incoming = new Store<ReadonlyMap<string, Incoming>>(new Map());
  readonly #legs = new Map<string, Leg>();
  readonly #talkers: Talkers;
  #self: string | null = null;
  #joined = false;
  #ended = false;
  #peerConfig: RTCConfiguration = {};
  #bounds: Caps = { camera: null, screen: null };
  #everybody: readonly Present[] = [];
  /** Who was here when presence was last told; null before it was. */
  #known: ReadonlySet<string> | null = null;
  #stopWaiting = () => {};
  #stopListening = () => {};

  readonly hears: Hears = {
    signal: (signal) => this.#heard(signal),
    ice_servers: ({ ice_servers }) => this.#useIceServers(ice_servers),
  };

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#talkers = new Talkers((participant, talking) =>
      options.room.talks({ participant, talking }),
    );
  }

  get state(): Readable<CallState> {
    return this.#state;
  }

  get incoming(): Readable<ReadonlyMap<string, Incoming>> {
    return this.#incoming;
  }

  joined(reply: JoinReply): void {
    if (this.#ended) return;
    this.#useIceServers(reply.ice_servers ?? []);
    this.#bounds = {
      camera: reply.limits?.camera_bitrate ?? CAMERA_BITRATE,
      screen: reply.limits?.screen_bitrate ?? null,
    };
    // Under another id one is another participant, whom the others' legs are not with.
    if (reply.participant !== this.#self) {
      for (const id of [...this.#legs.keys()]) this.#drop(id);
      this.#known = null;
      this.#everybody = [];
    }
    this.#self = reply.participant;
    this.#joined = true;
    this.#talkers.reset();
    this.#state.set({ phase: "live", generation: null });
    for (const leg of this.#legs.values()) leg.rejoined();
    this.#stopWaiting();
    this.#stopWaiting = this.#clock.after(WAIT_MS, () => {
      if (this.#joined) for (const { id } of this.#others()) this.#call(id, "not_called");
    });
    this.#stopListening();
    this.#stopListening = every(this.#clock, LISTEN_MS, () => void this.#listen());
  }

  lost(): void {
    this.#joined = false;
    this.#stopWaiting();
  }

  present(everybody: readonly Present[]): void {
    if (this.#ended) return;
    this.#everybody = everybody;
    const others = this.#others();
    const here = new Set(others.map(({ id }) => id));
    for (const id of [...this.#legs.keys()]) if (!here.has(id)) this.#drop(id);
    const me = everybody.find(({ id }) => id === this.#self);
    for (const other of others) {
      const isNewcomer = this.#known ? !this.#known.has(other.id) : me && cameAfter(other, me);
      if (isNewcomer) this.#call(other.id, "newcomer");
    }
    this.#known = here;
  }

  tracksChanged(): void {
    const caps = this.#caps();
    for (const leg of this.#legs.values()) void leg.refresh(caps);
  }

  /** A sender cannot be told what is looked at: there is no word for it between browsers. */
  prefer(_wishes: readonly Wish[]): void {}

  wake(cause: string): void {
    for (const leg of this.#legs.values()) leg.wake(cause);
  }

  tick(): void {
    if (!this.#joined) return;
    for (const { id, meta } of this.#others()) {
      const on = SOURCES.filter((source) => meta[source] === true);
      void this.#legs.get(id)?.watch(on);
    }
  }

  retry(): void {
    for (const leg of this.#legs.values()) if (!leg.isConnected) leg.restart("retry");
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#joined = false;
    this.#stopWaiting();
    this.#stopListening();
    for (const id of [...this.#legs.keys()]) this.#drop(id);
    if (this.#self !== null) this.#talkers.gone(this.#self);
  }

  async stats(): Promise<ConnectionStats[]> {
    const all = await Promise.all([...this.#legs.values()].map((leg) => leg.stats()));
    return all.filter((one) => one !== null);
  }

  /** From now on; a leg that is up takes them with its next ICE restart. */
  #useIceServers(iceServers: RTCIceServer[]): void {
    this.#peerConfig = peerConfig(iceServers, this.#options.relayOnly);
  }

  #heard({ from, jsep, candidate }: Events["signal"]): void {
    if (this.#ended || from === this.#self || this.#self === null) return;
    // Their call may come before presence says that they are here.
    const leg = this.#legs.get(from) ?? (jsep?.type === "answer" ? null : this.#make(from));
    leg?.hears(jsep, candidate);
  }

  #call(id: string, cause: string): void {
    const leg = this.#legs.get(id) ?? this.#make(id);
    if (!leg?.isBegun) leg?.call(cause);
  }

  #make(participant: string): Leg | null {
    if (this.#self === null) return null;
    const { wire, history, media } = this.#options;
    const leg = new Leg({
      self: this.#self,
      participant,
      makePeer: () => new RTCPeerConnection(this.#peerConfig),
      config: () => this.#peerConfig,
      joined: () => this.#joined,
      tell: (what) => wire.ask("signal", { to: participant, ...what }),
      tracks: (source) => media.track(source),
      clock: this.#clock,
      history,
      onIncoming: () => this.#show(),
    });
    this.#legs.set(participant, leg);
    // One more to share with.
    this.tracksChanged();
    return leg;
  }

  #drop(id: string): void {
    const leg = this.#legs.get(id);
    this.#legs.delete(id);
    leg?.close();
    this.#talkers.gone(id);
    this.tracksChanged();
    this.#show();
  }

  #others(): Present[] {
    return this.#everybody.filter(({ id }) => id !== this.#self);
  }

  /** Every leg has its share of what may go up. */
  #caps(): Caps {
    const share = (all: number | null) =>
      all === null
        ? null
        : Math.max(Math.min(all, LEAST_BITRATE), Math.floor(all / Math.max(1, this.#legs.size)));
    return { camera: share(this.#bounds.camera), screen: share(this.#bounds.screen) };
  }

  async #listen(): Promise<void> {
    const now = this.#clock.now();
    const self = this.#self;
    const on = new Map(this.#others().map(({ id, meta }) => [id, meta.mic]));
    const connected = [...this.#legs].filter(([, leg]) => leg.isConnected);
    const [first] = connected;
    const own = first && this.#options.media.isOn("mic") ? first[1].ownLoudness() : 0;
    await Promise.all([
      ...connected.map(async ([id, leg]) => {
        const level = on.get(id) ? await leg.loudness() : 0;
        // They may be gone meanwhile, and silent for good.
        if (this.#legs.get(id) === leg) this.#talkers.hears(id, level, now);
      }),
      Promise.resolve(own).then((level) => {
        if (self && !this.#ended && self === this.#self) this.#talkers.hears(self, level, now);
      }),
    ]);
  }

  #show(): void {
    this.#incoming.set(
      new Map([...this.#legs].map(([id, leg]): [string, Incoming] => [id, leg.incoming])),
    );
  }
}

/** In the order of their coming, as it is the same for all. */
function cameAfter(other: Present, me: Present): boolean {
  return (
    other.meta.joined_at > me.meta.joined_at ||
    (other.meta.joined_at === me.meta.joined_at && other.id > me.id)
  );
}
