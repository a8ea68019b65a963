// Two people who see each other, and a witness of what the room says: what most faults happen to.
import assert from "node:assert/strict";
import { sitDown } from "./page.mjs";
import { joinAs } from "./phoenix.mjs";
import { until } from "./wait.mjs";

/**
 * Alice (at the setting's browser `own` or `far`, where it has one), Bob and a witness in a room.
 * `more` is for `sitDown`, `by` how many frames each has shown.
 */
export async function gather(here, room, { by, ...more } = {}) {
  const seat = { url: here.url, room, ...more };
  const alice = await sitDown(here.own ?? here.far ?? here.browser, { ...seat, name: "Alice" });
  const bob = await sitDown(here.browser, { ...seat, name: "Bob" });
  const witness = await joinAs(here.url, { room });
  await seeEachOther([alice, bob], { by });
  return { alice, bob, witness };
}

/** Waits until each shows more frames of each other one. */
export function seeEachOther(people, options) {
  return Promise.all(
    people.flatMap((person) =>
      people.filter((other) => other !== person).map((other) => person.sees(other, options)),
    ),
  );
}

/** Both ways, sound too. */
export function meetAgain({ alice, bob }) {
  return Promise.all([seeEachOther([alice, bob]), alice.hearsAudio(), bob.hearsAudio()]);
}

/** Exactly these are in the room, and each has as many sessions on Janus as a call has. */
export async function onlyThese(here, witness, people) {
  const ids = [witness, ...people].map(({ id }) => id).sort();
  await until(
    `exactly ${ids.length} in the room`,
    () => Object.keys(witness.present()).sort().join() === ids.join(),
    { note: () => witness.present() },
  );
  for (const { id, name } of people) await hasItsSessions(here, { id, name });
}

/** A call has one session on Janus; without a gateway nobody has any. */
export function hasItsSessions(here, { id, name }) {
  const due = here.isGateway ? 1 : 0;
  return until(
    `${due} session of ${name} on Janus`,
    async () => (await here.janus.sessionsOf(id)).length === due,
    { within: 30_000, note: () => here.janus.sessions() },
  );
}

/**
 * Somebody's end as the others hear it: the leave, told once; where people have calls, `stop_call`
 * comes ahead of it, once. Gives the leave.
 */
export async function hearsEndOf(witness, { id }, generation, within) {
  const leave = await witness.seesLeaveOf(id, { within });
  const stops = witness.stopCallsOf(id);
  const due = { participant: id, generation, reason: "left", restart: false };
  assert.deepEqual(
    stops.map(({ payload }) => payload),
    generation === null ? [] : [due],
  );
  assert.ok(
    stops.every((stop) => witness.events.indexOf(stop) < witness.events.indexOf(leave)),
    "stop_call comes before the leave",
  );
  return leave;
}

/** What the room was told while all went well: of a call that ended or of somebody who left, nothing. */
export const wasNotMissed = (witness, { id }, from = 0) =>
  witness.stopCallsOf(id, from).length === 0 && witness.leavesOf(id, from).length === 0;
