// One's own call: begins when joined, ends and begins again by the rules of the wire.
//
// Decides when `start_call` and `stop_call` are said and how long to wait in between. Knows the
// wire and a publisher by what it asks of them; no socket, no media.

import { backoff } from "./backoff";
import type { Clock } from "./clock";
import type { CallState } from "./engine";
import type { History } from "./history";
import type { Events, JoinReply, Requests, Wire } from "./protocol";
import type { PublisherOffer, PublisherPort } from "./publisher";
import { type Readable, Store } from "./store";

export interface CallOptions<P extends PublisherPort> {
  wire: Wire;
  clock: Clock;
  history: History;
  /** Makes the publisher of a new try, once the devices are there. */
  makePublisher: () => Promise<P>;
  /** A try begins: what came down with the call before is over. */
  onBegin: (cause: string) => void;
  random?: () => number;
}

/** A call that held this long (the server's own window) was a good one: trouble counts anew. */
const STEADY_MS = 5_000;

export class Call<P extends PublisherPort> {
  readonly #state = new Store<CallState>({ phase: "idle" });
  readonly #options: CallOptions<P>;
  #publisher: P | null = null;
  /** That of the call before, open until the next one is asked for. */
  #before: P | null = null;
  /** The generation of the last ok; null once it is over. */
  #generation: number | null = null;
  #liveSince = 0;
  #joinedBefore = false;
  /** The turn whose publisher is being offered anew. */
  #updating: number | null = null;
  /** Asked for while an update was under way. */
  #updateAgain = false;
  /** An update got lost on its way: the connection waits for an answer for ever. */
  #updateLost = false;
  #attempt = 0;
  /** Which try is the newest: what an older one still waits for is dropped. */
  #turn = 0;
  #cancelWait = () => {};

  constructor(options: CallOptions<P>) {
    this.#options = options;
  }

  get state(): Readable<CallState> {
    return this.#state;
  }

  get publisher(): P | null {
    return this.#publisher;
  }

  /** The generation a rejoin may say it still holds. */
  get held(): number | null {
    return this.#generation;
  }

  /** Joined, anew or again. */
  joined(reply: JoinReply): void {
    const { phase } = this.#state.value;
    if (phase === "live" && reply.resumed && reply.call === this.#generation) {
      if (this.#updateLost) this.restart("update_lost");
      return;
    }
    if (phase === "failed" && reply.resumed) return;
    this.#attempt = 0;
    const cause = this.#joinedBefore ? "rejoined" : "joined";
    this.#joinedBefore = true;
    void this.#begin(cause);
  }

  /** The channel went. A live call goes on; a try that was under way is over. */
  lost(): void {
    const { phase } = this.#state.value;
    if (phase !== "starting" && phase !== "waiting") return;
    this.#drop()?.close();
    this.#to({ phase: "idle" });
  }

  /** `stop_call` of oneself. Counts only for the generation of the last ok. */
  stopped({
    generation,
    reason,
    restart,
  }: Pick<Events["stop_call"], "generation" | "reason" | "restart">): void {
    if (this.#generation === null || generation !== this.#generation) return;
    this.#countAnewIfSteady();
    this.#generation = null;
    if (restart) this.#again(reason, null);
    else this.#fail(reason);
  }

  /**
   * Ends the call and begins it anew, telling the others that it comes back. The new connection and
   * its offer are made first: what still flows by the old one flows until then. `held`: there was a
   * call worth the name; one that never came about is no reason to try again at once.
   */
  restart(cause: string, held = true): void {
    const { phase } = this.#state.value;
    if (phase !== "live") return;
    if (held) this.#countAnewIfSteady();
    if (this.#attempt === 0) {
      this.#turn += 1;
      void this.#replace(cause, this.#turn);
      return;
    }
    // It did not hold: there is a wait before the next try, and nothing worth keeping meanwhile.
    const publisher = this.#publisher;
    this.#publisher = null;
    void this.#stopFirst(cause, () => publisher?.close());
  }

  /** Offers what the publisher sends now, if a line was added to it. */
  async update(): Promise<void> {
    const turn = this.#turn;
    if (this.#state.value.phase !== "live") return;
    this.#updateAgain = true;
    if (this.#updating === turn) return;
    this.#updating = turn;
    try {
      while (turn === this.#turn && this.#updateAgain) {
        this.#updateAgain = false;
        if (!(await this.#publisher?.refresh())) continue;
        this.#updateAgain = true;
        const offer = await this.#publisher?.offer();
        const { jsep, streams } = offer ?? { streams: [] };
        if (!jsep || turn !== this.#turn) return;
        const answer = await this.#options.wire.ask("update_call", { jsep, streams });
        if (turn !== this.#turn) return;
        if (answer.kind !== "ok") {
          // Refused, the server ends the call and says so; else the line would be lost silently.
          this.#options.history.add("update_failed", { answer });
          if (answer.kind === "lost") this.#updateLost = true;
          else this.restart("update_failed");
          return;
        }
        await this.#publisher?.accept(answer.response.jsep);
      }
    } catch (error) {
      this.#options.history.add("update_failed", { error: String(error) });
      if (turn === this.#turn) this.restart("update_failed");
    } finally {
      if (this.#updating === turn) this.#updating = null;
    }
  }

  /** A person wants it again after it failed. */
  retry(): void {
    if (this.#state.value.phase !== "failed") return;
    this.#attempt = 0;
    void this.#begin("by_hand");
  }

  /** Ends the call for good; resolves when the server knows. */
  async end(): Promise<void> {
    const { phase } = this.#state.value;
    const publisher = this.#drop();
    if (phase !== "idle") this.#to({ phase: "idle" });
    if (phase === "live" || phase === "starting") await this.#options.wire.ask("stop_call", {});
    publisher?.close();
  }

  async #begin(cause: string): Promise<void> {
    this.#before = this.#drop();
    const turn = this.#turn;
    this.#to({ phase: "starting", attempt: this.#attempt, cause });
    this.#options.onBegin(cause);
    const offer = await this.#offer(turn);
    if (offer) await this.#start(offer, turn);
  }

  async #start(offer: PublisherOffer, turn: number): Promise<void> {
    const asked = this.#options.wire.ask("start_call", offer);
    // Closing stops the page for 1 to 13 ms, once for 124: the server works meanwhile.
    this.#letGo();
    const answer = await asked;
    if (turn !== this.#turn) return;
    switch (answer.kind) {
      case "ok":
        await this.#accept(answer.response, turn);
        return;
      case "lost":
        this.#drop()?.close();
        this.#to({ phase: "idle" });
        return;
      case "timeout":
        void this.#stopFirst("start_timeout");
        return;
      case "error":
        if (answer.reason === "already_started") void this.#stopFirst(answer.reason);
        else if (answer.retryMs !== null) this.#again(answer.reason, answer.retryMs);
        else this.#fail(answer.reason);
    }
  }

  async #replace(cause: string, turn: number): Promise<void> {
    this.#before = this.#publisher;
    this.#to({ phase: "starting", attempt: this.#attempt, cause });
    const offer = await this.#offer(turn);
    if (!offer) return;
    this.#generation = null;
    this.#updateLost = false;
    // Nothing else passes between these two: the server answers one after the other.
    const stopped = await this.#options.wire.ask("stop_call", { restart: true });
    // Lost with its channel: the rejoin begins anew.
    if (turn !== this.#turn || stopped.kind === "lost") return;
    this.#attempt += 1;
    this.#options.onBegin(cause);
    await this.#start(offer, turn);
  }

  /** The offer of a new publisher; null if the try is over. */
  async #offer(turn: number): Promise<PublisherOffer | null> {
    try {
      const publisher = await this.#options.makePublisher();
      if (turn !== this.#turn) {
        publisher.close();
        return null;
      }
      this.#publisher = publisher;
      const offer = await publisher.offer();
      return turn === this.#turn ? offer : null;
    } catch (error) {
      if (turn === this.#turn) this.#fail("offer_failed", error);
      return null;
    }
  }

  async #accept({ jsep, generation }: Requests["start_call"][1], turn: number): Promise<void> {
    // Before anything is awaited: a stop_call of this generation may be the next message.
    this.#generation = generation;
    try {
      await this.#publisher?.accept(jsep ?? undefined);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#options.history.add("answer_failed", { error: String(error) });
      void this.#stopFirst("answer_failed");
      return;
    }
    if (turn !== this.#turn) return;
    this.#liveSince = this.#options.clock.now();
    this.#to({ phase: "live", generation });
  }

  /** Tells the server that the call before is over, then begins again. */
  async #stopFirst(cause: string, then: () => void = () => {}): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#generation = null;
    this.#to({ phase: "starting", attempt: this.#attempt, cause });
    await this.#options.wire.ask("stop_call", { restart: true });
    then();
    if (turn === this.#turn) this.#again(cause, null);
  }

  /** Begins again: the first time at once, then after a growing wait. */
  #again(cause: string, retryMs: number | null): void {
    const attempt = this.#attempt;
    this.#attempt += 1;
    if (attempt === 0 && retryMs === null) {
      void this.#begin(cause);
      return;
    }
    this.#drop()?.close();
    const ms = backoff(Math.max(1, attempt), retryMs, this.#options.random);
    this.#to({ phase: "waiting", attempt: this.#attempt, cause, ms });
    this.#cancelWait = this.#options.clock.after(ms, () => void this.#begin(cause));
  }

  #countAnewIfSteady(): void {
    if (this.#options.clock.now() - this.#liveSince >= STEADY_MS) this.#attempt = 0;
  }

  #fail(reason: string, error?: unknown): void {
    // A call that was to be replaced is still on at the server.
    if (this.#generation !== null) void this.#options.wire.ask("stop_call", {});
    this.#drop()?.close();
    if (error !== undefined) this.#options.history.add("call_error", { error: String(error) });
    this.#to({ phase: "failed", reason });
  }

  #letGo(): void {
    this.#before?.close();
    this.#before = null;
  }

  /** Whatever is under way or live here is over; its publisher is the caller's to close. */
  #drop(): P | null {
    this.#letGo();
    this.#turn += 1;
    this.#cancelWait();
    this.#cancelWait = () => {};
    this.#updateLost = false;
    this.#generation = null;
    const publisher = this.#publisher;
    this.#publisher = null;
    return publisher;
  }

  #to(state: CallState): void {
    this.#options.history.add("call", { ...state });
    this.#state.set(state);
  }
}
