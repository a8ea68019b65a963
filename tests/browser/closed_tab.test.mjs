// What the others see, and what is left on Janus, when somebody is gone without a word.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startJanus } from "./support/janus.mjs";
import { openBrowser, processIds, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { rawCall } from "./support/raw.mjs";
import { throughout, until } from "./support/wait.mjs";

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

/** Bob in a call, a witness beside; `goer` goes in their presence, by `go`. */
async function someoneGoes(room, sitDownGoer, go) {
  const url = parlour.url;
  const bob = await sitDown(browser, { url, room, name: "Bob" });
  const witness = await joinAs(url, { room });
  const goer = await sitDownGoer(url);
  await until(
    "the goer's session on Janus",
    async () => (await janus.sessionsOf(goer.id)).length > 0,
  );
  const sessions = await janus.sessionsOf(goer.id);
  const generation = witness.present()[goer.id]?.call ?? goer.call?.generation;
  assert.ok(generation, "presence says which call is on");

  const gone = performance.now();
  await go(goer);
  const stop = await witness.hears("stop_call", (call) => call.participant === goer.id, {
    within: 5000,
  });
  const leave = await witness.seesLeaveOf(goer.id, { within: 5000 });
  assert.deepEqual(stop.payload, {
    participant: goer.id,
    generation,
    reason: "left",
    restart: false,
  });
  assert.ok(
    witness.events.indexOf(stop) < witness.events.indexOf(leave),
    "stop_call comes before the leave",
  );
  assert.ok(leave.at - gone < 2000, `the others knew after ${Math.round(leave.at - gone)} ms`);
  await janus.forgets(sessions, 2000);
  await bob.seesNobody(goer);

  // Once, and nobody else: Bob's call is not touched, nothing of the goer comes back.
  await throughout(
    "one stop_call, one leave, nothing of the goer on Janus",
    2000,
    async () =>
      witness.heard("stop_call").length === 1 &&
      witness.leavesOf(goer.id).length === 1 &&
      (await janus.sessionsOf(goer.id)).length === 0,
    { note: () => witness.events },
  );
  assert.deepEqual(Object.keys(witness.present()).sort(), [bob.id, witness.id].sort());
  assert.equal(await bob.state(), "connected");
  await bob.closeTab();
  await witness.close();
}

test("a closed tab ends call and presence at once and leaves nothing on Janus", async () => {
  await someoneGoes(
    "closed",
    async (url) => {
      const alice = await sitDown(browser, { url, room: "closed", name: "Alice" });
      await alice.hearsAudio();
      return alice;
    },
    (alice) => alice.closeTab(),
  );
});

test("a killed browser does", async () => {
  const own = await openBrowser();
  const [pid] = await processIds(own, "browser");
  await someoneGoes(
    "killed",
    async (url) => {
      const alice = await sitDown(own, { url, room: "killed", name: "Alice" });
      await alice.hearsAudio();
      return alice;
    },
    () => process.kill(pid, "SIGKILL"),
  );
});

test("a reset connection does", async () => {
  await someoneGoes(
    "reset",
    (url) => rawCall(url, "reset", "Alice"),
    (alice) => alice.reset(),
  );
});
