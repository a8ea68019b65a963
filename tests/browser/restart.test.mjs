// Parlour itself is killed and started again: the pages come back, nothing of before is left.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startJanus } from "./support/janus.mjs";
import { openBrowser, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { until } from "./support/wait.mjs";

let janus;
let parlour;
let browser;

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

/** The room holds exactly Alice, Bob and a witness who comes to look; each person has one session on Janus. */
async function noGhosts(room, people) {
  const witness = await joinAs(parlour.url, { room });
  await until(
    "exactly the two and the witness",
    () => {
      const present = witness.present();
      const names = Object.values(present).map(({ name }) => name);
      return names.sort().join() === "Alice,Bob,Witness" && people.every(({ id }) => id);
    },
    { note: () => witness.present() },
  );
  const ids = Object.entries(witness.present())
    .filter(([, { name }]) => name !== "Witness")
    .map(([id]) => id);
  for (const id of ids) {
    await until(
      "one session on Janus for each",
      async () => (await janus.sessionsOf(id)).length === 1,
      {
        within: 30_000,
      },
    );
  }
  await witness.close();
  return ids;
}

/** Both pages show the other moving, under whatever ids they have now. */
async function seeEachOther(alice, bob) {
  for (const person of [alice, bob]) {
    await person.isConnected(45_000);
    person.id = await person
      .at("tile", '[data-self="true"]')
      .first()
      .getAttribute("data-participant");
  }
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
}

test("killed and started again: pages come back by themselves, no ghosts in the room or on Janus", async () => {
  const room = "phoenix-rises";
  const seat = { url: parlour.url, room };
  const alice = await sitDown(browser, { ...seat, name: "Alice" });
  const bob = await sitDown(browser, { ...seat, name: "Bob" });
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  const sessions = [...(await janus.sessionsOf(alice.id)), ...(await janus.sessionsOf(bob.id))];

  await parlour.kill();
  await until(
    "Alice's page to say that the connection is lost",
    async () => (await alice.state()) !== "connected",
  );
  await parlour.start();
  await seeEachOther(alice, bob);
  await noGhosts(room, [alice, bob]);
  // Sessions of the killed process have nobody to poll them: Janus drops them after 45 s and a little.
  await janus.forgets(sessions, 60_000);
});

test("asked to end: it goes in time with exit code 0 and clears Janus; pages come back to the next", async () => {
  const room = "orderly";
  const seat = { url: parlour.url, room };
  const alice = await sitDown(browser, { ...seat, name: "Alice" });
  const bob = await sitDown(browser, { ...seat, name: "Bob" });
  await Promise.all([alice.sees(bob), bob.sees(alice)]);

  const asked = performance.now();
  const how = await parlour.stop();
  assert.deepEqual(how, { code: 0, signal: null });
  assert.ok(performance.now() - asked < 11_000, "within PARLOUR_DRAIN");
  assert.deepEqual(await janus.sessions(), [], "nothing is left on Janus");
  await parlour.start();
  await seeEachOther(alice, bob);
  await noGhosts(room, [alice, bob]);
});
