// One socket, one channel, and presence: the phoenix client, held to what the page needs.
//
// Joins, rejoins after each loss, and ends for good on a refusal or a `phx_close`. Adds what the
// client lacks: heartbeats and reconnects of a hidden page, requests that fail when their channel
// goes, and none that waits for a later one.

import { type Channel, Presence, Socket, type SocketConnectOption } from "phoenix";
import { reconnectAfter, rejoinAfter } from "./backoff";
import { type Clock, every } from "./clock";
import type { History } from "./history";
import type {
  Answer,
  ErrorReply,
  Events,
  JoinParams,
  JoinReply,
  PresenceMeta,
  Requests,
  Wire,
} from "./protocol";
import { type Readable, Store } from "./store";

/** Where the membership stands. */
export type ConnectionState =
  | { phase: "idle" }
  | { phase: "connecting"; cause: string | null }
  | { phase: "joined"; participant: string }
  | { phase: "reconnecting"; cause: string }
  | { phase: "ended"; reason: string };

/** Keeps the resume token of each room; a tab's `sessionStorage` fits. */
export interface ResumeStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface ConnectionOptions {
  /** The socket's endpoint, without `/websocket`: `wss://host/socket`. */
  endpoint: string;
  room: string;
  name: string;
  token?: string | undefined;
  storage: ResumeStorage;
  clock: Clock;
  history: History;
  /** Which generation a (re)join may say it still holds. */
  heldCall: () => number | null;
  /** Whether nobody looks at the page: then its timers sleep, and the clock's must do. */
  hidden: () => boolean;
  /** For tests: what stands for the browser's WebSocket. */
  transport?: SocketConnectOption["transport"] | undefined;
}

const HEARTBEAT_MS = 5_000;
/** How often it is asked whether the socket lives, and when silence means that it does not. Together
 * less than the 9 s after which the server gives a silent socket up: so a call is taken over. */
const BEAT_MS = 3_000;
const DEAD_MS = 4_000;
/** How long a connection may take to open. Packets lost meanwhile are repeated at doubled intervals, up
 * to minutes: a new one finds a network that is back sooner. */
const CONNECT_MS = 4_000;
/** The same, where there is a reason to doubt. */
const PROBE_MS = 2_000;
const PUSH_MS = 10_000;

export class Connection implements Wire {
  readonly #state = new Store<ConnectionState>({ phase: "idle" });
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #channel: Channel;
  readonly #presence: Presence;
  readonly #pending = new Set<(answer: Answer<never>) => void>();
  #stopTicking = () => {};
  /** How many were opened: a ping of an earlier one says nothing of this one. */
  #sockets = 0;
  /** Tries of a hidden page since a socket was open, and when the next is due. */
  #hiddenTries = 0;
  #hiddenNext = 0;
  #beatAt = 0;
  #unansweredSince: number | null = null;
  #connectingSince: number | null = null;
  /** What the newest refusal of a join asked to wait. */
  #retryMs: number | null = null;

  /** Called at each join, the first and all later ones. */
  onJoined: (reply: JoinReply) => void = () => {};
  /** Called when the channel is lost and will be joined again. */
  onLost: (cause: string) => void = () => {};
  /** Called with everybody, after each change of presence. */
  onPresence: (everybody: { id: string; meta: PresenceMeta }[]) => void = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = new Socket(options.endpoint, {
      params: { heartbeat_ms: HEARTBEAT_MS },
      vsn: "2.0.0",
      heartbeatIntervalMs: HEARTBEAT_MS,
      timeout: PUSH_MS,
      reconnectAfterMs: (tries) => reconnectAfter(tries),
      rejoinAfterMs: (tries) => rejoinAfter(tries, this.#retryMs),
      // Unsaid, it reads the page's own, which throws where storage is switched off.
      sessionStorage: options.storage,
      ...(options.transport ? { transport: options.transport } : {}),
    });
    this.#socket.onOpen(() => {
      this.#sockets += 1;
      this.#hiddenTries = 0;
    });
    this.#channel = this.#socket.channel(`room:${options.room}`, () => this.#joinParams());
    // The client sets the time of its next try before it tells anybody why it was refused.
    this.#channel.onMessage = (event, payload) => {
      if (event === "phx_reply" && this.#channel.state === "joining") {
        this.#retryMs = retryOf(payload);
      }
      return payload;
    };
    this.#presence = new Presence(this.#channel);
    this.#presence.onSync(() => this.#synced());
    this.#channel.onError((why) => this.#lost(causeOf(why)));
    this.#channel.onClose((payload) => this.#closed(reasonOf(payload) ?? "closed"));
  }

  get state(): Readable<ConnectionState> {
    return this.#state;
  }

  /** Connects and joins; later losses mend themselves. */
  open(): void {
    if (this.#state.value.phase !== "idle") return;
    this.#to({ phase: "connecting", cause: null });
    this.#channel
      .join()
      .receive("ok", (reply: JoinReply) => this.#joined(reply))
      .receive("error", (reply: ErrorReply) => this.#refused(reply))
      .receive("timeout", () => this.#lost("join_timeout"));
    this.#socket.connect();
    this.#stopTicking = every(this.#options.clock, 1_000, () => this.#tick());
  }

  /** Leaves the room and the socket. */
  leave(): void {
    this.#end("left");
  }

  on<E extends keyof Events>(event: E, then: (payload: Events[E]) => void): void {
    this.#channel.on(event, then);
  }

  ask<E extends keyof Requests>(
    event: E,
    payload: Requests[E][0],
  ): Promise<Answer<Requests[E][1]>> {
    return new Promise((resolve) => {
      // The phoenix client would keep the push and send it after the rejoin: a stale offer.
      if (this.#channel.state !== "joined" || !this.#socket.isConnected()) {
        resolve({ kind: "lost" });
        return;
      }
      const done = (answer: Answer<Requests[E][1]>) => {
        this.#pending.delete(done);
        resolve(answer);
      };
      this.#pending.add(done);
      this.#channel
        .push(event, payload, PUSH_MS)
        .receive("ok", (response: Requests[E][1]) => done({ kind: "ok", response }))
        .receive("error", (reply: ErrorReply) =>
          done({ kind: "error", reason: reply.reason, retryMs: reply.retry_ms ?? null }),
        )
        .receive("timeout", () => done({ kind: "timeout" }));
    });
  }

  /** Asks whether the socket still lives (after sleep, a new network): 2 s, then a new one. */
  probe(cause: string): void {
    const { phase } = this.#state.value;
    if (phase === "idle" || phase === "ended") return;
    if (this.#socket.connectionState() === "closed") {
      // It waits for its next try; there is reason to hope now.
      this.#connectAnew();
      return;
    }
    let answered = false;
    const sockets = this.#sockets;
    const asked = this.#socket.ping(() => {
      answered = true;
    });
    if (!asked) return;
    this.#options.clock.after(PROBE_MS, () => {
      if (answered || sockets !== this.#sockets || this.#state.value.phase === "ended") return;
      this.#options.history.add("socket_dead", { cause });
      this.#connectAnew();
    });
  }

  /** `connect` alone does nothing while the client still holds the old socket. */
  #connectAnew(): void {
    this.#socket.disconnect();
    this.#socket.connect();
  }

  #joinParams(): JoinParams {
    const { name, token, storage, heldCall } = this.#options;
    const resume = storage.getItem(this.#resumeKey());
    return {
      name,
      ...(token ? { token } : {}),
      ...(resume ? { resume } : {}),
      call: heldCall(),
    };
  }

  #resumeKey(): string {
    return `parlour.resume.${this.#options.room}`;
  }

  #joined(reply: JoinReply): void {
    if (this.#state.value.phase === "ended") return;
    this.#options.storage.setItem(this.#resumeKey(), reply.resume);
    this.#to({ phase: "joined", participant: reply.participant });
    this.onJoined(reply);
  }

  #refused(reply: ErrorReply): void {
    if (this.#state.value.phase === "ended") return;
    if (reply.retry_ms === undefined) {
      // The phoenix client would ask again for ever.
      this.#end(reply.reason);
      return;
    }
    this.#lost(reply.reason);
  }

  #lost(cause: string): void {
    const state = this.#state.value;
    this.#unansweredSince = null;
    this.#failPending();
    if (state.phase === "ended" || state.phase === "idle") return;
    const wasJoined = state.phase === "joined";
    const again = wasJoined || state.phase === "reconnecting";
    this.#to(again ? { phase: "reconnecting", cause } : { phase: "connecting", cause });
    if (wasJoined) this.onLost(cause);
  }

  /** The server closed the channel (kicked, replaced, room ended), and it stays closed. */
  #closed(reason: string): void {
    if (this.#state.value.phase === "ended") return;
    this.#over(reason);
    this.#socket.disconnect();
  }

  #end(reason: string): void {
    if (this.#state.value.phase === "ended") return;
    this.#over(reason);
    const gone = () => this.#socket.disconnect();
    // Without a socket the client answers this by itself.
    this.#channel.leave(1_000).receive("ok", gone).receive("timeout", gone).receive("error", gone);
  }

  #over(reason: string): void {
    this.#to({ phase: "ended", reason });
    this.#stopTicking();
    this.#failPending();
  }

  #failPending(): void {
    for (const fail of [...this.#pending]) fail({ kind: "lost" });
  }

  #synced(): void {
    this.onPresence(
      this.#presence.list((id: string, entry: { metas: PresenceMeta[] }) => ({
        id,
        // The newest meta is the last one: an update adds it before the old one goes.
        meta: entry.metas.at(-1) as PresenceMeta,
      })),
    );
  }

  /** Once a second, also while the page is hidden and its own timers sleep. */
  #tick(): void {
    const now = this.#options.clock.now();
    if (this.#options.hidden() && this.#socket.connectionState() === "closed") {
      // The phoenix client waits until somebody looks, and its own timers may sleep for a minute.
      if (now < this.#hiddenNext) return;
      this.#hiddenTries += 1;
      this.#hiddenNext = now + reconnectAfter(this.#hiddenTries);
      this.#connectAnew();
      return;
    }
    if (this.#socket.connectionState() !== "connecting") this.#connectingSince = null;
    else {
      this.#connectingSince ??= now;
      if (now - this.#connectingSince < CONNECT_MS) return;
      this.#connectingSince = null;
      this.#options.history.add("socket_dead", { cause: "connecting" });
      this.#connectAnew();
      return;
    }
    if (this.#unansweredSince !== null) {
      if (now - this.#unansweredSince < DEAD_MS) return;
      this.#unansweredSince = null;
      this.#options.history.add("socket_dead", { cause: "silence" });
      this.#connectAnew();
      return;
    }
    if (now - this.#beatAt < BEAT_MS) return;
    const asked = this.#socket.ping(() => {
      this.#unansweredSince = null;
    });
    if (!asked) return;
    this.#beatAt = now;
    this.#unansweredSince = now;
  }

  #to(state: ConnectionState): void {
    this.#options.history.add("connection", { ...state });
    this.#state.set(state);
  }
}

function reasonOf(payload: unknown): string | null {
  if (typeof payload !== "object" || payload === null || !("reason" in payload)) return null;
  return typeof payload.reason === "string" ? payload.reason : null;
}

/** Of a reply's payload: `{"status":"error","response":{"reason":"busy","retry_ms":1000}}`. */
function retryOf(payload: unknown): number | null {
  if (typeof payload !== "object" || payload === null || !("response" in payload)) return null;
  const { response } = payload;
  if (typeof response !== "object" || response === null || !("retry_ms" in response)) return null;
  return typeof response.retry_ms === "number" ? response.retry_ms : null;
}

function causeOf(why: unknown): string {
  return reasonOf(why) ?? "channel_error";
}
