// What the others see, and what is left on Janus, when somebody is gone without a word; in both modes.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { hasItsSessions, hearsEndOf } from "./support/company.mjs";
import { openBrowser, processIds, sitDown } from "./support/page.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { rawCall, rawGuest } from "./support/raw.mjs";
import { MODES, setting } from "./support/setting.mjs";
import { throughout } from "./support/wait.mjs";

for (const mode of MODES) {
  describe(mode, () => {
    const here = setting({ mode, janus: true, stay: true });
    const room = "gone";
    let bob;
    let witness;

    before(async () => {
      bob = await sitDown(here.browser, { url: here.url, room, name: "Bob" });
      witness = await joinAs(here.url, { room });
    });

    /** Alice at a browser, who hears Bob. */
    async function sitsAt(browser) {
      const alice = await sitDown(browser, { url: here.url, room, name: "Alice" });
      await alice.hearsAudio();
      return alice;
    }

    /** Alice, who is in the room, goes in the presence of Bob and a witness, by `go`. */
    async function goes(t, alice, go) {
      const { janus } = here;
      await hasItsSessions(here, alice);
      const sessions = await janus.sessionsOf(alice.id);
      const generation = witness.present()[alice.id]?.call ?? alice.call?.generation ?? null;
      assert.equal(generation !== null, here.isGateway, "presence says which call is on");

      const gone = performance.now();
      await go();
      const leave = await hearsEndOf(witness, alice, generation, 5_000);
      const after = Math.round(leave.at - gone);
      t.diagnostic(`the others knew after ${after} ms`);
      assert.ok(after < 2_000, `the others knew after ${after} ms`);
      await janus.forgets(sessions, 2_000);
      await bob.seesNobody(alice, 2_000);

      // Once, and nobody else: Bob's call is not touched, nothing of Alice comes back.
      await throughout(
        "one end, no ghost in the room, on the page or on Janus",
        2_000,
        async () =>
          witness.stopCallsOf(alice.id).length === sessions.length &&
          witness.leavesOf(alice.id).length === 1 &&
          witness.stopCallsOf(bob.id).length === 0 &&
          (await bob.others()).join() === witness.id &&
          (await janus.sessionsOf(alice.id)).length === 0,
        { note: () => witness.events },
      );
      assert.deepEqual(Object.keys(witness.present()).sort(), [bob.id, witness.id].sort());
      assert.equal(await bob.state(), "connected");
    }

    test("a closed tab is gone for the others at once and leaves nothing", async (t) => {
      const alice = await sitsAt(here.browser);
      await goes(t, alice, () => alice.closeTab());
    });

    test("a renderer that crashes is", async (t) => {
      const alice = await sitsAt(here.browser);
      await goes(t, alice, () => alice.crash());
      await alice.page.context().close();
    });

    test("a killed browser is", async (t) => {
      const own = await openBrowser();
      const [pid] = await processIds(own, "browser");
      await goes(t, await sitsAt(own), () => process.kill(pid, "SIGKILL"));
    });

    test("a reset connection is", async (t) => {
      const arrives = here.isGateway ? rawCall : rawGuest;
      const alice = await arrives(here.url, room, "Alice");
      await goes(t, alice, () => alice.reset());
    });
  });
}
