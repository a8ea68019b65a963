// One socket, one channel, and presence: the phoenix client, held to what the page needs.
//
// Joins, rejoins after each loss, and ends for good on a refusal or a `phx_close`. Adds what the
// client lacks: requests that fail when their channel goes, and none that waits for a later one. Whether
// the socket lives is `socket_watch.ts`; how it is replaced, `socket.ts`.

import { type Channel, Presence } from "phoenix";
import type { Clock } from "./clock";
import type { History } from "./history";
import type { Transport } from "./line";
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
import { PUSH_MS, type ReusedSocket, takeSocket } from "./socket";
import { SocketWatch } from "./socket_watch";
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
  transport?: Transport | undefined;
}

export class Connection implements Wire {
  readonly #state = new Store<ConnectionState>({ phase: "idle" });
  readonly #options: ConnectionOptions;
  readonly #socket: ReusedSocket;
  readonly #watch: SocketWatch;
  readonly #channel: Channel;
  readonly #presence: Presence;
  readonly #pending = new Set<(answer: Answer<never>) => void>();

  /** Called at each join, the first and all later ones. */
  onJoined: (reply: JoinReply) => void = () => {};
  /** Called when the channel is lost and will be joined again. */
  onLost: (cause: string) => void = () => {};
  /** Called with everybody, after each change of presence. */
  onPresence: (everybody: { id: string; meta: PresenceMeta }[]) => void = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    // Of its own as long as it lasts: one socket carries a room once.
    this.#socket = takeSocket(options.endpoint, options.transport);
    this.#watch = new SocketWatch({ ...options, socket: this.#socket });
    this.#channel = this.#socket.channel(`room:${options.room}`, () => this.#joinParams());
    // The client sets the time of its next try before it tells anybody why it was refused.
    this.#channel.onMessage = (event, payload) => {
      if (event === "phx_reply" && this.#channel.state === "joining") {
        this.#socket.retryMs = retryOf(payload);
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
    this.#watch.start();
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
    this.#watch.probe(cause);
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
    this.#socket.giveBack();
  }

  #end(reason: string): void {
    if (this.#state.value.phase === "ended") return;
    this.#over(reason);
    const gone = () => this.#socket.giveBack();
    // Without a socket the client answers this by itself.
    this.#channel.leave(1_000).receive("ok", gone).receive("timeout", gone).receive("error", gone);
  }

  #over(reason: string): void {
    this.#to({ phase: "ended", reason });
    this.#watch.stop();
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
