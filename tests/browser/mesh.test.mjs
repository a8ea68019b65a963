// People meet without a gateway: straight between their browsers, whatever becomes of tabs and sockets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cannotSeparate } from "./support/namespace.mjs";
import { sitDown } from "./support/page.mjs";
import { setting } from "./support/setting.mjs";
import { throughout, until } from "./support/wait.mjs";

const skip = cannotSeparate() ?? false;
// Reached from this machine and from a network of its own.
const here = setting({ mode: "mesh", away: true, browsers: ["browser", "far"], skip });

const debug = (person) => person.page.evaluate(() => window.parlour.debug());

/** The legs of a page: by participant, frames decoded of camera and of screen, and the state. */
async function legs(person) {
  const { connections } = await debug(person);
  return new Map(
    connections.map(({ of, state, streams }) => {
      const frames = (source) =>
        streams.find((one) => one.direction === "in" && one.source === source)?.frames ?? 0;
      return [of, { state, camera: frames("camera"), screen: frames("screen") }];
    }),
  );
}

/** Waits until each decodes `by` more frames of each other one's camera. */
async function seeEachOther(people, { by = 10, within = 30_000 } = {}) {
  await Promise.all(
    people.map(async (person) => {
      const others = people.filter((other) => other !== person);
      const base = new Map();
      await until(
        `frames of everybody at ${person.name}'s`,
        async () => {
          const now = await legs(person);
          return others.every(({ id }) => {
            const frames = now.get(id)?.camera ?? 0;
            // A new connection counts from nothing again.
            if (!base.has(id) || frames < base.get(id)) base.set(id, frames);
            return now.get(id)?.state === "connected" && frames - base.get(id) >= by;
          });
        },
        { within, every: 100, note: () => person.story() },
      );
    }),
  );
}

/** What went wrong in negotiating, by their own account. */
async function complaints(person) {
  const { history } = await debug(person);
  return history.filter(({ what }) => /^leg_(error|refused|candidate)$/.test(what));
}

test("two, three, four people see and hear each other; a closed tab's tile goes; a reload is back", {
  skip,
}, async (t) => {
  const people = [];
  for (const name of ["Alice", "Bob", "Carol", "Dave"]) {
    const person = await sitDown(here.browser, { url: here.url, room: "four", name });
    const began = performance.now();
    people.push(person);
    if (people.length < 2) continue;
    await seeEachOther(people, { by: 1 });
    t.diagnostic(`${people.length}: seen by all after ${Math.round(performance.now() - began)} ms`);
    await seeEachOther(people);
    await Promise.all(people.map((one) => one.hearsAudio()));
    await Promise.all([person.sees(people[0]), people[0].sees(person)]);
    assert.equal((await debug(person)).mode, "mesh");
  }
  const [alice, bob, carol, dave] = people;
  for (const person of people) assert.deepEqual(await complaints(person), []);

  await alice.at("camera-toggle").click();
  const frozen = await until("Alice's frames to stop at Bob's", async () => {
    const { camera } = (await legs(bob)).get(alice.id);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return (await legs(bob)).get(alice.id).camera === camera && camera;
  });
  await alice.at("camera-toggle").click();
  await until("and to come again", async () => (await legs(bob)).get(alice.id).camera > frozen);

  await dave.closeTab();
  const closed = performance.now();
  await Promise.all([alice, bob, carol].map((one) => one.seesNobody(dave)));
  t.diagnostic(`a closed tab is gone after ${Math.round(performance.now() - closed)} ms`);
  assert.ok(!(await legs(alice)).has(dave.id), "and the leg with it");

  const before = carol.id;
  await carol.page.reload();
  await carol.join();
  const back = performance.now();
  await seeEachOther([alice, bob, carol]);
  t.diagnostic(
    `a reloaded page (${carol.id === before ? "the same" : "another"} participant) is back after ${Math.round(performance.now() - back)} ms`,
  );
  assert.deepEqual((await alice.others()).sort(), [bob.id, carol.id].sort());
  for (const one of [alice, bob, carol]) assert.deepEqual(one.uncaught(), []);
});

test("a shared screen arrives beside the camera", { skip }, async () => {
  const seat = { url: here.url, room: "screen" };
  const alice = await sitDown(here.browser, { ...seat, name: "Alice" });
  const bob = await sitDown(here.browser, { ...seat, name: "Bob" });
  await seeEachOther([alice, bob]);
  assert.equal((await legs(bob)).get(alice.id).screen, 0);
  await alice.at("screen-toggle").click();
  await until("Alice's screen at Bob's", async () => (await legs(bob)).get(alice.id).screen > 5, {
    note: () => bob.story(),
  });
  await seeEachOther([alice, bob]);
  assert.deepEqual([...(await complaints(alice)), ...(await complaints(bob))], []);
});

test("a socket that is cut for 5 s leaves the picture alone", { skip }, async (t) => {
  const seat = { url: here.url, room: "socket" };
  const alice = await sitDown(here.far, { ...seat, name: "Alice" });
  const bob = await sitDown(here.browser, { ...seat, name: "Bob" });
  try {
    await seeEachOther([alice, bob]);
    here.away.cut({ protocol: "tcp" });
    const cutAt = performance.now();
    let last = (await legs(alice)).get(bob.id).camera;
    let stalled = 0;
    await throughout(
      "frames go on without the socket",
      5_000,
      async () => {
        const { state, camera } = (await legs(alice)).get(bob.id);
        stalled = camera > last ? 0 : stalled + 1;
        last = camera;
        return state === "connected" && stalled < 4;
      },
      { every: 250, note: () => alice.story() },
    );
    here.away.heal();
    await alice.isConnected();
    t.diagnostic(`connected ${Math.round(performance.now() - cutAt)} ms after the cut`);
    await seeEachOther([alice, bob]);
    // Whoever is seen to go (the old socket's end may come ahead of the new join) is called anew;
    // nothing else is a reason for another connection.
    const made = async (person) =>
      (await debug(person)).history
        .filter(({ what }) => what === "leg_new")
        .map(({ detail }) => detail.cause);
    assert.deepEqual([...new Set([...(await made(alice)), ...(await made(bob))])], ["newcomer"]);
    t.diagnostic(
      `connections: ${await alice.page.evaluate(() => window.connectionsOfPage.length)}`,
    );
  } finally {
    here.away.heal();
  }
});

test("no path for 25 s, and no network for 25 s: both see each other again by themselves", {
  skip,
}, async (t) => {
  const seat = { url: here.url, room: "path" };
  const alice = await sitDown(here.far, { ...seat, name: "Alice" });
  const bob = await sitDown(here.browser, { ...seat, name: "Bob" });
  try {
    await seeEachOther([alice, bob]);
    for (const protocol of ["udp", "all"]) {
      here.away.cut({ protocol });
      const cutAt = performance.now();
      await until("25 s to pass", () => performance.now() - cutAt > 25_000);
      here.away.heal();
      const healed = performance.now();
      await seeEachOther([alice, bob], { by: 1, within: 45_000 });
      t.diagnostic(`${protocol}: seen again after ${Math.round(performance.now() - healed)} ms`);
      await seeEachOther([alice, bob]);
      const open = await until("one connection each", async () => {
        const states = await Promise.all(
          [alice, bob].map(({ page }) =>
            page.evaluate(() => window.connectionsOfPage.map((one) => one.connectionState)),
          ),
        );
        return (
          states.every((of) => of.filter((state) => state !== "closed").length === 1) && states
        );
      });
      assert.deepEqual(
        open.flat().filter((state) => state !== "closed"),
        ["connected", "connected"],
      );
    }
    for (const one of [alice, bob]) assert.deepEqual(one.uncaught(), []);
  } finally {
    here.away.heal();
  }
});
