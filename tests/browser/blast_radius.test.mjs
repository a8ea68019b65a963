// Blast radius one: a panic at each handler, timer and await of what serves one person, while five others
// are in call. Nobody else's call ends, and nobody's picture stops for longer than without panics.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { held } from "./support/faults.mjs";
import { startJanus } from "./support/janus.mjs";
import { openBrowser, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { rawCall } from "./support/raw.mjs";
import { until } from "./support/wait.mjs";

/** Of the JanusSession, by what makes the victim's pass them. */
const IN_CALL = ["session-tick", "session-keepalive", "session-alive", "session-heard"];
const IN_START = [
  "session-queued",
  "session-opened",
  "session-published",
  "session-begins",
  "session-subscribed",
  "session-answered",
  "session-down",
];
/** Of the WebSocketSession. */
const ON_SOCKET = [
  "socket-tick",
  "socket-heard",
  "socket-deliver",
  "socket-call-event",
  "socket-called",
  "socket-down",
];

/** How much longer than without panics a picture may stop. */
const MORE_MS = 40;
/** A busy machine stops pictures too: so often both are measured, until they are that near. */
const ROUNDS = 3;

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

/** Has the person panic at this point, the next time they pass it. */
async function strikeAt(point, participant) {
  const url = `${parlour.adminUrl}/failpoints/${point}`;
  const set = await fetch(url, { method: "PUT", body: `return(${participant})` });
  assert.equal(set.status, 204, `${point}: ${await set.text()}`);
}

/** How many of the victims' actors panicked. */
async function panics() {
  const text = await (await fetch(`${parlour.adminUrl}/metrics`)).text();
  const lines = text.match(/^parlour_downs_total\{[^}]*reason="panicked"[^}]*\} (\d+)$/gm) ?? [];
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** Begins to note the longest time between two frames of somebody's picture at somebody's page. */
function watchGaps(person, of) {
  return person.page.evaluate((id) => {
    const video = document.querySelector(
      `[data-testid="tile"][data-participant="${id}"]:not([data-screen="true"]) video`,
    );
    window.longestGap = 0;
    let last = performance.now();
    const seen = (now) => {
      window.longestGap = Math.max(window.longestGap, now - last);
      last = now;
      video.requestVideoFrameCallback(seen);
    };
    video.requestVideoFrameCallback(seen);
  }, of.id);
}
const longestGap = (person) =>
  person.page.evaluate(() => {
    const gap = window.longestGap;
    window.longestGap = 0;
    return gap;
  });

test("a panic anywhere in what serves one person stops nobody else's call or picture", {
  timeout: 240_000,
}, async () => {
  const seat = { url: parlour.url, room: "blast" };
  const bob = await sitDown(browser, { ...seat, name: "Bob" });
  const cid = await sitDown(browser, { ...seat, name: "Cid" });
  const quiet = [];
  for (const name of ["Dan", "Eve", "Fay"]) quiet.push(await rawCall(seat.url, seat.room, name));
  const witness = await joinAs(seat.url, { room: seat.room });
  const victim = await sitDown(browser, { ...seat, name: "Ann" });
  await Promise.all([bob.sees(cid), cid.sees(bob), bob.sees(victim), victim.sees(bob)]);
  const others = [bob, cid, ...quiet];
  const calls = others.map(({ id }) => witness.present()[id].call);
  await Promise.all([watchGaps(bob, cid), watchGaps(cid, bob)]);

  const generation = () => witness.present()[victim.id]?.call ?? null;
  const isBack = (than) =>
    until("the victim's next call", () => generation() > than, {
      within: 30_000,
      note: () => witness.events.slice(-20),
    });

  /** One panic at each point, and what the room hears of it. Gives the number of panics. */
  async function strikeEverywhere() {
    let struck = 0;
    for (const point of [...IN_CALL, ...IN_START, ...ON_SOCKET]) {
      const [before, call] = [await panics(), generation()];
      await strikeAt(point, victim.id);
      // What is passed only at a start, or when a call goes down, needs one.
      const lead = [...IN_START, "socket-called", "socket-down"].includes(point);
      if (lead) await strikeAt("session-tick", victim.id);
      const due = lead ? 2 : 1;
      await until(`${due} panics at ${point}`, async () => (await panics()) >= before + due, {
        within: 30_000,
        note: () => witness.events.slice(-12),
      });
      await isBack(call);
      // It is in call to stay: the panic of its start may have come behind its presence.
      await victim.isConnected();
      const ends = witness
        .stopCallsOf(victim.id)
        .filter(({ payload }) => payload.generation === call);
      assert.equal(ends.length, 1, `${point}: its call ended once`);
      struck += due;
    }
    return struck;
  }

  let struck = 0;
  let figures;
  for (let round = 1; round <= ROUNDS; round += 1) {
    await Promise.all([longestGap(bob), longestGap(cid)]);
    const begun = performance.now();
    struck += await strikeEverywhere();
    const lasted = performance.now() - begun;
    const stricken = Math.max(...(await Promise.all([longestGap(bob), longestGap(cid)])));
    // The same for as long without panics.
    await until("as long a time to pass", () => performance.now() - begun > 2 * lasted, {
      within: lasted + 10_000,
    });
    const calm = Math.max(...(await Promise.all([longestGap(bob), longestGap(cid)])));
    figures = { stricken: Math.round(stricken), calm: Math.round(calm) };
    if (stricken <= calm + MORE_MS) break;
  }
  const { stricken, calm } = figures;
  assert.ok(stricken <= calm + MORE_MS, `frames ${stricken} ms apart with panics, ${calm} without`);

  for (const [index, { id }] of others.entries()) {
    assert.equal(witness.present()[id].call, calls[index], "their call is the one of before");
    assert.equal(witness.stopCallsOf(id).length, 0);
    assert.equal(witness.leavesOf(id).length, 0);
  }
  const points = IN_CALL.length + IN_START.length + ON_SOCKET.length;
  held(
    "R01",
    `${struck} panics at ${points} points: the other five calls go on`,
    `longest gap ${stricken} ms, without panics ${calm} ms`,
  );
});
