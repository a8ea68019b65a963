// The browser loses its socket and the server hears nothing of it (a phone that changes networks):
// it comes back with `resume` on a new one, and for everybody else nothing has happened.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startJanus } from "./support/janus.mjs";
import { cannotCut, clientPorts, cutUnnoticed, reset } from "./support/network.mjs";
import { openBrowser, processIds, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { throughout, until } from "./support/wait.mjs";

const skip = cannotCut() ?? false;
let janus;
let parlour;
let browser;
let own;

before(async () => {
  if (skip) return;
  janus = await startJanus();
  parlour = await startParlour({ env: janus.env });
  browser = await openBrowser();
  own = await openBrowser();
});
after(async () => {
  await browser?.close();
  await own?.close();
  await parlour?.stop();
  await janus?.stop();
});

/** The port of Alice's WebSocket: the connection to Parlour that stays. */
async function socketOf(chromium) {
  const pids = await processIds(chromium);
  return until("one connection of Alice's browser", () => {
    const ports = clientPorts(pids, parlour.port);
    return ports.length >= 1 && ports;
  });
}

test("a socket lost unnoticed: same participant, no leave, no stop_call, frames go on", {
  skip,
}, async () => {
  const url = parlour.url;
  const room = "roaming";
  const alice = await sitDown(own, { url, room, name: "Alice" });
  const bob = await sitDown(browser, { url, room, name: "Bob" });
  const witness = await joinAs(url, { room });
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  const generation = witness.present()[alice.id].call;
  const sessions = await janus.sessionsOf(alice.id);
  const cutAt = performance.now();

  const ports = await socketOf(own);
  const lifts = ports.map((port) => cutUnnoticed(port, parlour.port));
  try {
    await until("Alice's browser to have a new socket", async () =>
      clientPorts(await processIds(own), parlour.port).some((port) => !ports.includes(port)),
    );
    await alice.isConnected();
    await Promise.all([alice.sees(bob), bob.sees(alice)]);
    // Longer than the server takes to notice that the old socket is dead (9 s without a byte).
    await throughout(
      "no stop_call, no leave",
      12_000,
      () =>
        witness.stopCallsOf(alice.id, cutAt).length === 0 &&
        witness.leavesOf(alice.id, cutAt).length === 0,
      { note: () => witness.events },
    );
  } finally {
    for (const lift of lifts) lift();
  }
  assert.equal(witness.present()[alice.id].call, generation, "the same call goes on");
  assert.deepEqual(await janus.sessionsOf(alice.id), sessions, "on the same session of Janus");
  assert.equal(
    await alice.at("tile", '[data-self="true"]').first().getAttribute("data-participant"),
    alice.id,
  );
  await Promise.all([alice.sees(bob), bob.sees(alice), alice.hearsAudio(), bob.hearsAudio()]);
  await Promise.all([alice.page.context().close(), bob.page.context().close(), witness.close()]);
});

test("all sockets reset at once: everybody is back under their own id, and sees the others", {
  skip,
}, async () => {
  const url = parlour.url;
  const room = "reset-all";
  const alice = await sitDown(own, { url, room, name: "Alice" });
  const bob = await sitDown(browser, { url, room, name: "Bob" });
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  reset(parlour.port);
  await Promise.all([alice.isConnected(), bob.isConnected()]);
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  const witness = await joinAs(url, { room });
  await until(
    "the old members, and no ghost",
    () =>
      Object.keys(witness.present()).sort().join() === [alice.id, bob.id, witness.id].sort().join(),
    {
      note: () => witness.present(),
    },
  );
  await witness.close();
});
