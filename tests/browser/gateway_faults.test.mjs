// Janus loses a session, dies, or hangs, with two people talking: each call ends once for everybody,
// and comes back without a click.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { startJanus } from "./support/janus.mjs";
import { openBrowser, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { throughout, until } from "./support/wait.mjs";

let janus;
let parlour;
let browser;
let alice;
let bob;
let witness;
let round = 0;

before(async () => {
  janus = await startJanus();
  parlour = await startParlour({ env: janus.env });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await parlour?.stop();
  await janus?.stop();
});
beforeEach(async () => {
  round += 1;
  const seat = { url: parlour.url, room: `faults-${round}` };
  alice = await sitDown(browser, { ...seat, name: "Alice" });
  bob = await sitDown(browser, { ...seat, name: "Bob" });
  witness = await joinAs(parlour.url, { room: seat.room });
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
});
afterEach(async () => {
  await Promise.all([alice?.page.context().close(), bob?.page.context().close(), witness?.close()]);
});

const generationOf = ({ id }) => witness.present()[id]?.call;

/** Everybody sees everybody, and Janus holds one session for each of the two, and no other of theirs. */
async function allIsWell() {
  await Promise.all([alice.sees(bob), bob.sees(alice), alice.hearsAudio(), bob.hearsAudio()]);
  await until(
    "both banners to say connected",
    async () => (await alice.state()) === "connected" && (await bob.state()) === "connected",
  );
  const people = witness.present();
  assert.deepEqual(Object.keys(people).sort(), [alice.id, bob.id, witness.id].sort());
  await until(
    "one session on Janus for each call",
    async () =>
      (await janus.sessionsOf(alice.id)).length === 1 &&
      (await janus.sessionsOf(bob.id)).length === 1,
    { within: 30_000 },
  );
}

test("a session destroyed behind our back: one stop_call, frames again, nobody else notices", async () => {
  const [session] = await janus.sessionsOf(alice.id);
  const generation = generationOf(alice);
  await janus.destroySession(session);
  const stop = await witness.hears("stop_call", (call) => call.participant === alice.id, {
    within: 15_000,
  });
  assert.equal(stop.payload.generation, generation);
  assert.equal(stop.payload.restart, true);
  await until("Alice's next call", () => generationOf(alice) > generation, { within: 20_000 });
  await allIsWell();
  await throughout(
    "one stop_call for Alice, none for Bob",
    1500,
    () => witness.stopCallsOf(alice.id).length === 1 && witness.stopCallsOf(bob.id).length === 0,
    { note: () => witness.events },
  );
  for (const { id } of [alice, bob]) assert.equal(witness.leavesOf(id).length, 0, "nobody left");
});

test("Janus killed and started again: every call ends once and comes back by itself", async () => {
  const before = [generationOf(alice), generationOf(bob)];
  await janus.kill();
  for (const { id } of [alice, bob]) {
    const stop = await witness.hears("stop_call", (call) => call.participant === id, {
      within: 10_000,
    });
    assert.equal(stop.payload.restart, true);
  }
  // Signalling never waits for Janus.
  const asked = performance.now();
  await witness.ask("chat", { text: "Janus is away" });
  assert.ok(performance.now() - asked < 1000, "chat is answered while Janus is away");
  await janus.start();
  await until(
    "the next calls",
    () => generationOf(alice) > before[0] && generationOf(bob) > before[1],
    {
      within: 45_000,
      note: () => witness.present(),
    },
  );
  await allIsWell();
  for (const [index, { id }] of [alice, bob].entries()) {
    const ended = witness
      .stopCallsOf(id)
      .filter(({ payload }) => payload.generation === before[index]);
    assert.equal(ended.length, 1, "that generation ended once");
  }
});

test("Janus stopped for 15 s and continued: calls end once, come back, and nothing is left over", async () => {
  const before = [generationOf(alice), generationOf(bob)];
  const known = await janus.sessions();
  janus.freeze();
  const frozen = performance.now();
  try {
    for (const { id } of [alice, bob]) {
      const stop = await witness.hears("stop_call", (call) => call.participant === id, {
        within: 16_000,
      });
      assert.equal(stop.payload.restart, true);
    }
    const asked = performance.now();
    await witness.ask("chat", { text: "Janus hangs" });
    assert.ok(performance.now() - asked < 1000, "chat is answered while Janus hangs");
    await until("15 s to pass", () => performance.now() - frozen > 15_000, { within: 16_000 });
  } finally {
    janus.thaw();
  }
  await until(
    "the next calls",
    () => generationOf(alice) > before[0] && generationOf(bob) > before[1],
    {
      within: 45_000,
      note: () => witness.present(),
    },
  );
  await allIsWell();
  await janus.forgets(known, 30_000);
  // One session a call, and at most the one by which Parlour watches Janus.
  await until(
    "no session but those of the two calls",
    async () => (await janus.sessions()).length <= 3,
    {
      within: 30_000,
      note: () => janus.sessions(),
    },
  );
  for (const [index, { id }] of [alice, bob].entries()) {
    const ended = witness
      .stopCallsOf(id)
      .filter(({ payload }) => payload.generation === before[index]);
    assert.equal(ended.length, 1, "that generation ended once");
  }
});
