// Who is shown in which state, and what should be arriving.

import { beforeEach, expect, test } from "vitest";
import type { PresenceMeta } from "../src/client/protocol";
import { Room } from "../src/client/room";

let room: Room;

const meta = (more: Partial<PresenceMeta> = {}): PresenceMeta => ({
  name: "Ann",
  joined_at: 1,
  mic: true,
  camera: true,
  screen: false,
  hand: false,
  quality: null,
  role: "participant",
  call: 5,
  phx_ref: "r1",
  ...more,
});

const publication = (generation = 5) => ({
  publishers: [
    {
      participant: "ann",
      generation,
      streams: [
        { mid: "0", source: "mic" as const, label: "", codec: "opus", disabled: false },
        { mid: "1", source: "camera" as const, label: "", codec: "vp8", disabled: false },
      ],
    },
  ],
});

beforeEach(() => {
  room = new Room();
  room.joined("me");
  room.present([
    { id: "me", meta: meta({ name: "Me", joined_at: 2 }) },
    { id: "ann", meta: meta() },
  ]);
});

const signOf = (id: string) => room.participants.value.find((one) => one.id === id)?.call;
const expected = () => room.expected().map(({ source }) => source);

test("people stand in the order in which they came", () => {
  expect(room.participants.value.map(({ id, self }) => [id, self])).toEqual([
    ["ann", false],
    ["me", true],
  ]);
});

test("a stop_call with restart says so until the next generation", () => {
  room.publishers(publication());
  room.stopped({ participant: "ann", generation: 5, reason: "poller_died", restart: true });
  expect(signOf("ann")).toBe("restarting");
  // A diff of somebody else may still show the meta of the ended call.
  room.present([{ id: "ann", meta: meta() }]);
  expect(signOf("ann")).toBe("restarting");
  room.present([{ id: "ann", meta: meta({ call: null }) }]);
  expect(signOf("ann")).toBe("restarting");
  room.present([{ id: "ann", meta: meta({ call: 6 }) }]);
  expect(signOf("ann")).toBe("live");
});

test("a stop_call without restart ends it", () => {
  room.publishers(publication());
  room.stopped({ participant: "ann", generation: 5, reason: "left", restart: false });
  room.present([{ id: "ann", meta: meta({ call: null }) }]);
  expect(signOf("ann")).toBe("none");
  expect(room.publications()).toEqual([]);
});

test("what belongs to an older generation changes nothing", () => {
  room.publishers(publication(6));
  room.stopped({ participant: "ann", generation: 5, reason: "left", restart: false });
  room.gone({ participant: "ann", generation: 5 });
  room.publishers(publication(5));
  expect(room.publications().map(({ generation }) => generation)).toEqual([6]);
});

test("only what is switched on and received should be arriving", () => {
  room.publishers(publication());
  expect(expected()).toEqual(["mic", "camera"]);
  room.media({ of: "publisher", participant: "ann", mid: "1", kind: "video", receiving: false });
  expect(expected()).toEqual(["mic"]);
  expect([...room.unheard.value]).toEqual(["ann/camera"]);
  room.media({ of: "publisher", participant: "ann", mid: "1", kind: "video", receiving: true });
  expect(expected()).toEqual(["mic", "camera"]);
  expect([...room.unheard.value]).toEqual([]);
  room.present([{ id: "ann", meta: meta({ mic: false }) }]);
  expect(expected()).toEqual(["camera"]);
});

test("what the gateway got nothing of is remembered over a rejoin, not over a new generation", () => {
  room.publishers(publication());
  room.media({ of: "publisher", participant: "ann", mid: "1", kind: "video", receiving: false });
  room.joined("me");
  room.publishers(publication());
  expect(expected()).toEqual(["mic"]);
  expect([...room.unheard.value]).toEqual(["ann/camera"]);
  room.publishers(publication(6));
  expect(expected()).toEqual(["mic", "camera"]);
  expect([...room.unheard.value]).toEqual([]);
});

test("one's own streams should not be arriving", () => {
  room.publishers({
    publishers: publication().publishers.map((p) => ({ ...p, participant: "me" })),
  });
  expect(expected()).toEqual([]);
});

test("a message repeated to a latecomer is shown once", () => {
  const message = { id: "1", from: "ann", name: "Ann", text: "tea?", at: 1 };
  room.said(message);
  room.joined("me");
  room.said(message);
  expect(room.chat.value).toEqual([message]);
});

test("from browser to browser whoever is here is in the call, without a generation", () => {
  room.present([{ id: "ann", meta: meta({ call: null }) }]);
  expect(signOf("ann")).toBe("none");
  room.goes("mesh");
  expect(signOf("ann")).toBe("live");
  room.goes("gateway");
  expect(signOf("ann")).toBe("none");
});
