// Media stops while signalling goes on: a firewall, or a network that is being left. The call is not
// ended for it, the others are told, and what flows again is a picture at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gather, meetAgain } from "./support/company.mjs";
import { cannotSeparate } from "./support/namespace.mjs";
import { setting } from "./support/setting.mjs";
import { comeback, stopwatch } from "./support/stopwatch.mjs";
import { throughout, until } from "./support/wait.mjs";

const skip = cannotSeparate() ?? false;
const CUT_MS = 9_000;
/** Without a key frame asked for, a picture stays frozen for 3.1 s after such a cut. */
const PICTURE_MS = 2_500;
/** When the connection that brings it was down too and has to be found again. */
const CONNECTION_MS = 10_000;
const here = setting({ janus: true, away: true, browsers: ["far", "browser"], skip });

/**
 * Alice, behind the link, and Bob in a call, a witness beside. For some seconds: what is silent from
 * its beginning is restarted sooner than what once flowed.
 */
const inCall = (room) => gather(here, room, { before: [stopwatch], by: 75 });

/** Cuts Alice's media for 9 s, which the others are told; gives when it healed, on two clocks. */
async function freeze({ alice, witness }, ways) {
  const cutAt = performance.now();
  here.away.cut({ protocol: "udp", ways });
  try {
    await Promise.all(
      ["audio", "video"].map((kind) =>
        witness.hears(
          "media",
          (news) => news.participant === alice.id && news.kind === kind && !news.receiving,
          { within: 5_000, from: cutAt },
        ),
      ),
    );
    await until("9 s to pass", () => performance.now() - cutAt > CUT_MS, { every: 10 });
  } finally {
    here.away.heal();
  }
  return { healed: performance.now(), since: Date.now() };
}

/** Waits until a page shows the other again; gives after how many ms. */
async function pictureAgain(person, other, since, due = PICTURE_MS) {
  const { first } = await comeback(person, other, { since, notBefore: since });
  const after = first - since;
  assert.ok(after < due, `${person.name} saw ${other.name} after ${after} ms`);
  return after;
}

test("what one sends is lost for 9 s: the others are told, have a picture again at once, and the call goes on", {
  skip,
}, async (t) => {
  const room = await inCall("sends-nothing");
  const { alice, bob, witness } = room;
  const generation = witness.present()[alice.id].call;
  const { healed, since } = await freeze(room, ["out"]);
  t.diagnostic(`Bob saw Alice again after ${await pictureAgain(bob, alice, since)} ms`);
  for (const kind of ["audio", "video"]) {
    const back = (news) => news.participant === alice.id && news.kind === kind && news.receiving;
    await witness.hears("media", back, { within: 5_000, from: healed });
  }
  await meetAgain(room);
  await throughout(
    "no stop_call, no leave",
    3_000,
    () => witness.heard("stop_call").length === 0 && witness.leavesOf(alice.id).length === 0,
    { note: () => alice.story() },
  );
  assert.equal(witness.present()[alice.id].call, generation, "the same call goes on");
});

test("all media of one is lost for 9 s: pictures both ways are back, nobody leaves, the other's call goes on", {
  skip,
}, async (t) => {
  const room = await inCall("no-media");
  const { alice, bob, witness } = room;
  const { since } = await freeze(room, ["in", "out"]);
  const [atBob, atAlice] = await Promise.all([
    pictureAgain(bob, alice, since),
    pictureAgain(alice, bob, since, CONNECTION_MS),
  ]);
  t.diagnostic(`Bob saw Alice again after ${atBob} ms, Alice saw Bob after ${atAlice} ms`);
  // The page of one who receives nothing for 10 s starts its call anew: it may, once, but stays.
  await throughout(
    "at most one new call, nobody left",
    3_000,
    () =>
      witness.stopCallsOf(alice.id).length <= 1 &&
      witness.stopCallsOf(alice.id).every(({ payload }) => payload.restart) &&
      witness.stopCallsOf(bob.id).length === 0 &&
      witness.leavesOf(alice.id).length === 0,
    { note: () => alice.story() },
  );
  t.diagnostic(`new calls: ${witness.stopCallsOf(alice.id).length}`);
  await meetAgain(room);
});
