// Janus loses a session, dies, or hangs, with two people talking: each call ends once for everybody,
// and comes back without a click.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { gather, meetAgain, onlyThese } from "./support/company.mjs";
import { setting } from "./support/setting.mjs";
import { throughout, until } from "./support/wait.mjs";

const here = setting({ janus: true });
let alice;
let bob;
let witness;
let round = 0;

beforeEach(async () => {
  round += 1;
  ({ alice, bob, witness } = await gather(here, `faults-${round}`));
});

const generationOf = ({ id }) => witness.present()[id]?.call;

/** Everybody sees everybody, and Janus holds one session for each of the two, and no other of theirs. */
async function allIsWell() {
  await meetAgain({ alice, bob });
  await until(
    "both banners to say connected",
    async () => (await alice.state()) === "connected" && (await bob.state()) === "connected",
  );
  await onlyThese(here, witness, [alice, bob]);
}

test("a session destroyed behind our back: one stop_call, frames again, nobody else notices", async () => {
  const [session] = await here.janus.sessionsOf(alice.id);
  const generation = generationOf(alice);
  await here.janus.destroySession(session);
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
  await here.janus.kill();
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
  await here.janus.start();
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
  const known = await here.janus.sessions();
  here.janus.freeze();
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
    here.janus.thaw();
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
  await here.janus.forgets(known, 30_000);
  // One session a call, and at most the one by which Parlour watches Janus.
  await until(
    "no session but those of the two calls",
    async () => (await here.janus.sessions()).length <= 3,
    {
      within: 30_000,
      note: () => here.janus.sessions(),
    },
  );
  for (const [index, { id }] of [alice, bob].entries()) {
    const ended = witness
      .stopCallsOf(id)
      .filter(({ payload }) => payload.generation === before[index]);
    assert.equal(ended.length, 1, "that generation ended once");
  }
});
