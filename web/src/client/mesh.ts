// The engine of mesh mode: a connection with each other participant, straight between browsers.

import type {
  CallState,
  EngineOptions,
  Hears,
  Incoming,
  MediaEngine,
  Present,
  Wish,
} from "./engine";
import type { JoinReply } from "./protocol";
import type { ConnectionStats } from "./stats";
import { type Readable, Store } from "./store";

export class MeshEngine implements MediaEngine {
  readonly mode = "mesh";
  readonly held = null;
  readonly #options: EngineOptions;
  readonly #state = new Store<CallState>({ phase: "idle" });
  readonly #incoming = new Store<ReadonlyMap<string, Incoming>>(new Map());

  readonly hears: Hears = {};

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  get state(): Readable<CallState> {
    return this.#state;
  }

  get incoming(): Readable<ReadonlyMap<string, Incoming>> {
    return this.#incoming;
  }

  joined(reply: JoinReply): void {
    this.#options.history.add("mesh", { participant: reply.participant });
    this.#state.set({ phase: "live", generation: null });
  }

  lost(): void {}

  present(_everybody: readonly Present[]): void {}

  tracksChanged(): void {}

  prefer(_wishes: readonly Wish[]): void {}

  wake(_cause: string): void {}

  tick(): void {}

  retry(): void {}

  async end(): Promise<void> {}

  async stats(): Promise<ConnectionStats[]> {
    return [];
  }
}
