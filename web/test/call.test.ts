// When a call begins, ends, and begins again.

import { beforeEach, describe, expect, test } from "vitest";
import { Call } from "../src/client/call";
import { History } from "../src/client/history";
import { FakePublisher, HandClock, HandWire, joinReply, settle } from "./support";

let clock: HandClock;
let wire: HandWire;
let publishers: FakePublisher[];
let begun: string[];
let broken: boolean;
/** Offers are never made: the connection was closed meanwhile. */
let stuck: boolean;
let call: Call<FakePublisher>;

beforeEach(() => {
  clock = new HandClock();
  wire = new HandWire();
  publishers = [];
  begun = [];
  broken = false;
  stuck = false;
  call = new Call({
    wire,
    clock,
    history: new History(),
    makePublisher: () => {
      if (broken) return Promise.reject(new Error("no connection"));
      const publisher = new FakePublisher();
      if (stuck) publisher.offer = () => new Promise(() => {});
      publishers.push(publisher);
      return Promise.resolve(publisher);
    },
    onBegin: (cause) => begun.push(cause),
    random: () => 1,
  });
});

async function live(generation: number): Promise<void> {
  call.joined(joinReply());
  await settle();
  await wire.ok(generation);
}

const phase = () => call.state.value.phase;

test("it starts when joined and is live with the generation of the answer", async () => {
  await live(7);
  expect(call.state.value).toEqual({ phase: "live", generation: 7 });
  expect(wire.asked[0]?.payload).toHaveProperty("jsep.type", "offer");
  expect(publishers[0]?.accepted).toBe(true);
});

test("devices that make no offer fail it, and a person can start again", async () => {
  broken = true;
  call.joined(joinReply());
  await settle();
  expect(call.state.value).toEqual({ phase: "failed", reason: "offer_failed" });
  expect(wire.asked).toEqual([]);
  broken = false;
  call.retry();
  await settle();
  expect(wire.events()).toEqual(["start_call"]);
});

describe("stop_call of oneself", () => {
  const stop = (generation: number, restart: boolean) =>
    call.stopped({ generation, reason: "poller_died", restart });

  test("of another generation changes nothing", async () => {
    await live(7);
    stop(6, true);
    await settle();
    expect(phase()).toBe("live");
    expect(wire.asked).toHaveLength(1);
  });

  test("with restart starts again at once, and says so", async () => {
    await live(7);
    stop(7, true);
    expect(call.state.value).toEqual({ phase: "starting", attempt: 1, cause: "poller_died" });
    await settle();
    expect(wire.events()).toEqual(["start_call", "start_call"]);
    expect(publishers[0]?.closed).toBe(true);
    expect(begun).toEqual(["joined", "poller_died"]);
  });

  test("said twice starts one new call", async () => {
    await live(7);
    stop(7, true);
    stop(7, true);
    await settle();
    expect(wire.events()).toEqual(["start_call", "start_call"]);
  });

  test("without restart fails, and a person can start again", async () => {
    await live(7);
    stop(7, false);
    await clock.advance(60_000);
    expect(call.state.value).toEqual({ phase: "failed", reason: "poller_died" });
    expect(wire.asked).toHaveLength(1);
    call.retry();
    await settle();
    await wire.ok(8);
    expect(call.state.value).toEqual({ phase: "live", generation: 8 });
  });

  test("again and again makes the waits grow up to 8 s", async () => {
    await live(1);
    const waits: (number | null)[] = [];
    for (let generation = 1; generation < 9; generation += 1) {
      stop(generation, true);
      if (phase() === "waiting") waits.push(clock.next());
      await clock.advance(8_000);
      await wire.ok(generation + 1);
    }
    expect(waits).toEqual([300, 600, 1_200, 2_400, 4_800, 8_000, 8_000]);
  });

  test("after a call that held long starts at once again", async () => {
    await live(1);
    stop(1, true);
    await settle();
    await wire.ok(2);
    await clock.advance(5_000);
    stop(2, true);
    expect(phase()).toBe("starting");
  });
});

describe("a refused start", () => {
  beforeEach(async () => {
    call.joined(joinReply());
    await settle();
  });

  test("without retry_ms is not tried again", async () => {
    await wire.error("offer_refused");
    await clock.advance(60_000);
    expect(call.state.value).toEqual({ phase: "failed", reason: "offer_refused" });
    expect(wire.asked).toHaveLength(1);
  });

  test("with retry_ms is tried again no sooner", async () => {
    await wire.error("janus_unreachable", 1_700);
    await clock.advance(1_699);
    expect(wire.asked).toHaveLength(1);
    await clock.advance(1);
    expect(wire.events()).toEqual(["start_call", "start_call"]);
  });

  test("because one is on stops it first", async () => {
    await wire.error("already_started");
    expect(wire.events()).toEqual(["start_call", "stop_call"]);
    await wire.answer({ kind: "ok", response: {} });
    expect(wire.events()).toEqual(["start_call", "stop_call", "start_call"]);
  });

  test("that is never answered stops before it starts again", async () => {
    await wire.answer({ kind: "timeout" });
    expect(wire.events()).toEqual(["start_call", "stop_call"]);
    await wire.answer({ kind: "timeout" });
    expect(wire.events().at(-1)).toBe("start_call");
  });
});

describe("a lost socket", () => {
  test("leaves a live call alone, and it goes on when the server still has it", async () => {
    await live(7);
    call.lost();
    expect(call.held).toBe(7);
    call.joined(joinReply({ resumed: true, call: 7 }));
    await settle();
    expect(wire.asked).toHaveLength(1);
    expect(publishers[0]?.closed).toBe(false);
  });

  test.each([
    ["has another", joinReply({ resumed: true, call: 8 })],
    ["has none", joinReply({ resumed: true, call: null })],
    ["is a new membership", joinReply({ resumed: false, call: 7 })],
  ])("starts anew when the server %s", async (_, reply) => {
    await live(7);
    call.lost();
    call.joined(reply);
    expect(call.held).toBeNull();
    await settle();
    expect(wire.events()).toEqual(["start_call", "start_call"]);
    expect(publishers[0]?.closed).toBe(true);
  });

  test("ends a start under way; its late answer is not taken", async () => {
    call.joined(joinReply());
    await settle();
    call.lost();
    await wire.ok(7);
    expect(phase()).toBe("idle");
    expect(call.held).toBeNull();
    expect(publishers[0]?.closed).toBe(true);
  });

  test("ends a wait: nothing is asked before the rejoin", async () => {
    call.joined(joinReply());
    await settle();
    await wire.error("janus_unreachable", 500);
    call.lost();
    await clock.advance(60_000);
    expect(wire.asked).toHaveLength(1);
  });
});

describe("a restart by oneself", () => {
  test("has its new connection ready before the old one is let go", async () => {
    await live(7);
    call.restart("connection_failed");
    await settle();
    expect(publishers).toHaveLength(2);
    expect(wire.asked.at(-1)).toMatchObject({ event: "stop_call", payload: { restart: true } });
    expect(publishers[0]?.closed).toBe(false);
    // Its own echo is no second reason to start.
    call.stopped({ generation: 7, reason: "stopped", restart: true });
    await wire.answer({ kind: "ok", response: {} });
    expect(publishers[0]?.closed).toBe(true);
    await wire.ok(8);
    expect(wire.events()).toEqual(["start_call", "stop_call", "start_call"]);
    expect(publishers).toHaveLength(2);
    expect(call.state.value).toEqual({ phase: "live", generation: 8 });
  });

  test("waits once one did not hold", async () => {
    await live(7);
    call.restart("first");
    await settle();
    await wire.answer({ kind: "ok", response: {} });
    await wire.ok(8);
    call.restart("second");
    await settle();
    await wire.answer({ kind: "ok", response: {} });
    expect(call.state.value).toMatchObject({ phase: "waiting", cause: "second" });
    expect(publishers.map(({ closed }) => closed)).toEqual([true, true]);
    await clock.advance(60_000);
    await wire.ok(9);
    expect(call.held).toBe(9);
  });

  test("is over when the call ends while the new connection is made", async () => {
    await live(7);
    call.restart("connection_failed");
    call.stopped({ generation: 7, reason: "media_lost", restart: true });
    await settle();
    await wire.ok(8);
    expect(wire.events()).toEqual(["start_call", "start_call"]);
    expect(publishers[0]?.closed).toBe(true);
    expect(publishers.filter(({ closed }) => !closed)).toHaveLength(1);
    expect(call.held).toBe(8);
  });

  test("leaves nothing open if it ends while an offer is made that never is", async () => {
    await live(7);
    stuck = true;
    call.restart("connection_failed");
    await settle();
    void call.end();
    await settle();
    await wire.answer({ kind: "ok", response: {} });
    expect(publishers.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test("that cannot make an offer ends the call at the server too", async () => {
    await live(7);
    broken = true;
    call.restart("connection_failed");
    await settle();
    expect(phase()).toBe("failed");
    expect(wire.asked.at(-1)).toMatchObject({ event: "stop_call", payload: {} });
  });

  test("of a call that never came about waits, and ever longer", async () => {
    await live(7);
    await clock.advance(8_000);
    call.restart("not_connected", false);
    await settle();
    await wire.answer({ kind: "ok", response: {} });
    await wire.ok(8);
    await clock.advance(8_000);
    call.restart("not_connected", false);
    await settle();
    await wire.answer({ kind: "ok", response: {} });
    expect(call.state.value).toMatchObject({ phase: "waiting" });
  });

  test("that the lost channel cuts leaves nothing open", async () => {
    await live(7);
    call.restart("connection_failed");
    await settle();
    call.lost();
    await wire.answer({ kind: "lost" });
    expect(phase()).toBe("idle");
    expect(publishers.every(({ closed }) => closed)).toBe(true);
  });
});

describe("a line that is added", () => {
  async function add(): Promise<void> {
    await live(7);
    const [publisher] = publishers;
    if (publisher) publisher.added = true;
    void call.update();
    await settle();
  }

  test("is offered in the call that is on", async () => {
    await add();
    expect(wire.asked.at(-1)).toMatchObject({ event: "update_call" });
    await wire.answer({ kind: "ok", response: { jsep: { type: "answer", sdp: "" } } });
    expect(call.state.value).toEqual({ phase: "live", generation: 7 });
    expect(wire.asked).toHaveLength(2);
  });

  test("and refused is tried in a new call", async () => {
    await add();
    await wire.error("too_fast", 50);
    await settle();
    expect(wire.events()).toEqual(["start_call", "update_call", "stop_call"]);
  });

  test("and lost with the socket is made good once that is taken over", async () => {
    await add();
    await wire.answer({ kind: "lost" });
    call.lost();
    call.joined(joinReply({ resumed: true, call: 7 }));
    await settle();
    expect(wire.events()).toEqual(["start_call", "update_call", "stop_call"]);
  });

  test("while another device is being switched is not forgotten", async () => {
    await live(7);
    let go = () => {};
    let looks = 0;
    const [publisher] = publishers;
    if (publisher) {
      publisher.refresh = () => {
        looks += 1;
        return new Promise((done) => {
          go = () => done(false);
        });
      };
    }
    void call.update();
    await settle();
    void call.update();
    await settle();
    go();
    await settle();
    expect(looks).toBe(2);
  });

  test("is not offered where nothing was added", async () => {
    await live(7);
    await call.update();
    expect(wire.events()).toEqual(["start_call"]);
  });
});

test("the end is said once, and nothing starts again", async () => {
  await live(7);
  void call.end();
  void call.end();
  call.stopped({ generation: 7, reason: "stopped", restart: true });
  await wire.answer({ kind: "ok", response: {} });
  await clock.advance(60_000);
  expect(wire.events()).toEqual(["start_call", "stop_call"]);
  expect(publishers[0]?.closed).toBe(true);
});
