// Stands for an engine whose file is still on its way, and for good in front of it.
//
// What the engine is told meanwhile is kept and told in the same order: an offer that came early is
// not lost. A file that does not come is a failed call; a retry, or the next join, asks for it again.

import type {
  CallState,
  EngineOptions,
  Hears,
  Incoming,
  MediaEngine,
  Present,
  Wish,
} from "./engine";
import type { MakeEngine } from "./engines";
import type { JoinReply, RoomMode } from "./protocol";
import type { ConnectionStats } from "./stats";
import { type Readable, Store } from "./store";

/** The client's own word: a part of the page was not to be had. */
const MISSING = "part_missing";

type Telling = (engine: MediaEngine) => void;

export class LateEngine implements MediaEngine {
  readonly #fetch: () => Promise<MakeEngine>;
  readonly #options: EngineOptions;
  readonly #state = new Store<CallState>({ phase: "idle" });
  readonly #incoming = new Store<ReadonlyMap<string, Incoming>>(new Map());
  #engine: MediaEngine | null = null;
  #kept: Telling[] = [];
  #wishes: readonly Wish[] = [];
  #fetching = false;
  #ended = false;

  /** Each event goes on, whichever the engine hears: a list of them here would be one too many. */
  readonly hears: Hears = new Proxy<Hears>(
    {},
    {
      get: (_, event: keyof Hears) => (payload: never) =>
        this.#tell(({ hears }) => hears[event]?.(payload)),
    },
  );

  constructor(
    readonly mode: RoomMode,
    fetch: () => Promise<MakeEngine>,
    options: EngineOptions,
  ) {
    this.#fetch = fetch;
    this.#options = options;
  }

  get state(): Readable<CallState> {
    return this.#state;
  }

  get incoming(): Readable<ReadonlyMap<string, Incoming>> {
    return this.#incoming;
  }

  get held(): number | null {
    return this.#engine?.held ?? null;
  }

  joined(reply: JoinReply): void {
    this.#tell((engine) => engine.joined(reply));
    void this.#get();
  }

  lost(): void {
    this.#engine?.lost();
    // The rejoin says everything anew.
    this.#kept = [];
  }

  present(everybody: readonly Present[]): void {
    this.#tell((engine) => engine.present(everybody));
  }

  /** An engine that comes later looks itself. */
  tracksChanged(): void {
    this.#engine?.tracksChanged();
  }

  prefer(wishes: readonly Wish[]): void {
    this.#wishes = wishes;
    this.#engine?.prefer(wishes);
  }

  wake(cause: string): void {
    this.#engine?.wake(cause);
  }

  tick(): void {
    this.#engine?.tick();
  }

  retry(): void {
    if (this.#engine) this.#engine.retry();
    else void this.#get();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#kept = [];
    await this.#engine?.end();
  }

  async stats(): Promise<ConnectionStats[]> {
    return (await this.#engine?.stats()) ?? [];
  }

  #tell(what: Telling): void {
    if (this.#engine) what(this.#engine);
    else if (!this.#ended) this.#kept.push(what);
  }

  async #get(): Promise<void> {
    if (this.#engine || this.#fetching) return;
    this.#fetching = true;
    this.#state.set({ phase: "idle" });
    try {
      const make = await this.#fetch();
      if (!this.#ended) this.#use(make(this.#options));
    } catch (error) {
      this.#options.history.add("engine_missing", { mode: this.mode, error: String(error) });
      if (!this.#ended) this.#state.set({ phase: "failed", reason: MISSING });
    } finally {
      this.#fetching = false;
    }
  }

  #use(engine: MediaEngine): void {
    this.#engine = engine;
    const kept = this.#kept;
    this.#kept = [];
    engine.prefer(this.#wishes);
    for (const tell of kept) tell(engine);
    engine.state.subscribe((state) => this.#state.set(state));
    engine.incoming.subscribe((incoming) => this.#incoming.set(incoming));
  }
}
