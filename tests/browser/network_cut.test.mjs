// The network of somebody in a call is gone, and nobody is told: no FIN, no RST, no close frame.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startJanus } from "./support/janus.mjs";
import { startProxy } from "./support/janus_proxy.mjs";
import { cannotSeparate, separate } from "./support/namespace.mjs";
import { executable, openBrowser, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { end, start } from "./support/process.mjs";
import { throughout, until } from "./support/wait.mjs";

const skip = cannotSeparate() ?? false;
/** 9 s without a byte, looked for every 4 s at the latest. */
const NOTICED_MS = 12_000;
const PAGE_CUT_MS = 25_000;
let away;
let janus;
let proxy;
let parlour;
/** The same without a gateway. */
let mesh;

before(async () => {
  if (skip) return;
  away = separate();
  janus = await startJanus({ address: away.host });
  proxy = await startProxy(janus.env.JANUS_URL);
  const env = { ...janus.env, JANUS_URL: proxy.url };
  parlour = await startParlour({ host: away.host, env });
  mesh = await startParlour({ host: away.host, env: { JANUS_URL: undefined } });
});
after(async () => {
  await Promise.all([parlour?.stop(), mesh?.stop()]);
  proxy?.close();
  await janus?.stop();
  away?.remove();
});

/** From the cut on: `stop_call` before the leave, both in time, and nothing is left on Janus. */
async function isNoticed(witness, id, generation, sessions, cutAt) {
  const stop = await witness.hears("stop_call", (call) => call.participant === id, {
    within: NOTICED_MS + 3_000,
  });
  const leave = await witness.seesLeaveOf(id, { within: 3_000 });
  assert.deepEqual(stop.payload, { participant: id, generation, reason: "left", restart: false });
  assert.ok(leave.at - cutAt < NOTICED_MS, `known after ${Math.round(leave.at - cutAt)} ms`);
  await janus.forgets(sessions, 2_000);
  return leave;
}

test("a half-open socket: the others know within 12 s, nothing is left, nobody polls", {
  skip,
}, async (t) => {
  const room = "half-open";
  const witness = await joinAs(parlour.url, { room });
  const [command, ...args] = away.command(
    process.execPath,
    new URL("support/raw_guest.mjs", import.meta.url).pathname,
    parlour.url,
    room,
  );
  const guest = start("raw_guest", command, args);
  try {
    const { id, call } = await until("the guest to be in the call", () =>
      JSON.parse(readFileSync(guest.logFile, "utf8")),
    );
    const sessions = await until("their session on Janus", async () => {
      const found = await janus.sessionsOf(id);
      return found.length > 0 && found;
    });
    await until("a poll for it", () => sessions.every((one) => proxy.polled().includes(one)));

    away.cut();
    const cutAt = performance.now();
    const leave = await isNoticed(witness, id, call.generation, sessions, cutAt);
    t.diagnostic(`known ${Math.round(leave.at - cutAt)} ms after the cut`);
    assert.ok(guest.running(), "the guest itself is alive and knows nothing");
    const polls = () => proxy.requests.filter(({ session }) => sessions.includes(session)).length;
    const asked = polls();
    await throughout(
      "no request and no poll for their session, one stop_call, one leave",
      3_000,
      () =>
        polls() === asked &&
        sessions.every((one) => !proxy.polled().includes(one)) &&
        witness.stopCallsOf(id).length === 1 &&
        witness.leavesOf(id).length === 1,
      { note: () => [proxy.polled(), witness.events] },
    );
    assert.deepEqual(Object.keys(witness.present()), [witness.id]);
  } finally {
    away.heal();
    await end(guest, 2_000);
    await witness.close();
  }
});

/** Alice behind the network that is cut, Bob and a witness before it; they see each other. */
async function withOneAway(room, then, { url } = parlour) {
  const args = [`--unsafely-treat-insecure-origin-as-secure=${url}`];
  const [far, near] = await Promise.all([
    openBrowser({ args, program: away.program(executable) }),
    openBrowser({ args }),
  ]);
  try {
    const seat = { url, room };
    const alice = await sitDown(far, { ...seat, name: "Alice" });
    const bob = await sitDown(near, { ...seat, name: "Bob" });
    const witness = await joinAs(url, { room });
    await Promise.all([alice.sees(bob), bob.sees(alice)]);
    await then({ alice, bob, witness });
    await witness.close();
  } finally {
    away.heal();
    await Promise.all([far.close(), near.close()]);
  }
}

test("a page without network for 25 s is back by itself under its own id, frames flow both ways", {
  skip,
}, async (t) => {
  await withOneAway("train", async ({ alice, bob, witness }) => {
    const { id } = alice;
    const generation = witness.present()[id].call;
    const sessions = await janus.sessionsOf(id);

    const cutAt = performance.now();
    away.cut();
    const left = await isNoticed(witness, id, generation, sessions, cutAt);
    await bob.seesNobody(alice);
    await until("25 s to pass", () => performance.now() - cutAt > PAGE_CUT_MS);
    assert.notEqual(await alice.state(), "connected", "the page says that it is cut off");
    away.heal();
    const healed = performance.now();

    // A try to connect that began in the dark repeats itself at doubled intervals: not to be waited for.
    const back = await until("Alice's next call, as herself", () => witness.present()[id]?.call, {
      within: 15_000,
      note: () => alice.story(),
    });
    const backAfter = performance.now() - healed;
    await alice.isConnected();
    await Promise.all([alice.sees(bob), bob.sees(alice)]);
    const seenAfter = performance.now() - healed;
    await Promise.all([alice.hearsAudio(), bob.hearsAudio()]);
    t.diagnostic(
      `in the call ${Math.round(backAfter)} ms after the network, seen ${Math.round(seenAfter)} ms`,
    );

    assert.ok(back > generation, "a new call");
    assert.equal(
      await alice.at("tile", '[data-self="true"]').first().getAttribute("data-participant"),
      id,
    );
    assert.deepEqual(Object.keys(witness.present()).sort(), [id, bob.id, witness.id].sort());
    assert.equal((await janus.sessionsOf(id)).length, 1, "one session on Janus");
    assert.equal(witness.stopCallsOf(id).length, 1, "the old call ended once");
    assert.equal(witness.leavesOf(id, left.at).length, 1, "and they left once");
    assert.equal(witness.stopCallsOf(bob.id).length, 0, "Bob's call went on");
  });
});

/** Cuts Alice off for so long; resolves when the two see each other again. */
async function isCutFor(ms, { alice, bob, witness }, t) {
  const cutAt = performance.now();
  away.cut();
  await until(`${ms} ms to pass`, () => performance.now() - cutAt > ms, { within: ms + 5_000 });
  away.heal();
  const healed = performance.now();
  await alice.isConnected();
  alice.id = await alice.at("tile", '[data-self="true"]').first().getAttribute("data-participant");
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  t.diagnostic(`seen again ${Math.round(performance.now() - healed)} ms after the network`);
  const there = Object.keys(witness.present()).sort();
  assert.deepEqual(there, [alice.id, bob.id, witness.id].sort(), "nobody is there twice");
}

for (const mode of ["gateway", "mesh"]) {
  test(`a page without network for 5 s has not left, and is in the same call (${mode})`, {
    skip,
  }, async (t) => {
    const server = mode === "gateway" ? parlour : mesh;
    const oneCut = async ({ alice, bob, witness }) => {
      const { id } = alice;
      const { call } = witness.present()[id];
      if (mode === "gateway") assert.ok(call > 0, "Alice has a call");
      await isCutFor(5_000, { alice, bob, witness }, t);
      await throughout(
        "Alice to be the same person in the same call, and nobody to hear of a leave",
        // By then the server would have given up the socket before.
        10_000,
        () =>
          alice.id === id &&
          witness.leavesOf(id).length === 0 &&
          witness.stopCallsOf(id).length === 0 &&
          witness.present()[id]?.call === call,
        { note: () => [id, call, witness.present(), witness.events] },
      );
      assert.equal(witness.stopCallsOf(bob.id).length, 0, "Bob's call went on");
      await Promise.all([alice.sees(bob), bob.sees(alice)]);
    };
    await withOneAway(`tunnel-${mode}`, oneCut, server);
  });
}

test("a page without network for 40 s is back, and nobody is there twice", { skip }, async (t) => {
  await withOneAway("mountain", async ({ alice, bob, witness }) => {
    // Longer than a place is kept: 9 s until it is known, and 30 s from then on.
    await isCutFor(40_000, { alice, bob, witness }, t);
    assert.equal(witness.stopCallsOf(bob.id).length, 0, "Bob's call went on");
  });
});
