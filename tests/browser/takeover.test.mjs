// The socket is lost and the tab is not; in both modes. Where the server hears nothing of it (a phone
// that changes networks), the page comes back with `resume` and for everybody else nothing happened.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gather, meetAgain, onlyThese, wasNotMissed } from "./support/company.mjs";
import { cannotCut, clientPorts, cutUnnoticed, reset } from "./support/network.mjs";
import { processIds } from "./support/page.mjs";
import { MODES, setting } from "./support/setting.mjs";
import { throughout, until } from "./support/wait.mjs";

const skip = cannotCut() ?? false;

for (const mode of MODES) {
  describe(mode, { skip }, () => {
    const here = setting({ mode, janus: true, browsers: ["browser", "own"], skip });

    /** The ports of the connections of Alice's browser to Parlour; that of her WebSocket stays. */
    const portsOfAlice = async () => clientPorts(await processIds(here.own), here.parlour.port);

    test("a socket lost unnoticed: same participant, no leave, no stop_call, frames go on", async () => {
      const company = await gather(here, "roaming");
      const { alice, bob, witness } = company;
      const generation = witness.present()[alice.id].call;
      const sessions = await here.janus.sessionsOf(alice.id);
      const cutAt = performance.now();

      const ports = await until("one connection of Alice's browser", async () => {
        const found = await portsOfAlice();
        return found.length >= 1 && found;
      });
      const lifts = ports.map((port) => cutUnnoticed(port, here.parlour.port));
      try {
        await until("Alice's browser to have a new socket", async () =>
          (await portsOfAlice()).some((port) => !ports.includes(port)),
        );
        await alice.isConnected();
        await meetAgain(company);
        // Longer than the server takes to notice that the old socket is dead (9 s without a byte).
        await throughout(
          "no stop_call, no leave",
          12_000,
          () => wasNotMissed(witness, alice, cutAt),
          { note: () => witness.events },
        );
      } finally {
        for (const lift of lifts) lift();
      }
      assert.equal(witness.present()[alice.id].call, generation, "the same call goes on");
      assert.deepEqual(await here.janus.sessionsOf(alice.id), sessions, "on its session of Janus");
      assert.equal(await alice.readsOwnId(), alice.id);
      await meetAgain({ alice, bob });
    });

    test("all sockets reset at once: everybody is back under their own id, and sees the others", async () => {
      const company = await gather(here, "reset-all");
      const { alice, bob, witness } = company;
      const ids = [alice.id, bob.id];
      const lost = Promise.all(
        [alice, bob].map((person) =>
          until(`${person.name}'s page to have a new socket`, () => person.sockets > 1, {
            note: () => person.story(),
          }),
        ),
      );
      reset(here.parlour.port);
      await lost;
      await Promise.all([alice.isConnected(), bob.isConnected()]);
      assert.deepEqual([await alice.readsOwnId(), await bob.readsOwnId()], ids);
      await meetAgain(company);
      await until("the witness to be back", () => witness.joins.length > 1);
      await onlyThese(here, witness, [alice, bob]);
    });
  });
}
