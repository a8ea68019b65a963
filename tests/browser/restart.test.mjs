// Parlour itself is killed and started again: the pages come back, nothing of before is left; in both
// modes.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gather, onlyThese, seeEachOther } from "./support/company.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { MODES, setting } from "./support/setting.mjs";
import { until } from "./support/wait.mjs";

for (const mode of MODES) {
  describe(mode, () => {
    const here = setting({ mode, janus: true });

    /** Alice and Bob in a call; who witnesses comes to look afterwards. */
    async function twoIn(room) {
      const { alice, bob, witness } = await gather(here, room);
      await witness.close();
      return [alice, bob];
    }

    /** Both pages show the other moving, under whatever ids they have now; the room holds no others. */
    async function areBack(room, people) {
      for (const person of people) {
        await person.isConnected(45_000);
        await person.readsOwnId();
      }
      await seeEachOther(people);
      const witness = await joinAs(here.url, { room });
      await onlyThese(here, witness, people);
      for (const person of people) {
        const others = people.filter((other) => other !== person);
        await until(
          `no ghost at ${person.name}'s`,
          async () =>
            (await person.others()).sort().join() ===
            [witness, ...others]
              .map(({ id }) => id)
              .sort()
              .join(),
          { note: () => person.story() },
        );
      }
    }

    test("killed and started again: pages come back by themselves, no ghosts in the room or on Janus", async (t) => {
      const people = await twoIn("phoenix-rises");
      const sessions = (
        await Promise.all(people.map(({ id }) => here.janus.sessionsOf(id)))
      ).flat();
      await here.parlour.kill();
      await Promise.all(
        people.map((person) =>
          until(
            `${person.name}'s page to say that the connection is lost`,
            async () => (await person.state()) !== "connected",
          ),
        ),
      );
      await here.parlour.start();
      const started = performance.now();
      await areBack("phoenix-rises", people);
      t.diagnostic(`back after ${Math.round(performance.now() - started)} ms`);
      // Sessions of the killed process have nobody to poll them: Janus drops them after 45 s and a little.
      await here.janus.forgets(sessions, 60_000);
    });

    test("asked to end: it goes in time with exit code 0 and clears Janus; pages come back to the next", async () => {
      const people = await twoIn("orderly");
      const asked = performance.now();
      const how = await here.parlour.stop();
      assert.deepEqual(how, { code: 0, signal: null });
      assert.ok(performance.now() - asked < 11_000, "within PARLOUR_DRAIN");
      assert.deepEqual(await here.janus.sessions(), [], "nothing is left on Janus");
      await here.parlour.start();
      await areBack("orderly", people);
    });
  });
}
