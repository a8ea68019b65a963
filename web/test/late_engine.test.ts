// An engine whose file is late: what it is told meanwhile, and what is when the file does not come.

import { beforeEach, expect, test } from "vitest";
import type { CallState, EngineOptions, Incoming, MediaEngine } from "../src/client/engine";
import type { MakeEngine } from "../src/client/engines";
import { History } from "../src/client/history";
import { LateEngine } from "../src/client/late_engine";
import { Store } from "../src/client/store";
import { joinReply } from "./support";

/** Writes down what it is told. */
class Told implements MediaEngine {
  readonly mode = "mesh";
  readonly held = 7;
  readonly state = new Store<CallState>({ phase: "idle" });
  readonly incoming = new Store<ReadonlyMap<string, Incoming>>(new Map());
  readonly what: string[] = [];
  readonly hears = {
    signal: ({ from }: { from: string }) => this.#add(`signal ${from}`),
    ice_servers: ({ ice_servers }: { ice_servers: unknown[] }) =>
      this.#add(`ice_servers ${ice_servers.length}`),
  };

  joined(): void {
    this.#add("joined");
    this.state.set({ phase: "live", generation: null });
  }
  lost = () => this.#add("lost");
  present = (all: readonly { id: string }[]) => this.#add(`present ${all.map(({ id }) => id)}`);
  tracksChanged = () => this.#add("tracks");
  prefer = (wishes: readonly { height: number }[]) =>
    this.#add(`prefer ${wishes.map(({ height }) => height)}`);
  wake = (cause: string) => this.#add(`wake ${cause}`);
  tick = () => this.#add("tick");
  retry = () => this.#add("retry");
  end = async () => this.#add("end");
  stats = async () => [];

  #add(what: string): void {
    this.what.push(what);
  }
}

const somebody = (id: string) => ({ id, meta: { name: id, joined_at: 1 } as never });
const settle = () => new Promise((resolve) => setTimeout(resolve));

let told: Told;
let asked: { resolve: (make: MakeEngine) => void; reject: (error: Error) => void }[];
let late: LateEngine;

beforeEach(() => {
  told = new Told();
  asked = [];
  const fetch = () => new Promise<MakeEngine>((resolve, reject) => asked.push({ resolve, reject }));
  late = new LateEngine("mesh", fetch, { history: new History() } as EngineOptions);
});

async function come(): Promise<void> {
  asked.at(-1)?.resolve(() => told);
  await settle();
}

test("whatever an engine hears it hears, before its file came and after", async () => {
  late.joined(joinReply());
  late.hears.ice_servers?.({ ice_servers: [] });
  late.hears.publishers?.({ publishers: [] });
  await come();
  late.hears.ice_servers?.({ ice_servers: [{ urls: "stun:s.example" }] });
  expect(told.what).toEqual(["prefer ", "joined", "ice_servers 0", "ice_servers 1"]);
});

test("what it was told before its file came, it is told in that order", async () => {
  late.prefer([]);
  late.joined(joinReply());
  late.present([somebody("a"), somebody("b")]);
  late.hears.signal?.({ from: "a" });
  late.prefer([{ participant: "a", source: "camera", height: 90 }]);
  late.tick();
  expect(late.held).toBeNull();
  await come();
  expect(told.what).toEqual(["prefer 90", "joined", "present a,b", "signal a"]);
  expect(late.state.value).toEqual({ phase: "live", generation: null });
  expect(late.held).toBe(7);
});

test("once it is here, everything passes through", async () => {
  late.joined(joinReply());
  await come();
  told.what.length = 0;
  late.lost();
  late.tracksChanged();
  late.wake("online");
  late.tick();
  late.retry();
  late.hears.signal?.({ from: "b" });
  late.joined(joinReply());
  await late.end();
  expect(told.what).toEqual([
    "lost",
    "tracks",
    "wake online",
    "tick",
    "retry",
    "signal b",
    "joined",
    "end",
  ]);
  expect(asked).toHaveLength(1);
});

test("what came before a loss is not told after the rejoin", async () => {
  late.joined(joinReply());
  late.hears.signal?.({ from: "gone" });
  late.lost();
  late.joined(joinReply());
  late.present([somebody("a")]);
  await come();
  expect(told.what).toEqual(["prefer ", "joined", "present a"]);
});

test("a file that does not come is a failed call; a retry asks again and loses nothing", async () => {
  late.joined(joinReply());
  late.present([somebody("a")]);
  asked[0]?.reject(new Error("404"));
  await settle();
  expect(late.state.value).toEqual({ phase: "failed", reason: "part_missing" });
  late.retry();
  expect(late.state.value).toEqual({ phase: "idle" });
  expect(asked).toHaveLength(2);
  await come();
  expect(told.what).toEqual(["prefer ", "joined", "present a"]);
  expect(late.state.value.phase).toBe("live");
});

test("one that was ended meanwhile is never made", async () => {
  let made = 0;
  late.joined(joinReply());
  await late.end();
  asked[0]?.resolve(() => {
    made += 1;
    return told;
  });
  await settle();
  expect([made, told.what]).toEqual([0, []]);
});
