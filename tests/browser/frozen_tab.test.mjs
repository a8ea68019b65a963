// A tab that stands still (a laptop that swaps, a phone that puts the page to sleep): its browser goes on
// answering pings, so it is known by its media and its heartbeats. When it thaws it is back by itself.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gather, hearsEndOf, meetAgain, onlyThese } from "./support/company.mjs";
import { processIds } from "./support/page.mjs";
import { MODES, setting } from "./support/setting.mjs";
import { until } from "./support/wait.mjs";

/**
 * By then the others see it, on a busy machine too: the gateway tells it after 1.5 s, and then a page
 * looks; of its own it looks every 2 s for 3 s of silence.
 */
const SHOWN_MS = { gateway: 4_000, mesh: 8_000 };
/** Three heartbeats of 5 s that did not come, and the second in which it is looked for. */
const GIVEN_UP_MS = 17_000;

/** Stops or continues the renderers of a browser. */
const tell = (pids, signal) => {
  for (const pid of pids) process.kill(pid, signal);
};

for (const mode of MODES) {
  describe(mode, () => {
    const here = setting({ mode, janus: true, browsers: ["browser", "own"] });

    test("a frozen tab is shown to bring nothing, given up after 15 s, and back by itself", async (t) => {
      const company = await gather(here, "frozen");
      const { alice, bob, witness } = company;
      const { id } = alice;
      const generation = witness.present()[id].call;
      const sessions = await here.janus.sessionsOf(id);
      const pids = await processIds(here.own, "renderer");

      const frozen = performance.now();
      const since = () => Math.round(performance.now() - frozen);
      tell(pids, "SIGSTOP");
      try {
        if (here.isGateway) {
          await witness.hears("media", (of) => of.participant === id && !of.receiving, {
            within: SHOWN_MS.gateway,
            from: frozen,
          });
          t.diagnostic(`the gateway told it after ${since()} ms`);
        }
        const lost = bob.tile(id).getByRole("button", { name: /connection lost/i });
        await until("Alice's tile to say that nothing comes", () => lost.isVisible(), {
          within: SHOWN_MS[mode] - since(),
          note: () => bob.story(),
        });
        t.diagnostic(`Bob's page showed it after ${since()} ms`);
        assert.equal(witness.leavesOf(id).length, 0, "and Alice has not left yet");

        const leave = await hearsEndOf(witness, alice, generation, GIVEN_UP_MS);
        const after = Math.round(leave.at - frozen);
        t.diagnostic(`given up after ${after} ms`);
        assert.ok(after < GIVEN_UP_MS, `given up after ${after} ms`);
        await here.janus.forgets(sessions, 2_000);
        await bob.seesNobody(alice, 2_000);
        assert.equal(await bob.state(), "connected");
      } finally {
        tell(pids, "SIGCONT");
      }

      const thawed = performance.now();
      await bob.sees(id, { by: 1 });
      t.diagnostic(`seen again ${Math.round(performance.now() - thawed)} ms after it thawed`);
      await alice.isConnected();
      assert.equal(await alice.readsOwnId(), id, "as the same participant");
      await meetAgain(company);
      await onlyThese(here, witness, [alice, bob]);
      assert.deepEqual((await bob.others()).sort(), [id, witness.id].sort(), "once");
      assert.equal(witness.leavesOf(id).length, 1);
      assert.equal(witness.stopCallsOf(bob.id).length, 0, "Bob's call went on");
    });
  });
}
