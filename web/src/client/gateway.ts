// The engine of gateway mode: one connection up, one down, both with the server's media gateway.

import { Call } from "./call";
import type { Clock } from "./clock";
import type {
  CallState,
  EngineOptions,
  Hears,
  Incoming,
  MediaEngine,
  Present,
  Wish,
} from "./engine";
import { peerConfig } from "./peer_config";
import { Preferences } from "./preferences";
import type { JoinReply } from "./protocol";
import { type Caps, Publisher } from "./publisher";
import type { ConnectionStats } from "./stats";
import type { Readable } from "./store";
import { Subscriber } from "./subscriber";
import { Watchdog } from "./watchdog";

/** How long a call waits for a person who has not yet said whether the devices may be used. */
const DEVICES_MS = 4_000;
/** How long the way up may take. ICE by itself gives up after some 17 s. */
const UP_MS = 8_000;

export class GatewayEngine implements MediaEngine {
  readonly mode = "gateway";
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #call: Call<Publisher>;
  readonly #subscriber: Subscriber;
  readonly #preferences: Preferences;
  readonly #watchdog = new Watchdog();
  readonly #stopFollowing: () => void;
  #peerConfig: RTCConfiguration = {};
  #caps: Caps = { camera: null, screen: null };
  #others = 0;
  #self: string | null = null;
  #joined = false;
  #upSince: number | null = null;

  readonly hears: Hears = {
    subscriber_offer: (event) => this.#subscriber.offer(event),
    publishers: () => this.#preferences.tell(),
    stop_call: (event) => {
      if (event.participant === this.#self) this.#call.stopped(event);
    },
    ice_servers: ({ ice_servers }) => this.#useIceServers(ice_servers),
    hangup: ({ of, reason }) => {
      this.#options.history.add("hangup", { of, reason });
      if (of === "subscriber") this.#subscriber.renew("hangup");
    },
  };

  constructor(options: EngineOptions) {
    this.#options = options;
    const { wire, clock, history, room } = options;
    this.#clock = clock;
    this.#call = new Call({
      wire,
      clock,
      history,
      makePublisher: () => this.#makePublisher(),
      onBegin: (cause) => {
        this.#subscriber.renew(cause);
        this.#watchdog.rearm();
      },
    });
    this.#subscriber = new Subscriber({
      makePeer: () => new RTCPeerConnection(this.#peerConfig),
      answer: (jsep, version) => wire.ask("subscriber_answer", { jsep, version }),
      clock,
      history,
      onAnswered: (first) => (first ? this.#preferences.forget() : this.#preferences.tell()),
      onTrouble: (what) => {
        if (what === "offer_failed") this.#call.restart(what);
        else this.#resubscribe("connection_failed");
      },
    });
    this.#preferences = new Preferences({
      wire,
      clock,
      publications: () => room.publications(),
      received: (participant, source) => this.#subscriber.receives(participant, source),
    });
    this.#stopFollowing = this.#call.state.subscribe(({ phase }) => {
      if (phase === "live") {
        this.#watchdog.rearm();
        this.#upSince = clock.now();
        this.tracksChanged();
      }
      if (phase === "failed") this.#subscriber.reset();
    });
  }

  get state(): Readable<CallState> {
    return this.#call.state;
  }

  get incoming(): Readable<ReadonlyMap<string, Incoming>> {
    return this.#subscriber.incoming;
  }

  get held(): number | null {
    return this.#call.held;
  }

  joined(reply: JoinReply): void {
    this.#useIceServers(reply.ice_servers ?? []);
    this.#caps = {
      camera: reply.limits?.camera_bitrate ?? null,
      screen: reply.limits?.screen_bitrate ?? null,
    };
    if (!reply.resumed || reply.participant !== this.#self) this.#subscriber.reset();
    this.#self = reply.participant;
    this.#joined = true;
    this.#watchdog.rearm();
    this.#call.joined(reply);
  }

  lost(): void {
    this.#joined = false;
    this.#call.lost();
  }

  present(everybody: readonly Present[]): void {
    this.#subscriber.keepOnly(new Set(everybody.map(({ id }) => id)));
    this.#others = everybody.length - 1;
    this.#preferences.setAudience(this.#others);
    this.#note(this.#call.publisher?.setAudience(this.#others));
  }

  tracksChanged(): void {
    const { publisher } = this.#call;
    if (!publisher) return;
    if (publisher.receiveOnly && this.#options.media.hasTracks) this.#call.restart("devices");
    else if (this.#call.state.value.phase === "live") void this.#call.update();
    else this.#note(publisher.refresh());
  }

  prefer(wishes: readonly Wish[]): void {
    this.#preferences.set(wishes);
  }

  wake(cause: string): void {
    const up = this.#call.publisher?.connectionState;
    if (up === "failed" || up === "disconnected") this.#call.restart(cause);
  }

  tick(): void {
    void this.#watch();
  }

  retry(): void {
    this.#call.retry();
  }

  async end(): Promise<void> {
    this.#stopFollowing();
    this.#preferences.stop();
    // Said before any connection is closed, or the gateway would tell of a lost call.
    const ended = this.#call.end();
    this.#subscriber.reset();
    await ended;
  }

  async stats(): Promise<ConnectionStats[]> {
    const all = await Promise.all([this.#call.publisher?.stats(), this.#subscriber.stats()]);
    return all.filter((one) => one !== null && one !== undefined);
  }

  async #makePublisher(): Promise<Publisher> {
    const { media } = this.#options;
    await Promise.race([
      media.settled(),
      new Promise<void>((resolve) => this.#clock.after(DEVICES_MS, resolve)),
    ]);
    const publisher = new Publisher(
      this.#peerConfig,
      (source) => media.track(source),
      this.#caps,
      () => this.#call.restart("connection_failed"),
    );
    this.#note(publisher.setAudience(this.#others));
    return publisher;
  }

  /** From now on. The way up is made anew where it fails; what comes down may restart ICE. */
  #useIceServers(iceServers: RTCIceServer[]): void {
    this.#peerConfig = peerConfig(iceServers, this.#options.relayOnly);
    this.#subscriber.configure(this.#peerConfig);
  }

  /** Whether what should arrive does, and whether the way up came about. */
  async #watch(): Promise<void> {
    const inCall = () => this.#joined && this.#call.state.value.phase === "live";
    if (!inCall()) return;
    this.#watchUp();
    const expected = this.#options.room.expected().filter((e) => this.#preferences.wants(e));
    const arrived = await this.#subscriber.arrived();
    if (!inCall()) return;
    // The path is down, not the call: it comes back by itself, or is said to have failed.
    if (this.#subscriber.connectionState === "disconnected") return this.#watchdog.rearm();
    const flows = expected.map(({ participant, generation, source }) => ({
      key: `${participant}/${generation}/${source}`,
      count: arrived.find((a) => a.participant === participant && a.source === source)?.count ?? 0,
    }));
    const advice = this.#watchdog.look(this.#clock.now(), flows);
    if (advice === "resubscribe") this.#resubscribe("nothing_arrives");
    if (advice === "restart") this.#call.restart("nothing_arrives");
  }

  #watchUp(): void {
    const { publisher } = this.#call;
    const state = publisher?.connectionState;
    if (!publisher || publisher.receiveOnly || (state !== "new" && state !== "connecting")) {
      this.#upSince = null;
      return;
    }
    const now = this.#clock.now();
    this.#upSince ??= now;
    if (now - this.#upSince < UP_MS) return;
    this.#upSince = null;
    this.#call.restart("not_connected", false);
  }

  #resubscribe(cause: string): void {
    this.#options.history.add("resubscribe", { cause });
    void this.#options.wire.ask("subscribe", { restart: true });
  }

  #note(done: Promise<unknown> | undefined): void {
    done?.catch((error) => this.#options.history.add("publisher_error", { error: String(error) }));
  }
}
