// A visit to a room, from join to leave: ties connection, call, subscriber and room together.
//
// The one class a page needs. It watches the devices it is given and never lets them go.

import { Call } from "./call";
import { type Clock, every, workerClock } from "./clock";
import { Connection, type ConnectionOptions, type ResumeStorage } from "./connection";
import { History } from "./history";
import type { LocalMedia } from "./media";
import type { JoinReply, PresenceMeta } from "./protocol";
import { Publisher } from "./publisher";
import { Room } from "./room";
import { type Status, statusOf } from "./status";
import { type Readable, Store } from "./store";
import { Subscriber } from "./subscriber";
import { Watchdog } from "./watchdog";

export interface SessionOptions {
  /** The socket's endpoint, without `/websocket`: `wss://host/socket`. */
  endpoint: string;
  room: string;
  name: string;
  token?: string | undefined;
  media: LocalMedia;
  storage: ResumeStorage;
  /** Whether nobody looks at the page. */
  hidden: () => boolean;
  history?: History;
  clock?: Clock;
  transport?: ConnectionOptions["transport"];
}

/** What the server is told of one's devices. */
interface Flags {
  mic: boolean;
  camera: boolean;
}

/** How long a call waits for a person who has not yet said whether the devices may be used. */
const DEVICES_MS = 4_000;

export class Session {
  readonly room = new Room();
  readonly call: Call<Publisher>;
  readonly subscriber: Subscriber;
  readonly connection: Connection;
  readonly history: History;
  readonly #media: LocalMedia;
  readonly #clock: Clock;
  readonly #options: SessionOptions;
  readonly #watchdog = new Watchdog();
  readonly #status = new Store<Status>({ state: "idle" });
  #iceServers: RTCIceServer[] = [];
  #participant: string | null = null;
  #told: Flags | null = null;
  #stops: (() => void)[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#media = options.media;
    this.#clock = options.clock ?? workerClock();
    this.history = options.history ?? new History();
    this.connection = new Connection({
      ...options,
      clock: this.#clock,
      history: this.history,
      heldCall: () => this.call.held,
    });
    this.call = new Call({
      wire: this.connection,
      clock: this.#clock,
      history: this.history,
      makePublisher: () => this.#makePublisher(),
      onBegin: (cause) => {
        this.subscriber.renew(cause);
        this.#watchdog.rearm();
      },
    });
    this.subscriber = new Subscriber({
      makePeer: () => new RTCPeerConnection(this.#config()),
      answer: (jsep, version) => this.connection.ask("subscriber_answer", { jsep, version }),
      clock: this.#clock,
      history: this.history,
      onTrouble: (what) => {
        if (what === "offer_failed") this.call.restart(what);
        else this.#resubscribe("connection_failed");
      },
    });
    this.#listen();
  }

  get status(): Readable<Status> {
    return this.#status;
  }

  /** One's own participant id, once joined. */
  get participant(): string | null {
    return this.#participant;
  }

  /** Connects, joins, calls. */
  join(): void {
    this.connection.open();
    this.#stops.push(every(this.#clock, 1_000, () => void this.#watch()));
  }

  /** Ends the call, leaves the room, closes the socket. */
  leave(): void {
    // Said before any connection is closed, or the gateway would tell of a lost call.
    void this.call.end();
    this.connection.leave();
  }

  /** Starts a failed call again. */
  retry(): void {
    this.call.retry();
  }

  say(text: string): Promise<boolean> {
    return this.connection.ask("chat", { text }).then(({ kind }) => kind === "ok");
  }

  /** The machine woke, or has another network: looks whether everything still stands. */
  wake(cause: string): void {
    this.connection.probe(cause);
    const up = this.call.publisher?.connectionState;
    if (up === "failed" || up === "disconnected") this.call.restart(cause);
  }

  /** Everything worth knowing when something went wrong, as plain JSON. */
  async debug(): Promise<Record<string, unknown>> {
    const arrived = await this.subscriber.arrived();
    const of = (picture: boolean) =>
      Object.fromEntries(
        arrived
          .filter(({ source }) => (source !== "mic") === picture)
          .map(({ participant, count }) => [participant, count]),
      );
    return {
      room: this.#options.room,
      participant: this.#participant,
      status: this.#status.value,
      connection: this.connection.state.value,
      call: this.call.state.value,
      generation: this.call.held,
      publisher: this.call.publisher?.connectionState ?? null,
      subscriber: this.subscriber.connectionState,
      participants: this.room.participants.value,
      publishers: this.room.publications(),
      expected: this.room.expected(),
      framesDecoded: of(true),
      packetsReceived: of(false),
      history: this.history.list(),
    };
  }

  #listen(): void {
    const { connection, room, call } = this;
    connection.onJoined = (reply) => this.#joined(reply);
    connection.onLost = () => call.lost();
    connection.onPresence = (everybody) => this.#present(everybody);
    connection.on("publishers", (event) => room.publishers(event));
    connection.on("unpublished", (event) => room.gone(event));
    connection.on("leaving", (event) => room.gone(event));
    connection.on("talking", (event) => room.talks(event));
    connection.on("media", (event) => room.media(event));
    connection.on("chat", (event) => room.said(event));
    connection.on("subscriber_offer", (event) => this.subscriber.offer(event));
    connection.on("stop_call", (event) => {
      this.history.add("stop_call", { ...event });
      room.stopped(event);
      if (event.participant === this.#participant) call.stopped(event);
    });
    connection.on("hangup", ({ of, reason }) => {
      this.history.add("hangup", { of, reason });
      if (of === "subscriber") this.subscriber.renew("hangup");
    });
    const refresh = () => this.#status.set(statusOf(connection.state.value, call.state.value));
    this.#stops.push(
      connection.state.subscribe((state) => {
        refresh();
        if (state.phase === "ended") this.#ended();
      }),
      call.state.subscribe(({ phase }) => {
        refresh();
        if (phase === "live") this.#live();
        if (phase === "failed") this.subscriber.reset();
      }),
      this.#media.state.subscribe(() => this.#devicesChanged()),
    );
  }

  #joined(reply: JoinReply): void {
    this.#iceServers = reply.ice_servers ?? [];
    if (!reply.resumed || reply.participant !== this.#participant) this.subscriber.reset();
    this.#participant = reply.participant;
    this.room.joined(reply.participant);
    this.#watchdog.rearm();
    this.#told = null;
    this.#tellFlags();
    this.call.joined(reply);
  }

  #present(everybody: { id: string; meta: PresenceMeta }[]): void {
    this.room.present(everybody);
    this.subscriber.keepOnly(new Set(everybody.map(({ id }) => id)));
  }

  #live(): void {
    this.#watchdog.rearm();
    this.#devicesChanged();
  }

  #ended(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    void this.call.end();
    this.subscriber.reset();
  }

  #devicesChanged(): void {
    this.#tellFlags();
    const { publisher } = this.call;
    if (!publisher) return;
    const some = this.#media.track("mic") !== null || this.#media.track("camera") !== null;
    if (publisher.receiveOnly && some) this.call.restart("devices");
    else void publisher.refresh().catch((error) => this.#note("refresh_failed", error));
  }

  #tellFlags(): void {
    const flags = { mic: this.#media.isOn("mic"), camera: this.#media.isOn("camera") };
    if (this.connection.state.value.phase !== "joined") return;
    if (this.#told?.mic === flags.mic && this.#told.camera === flags.camera) return;
    this.#told = flags;
    void this.connection.ask("update", flags).then((answer) => {
      if (answer.kind === "ok" || this.#told !== flags) return;
      this.#told = null;
      if (answer.kind !== "error" || answer.retryMs === null) return;
      this.#clock.after(answer.retryMs, () => this.#tellFlags());
    });
  }

  async #makePublisher(): Promise<Publisher> {
    await Promise.race([
      this.#media.settled(),
      new Promise<void>((resolve) => this.#clock.after(DEVICES_MS, resolve)),
    ]);
    return new Publisher(
      this.#config(),
      (kind) => this.#media.track(kind),
      () => this.call.restart("connection_failed"),
    );
  }

  #config(): RTCConfiguration {
    return { iceServers: this.#iceServers };
  }

  async #watch(): Promise<void> {
    const inCall = () =>
      this.connection.state.value.phase === "joined" && this.call.state.value.phase === "live";
    if (!inCall()) return;
    const expected = this.room.expected();
    const arrived = await this.subscriber.arrived();
    if (!inCall()) return;
    // The path is down, not the call: it comes back by itself, or is said to have failed.
    if (this.subscriber.connectionState === "disconnected") return this.#watchdog.rearm();
    const flows = expected.map(({ participant, generation, source }) => ({
      key: `${participant}/${generation}/${source}`,
      count: arrived.find((a) => a.participant === participant && a.source === source)?.count ?? 0,
    }));
    const advice = this.#watchdog.look(this.#clock.now(), flows);
    if (advice === "resubscribe") this.#resubscribe("nothing_arrives");
    if (advice === "restart") this.call.restart("nothing_arrives");
  }

  #resubscribe(cause: string): void {
    this.history.add("resubscribe", { cause });
    void this.connection.ask("subscribe", { restart: true });
  }

  #note(what: string, error: unknown): void {
    this.history.add(what, { error: String(error) });
  }
}
