// What is told of the others, and when.

import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Participant } from "../src/client";
import { Room } from "../src/client/room";
import { said } from "../src/ui/announce";
import { announceRoom } from "../src/ui/room/announcements";
import { doings, spoken } from "../src/ui/room/changes";
import type { RoomView } from "../src/ui/room/view";

let room: Room;
let texts: string[];
let stops: (() => void)[];

const here = (...ids: string[]) =>
  room.present(
    ids.map((id, at) => ({
      id,
      meta: {
        name: id.toUpperCase(),
        joined_at: at,
        mic: true,
        camera: true,
        screen: false,
        hand: false,
        quality: null,
        role: "participant",
        call: null,
        phx_ref: "r",
      },
    })),
  );

/** Long enough for what is held back, and for what is gathered. */
const settle = () => vi.advanceTimersByTime(3_000);

beforeEach(() => {
  vi.useFakeTimers();
  room = new Room();
  texts = [];
  const session = {
    room,
    get participant() {
      return room.participants.value.find(({ self }) => self)?.id ?? null;
    },
  };
  const view = { session, joinedAt: signal(100) } as unknown as RoomView;
  stops = [
    announceRoom(view),
    said.subscribe((text) => {
      if (text) texts.push(text);
    }),
  ];
  texts = [];
  room.joined("me");
  here("ann", "me");
  settle();
});

afterEach(() => {
  for (const stop of stops) stop();
  vi.runAllTimers();
  vi.useRealTimers();
});

test("who is here when one comes has not just come", () => {
  expect(texts).toEqual([]);
});

test("several who come within a moment are one sentence", () => {
  here("ann", "me", "ben");
  vi.advanceTimersByTime(500);
  here("ann", "me", "ben", "cem");
  settle();
  expect(texts).toEqual(["BEN and CEM joined."]);
});

test("who is back within 2 s never left", () => {
  here("me");
  vi.advanceTimersByTime(1_900);
  here("me", "ann");
  settle();
  expect(texts).toEqual([]);
});

test("who stays away left", () => {
  here("me");
  vi.advanceTimersByTime(1_900);
  expect(texts).toEqual([]);
  settle();
  expect(texts).toEqual(["ANN left."]);
});

test("coming back as somebody new tells nothing of those who are here", () => {
  room.joined("me2");
  here("ann2", "ben", "me2");
  settle();
  expect(texts).toEqual([]);
});

test("others' messages are told, one's own and earlier ones are not", () => {
  const message = { id: "1", from: "ann", name: "Ann", text: "hello", at: 200 };
  room.said({ ...message, id: "0", at: 50 });
  room.said({ ...message, id: "2", from: "me" });
  settle();
  expect(texts).toEqual([]);
  room.said(message);
  settle();
  expect(texts).toEqual(["Ann: hello"]);
});

test("others' reactions are told by their name", () => {
  room.reacted("me", "👏");
  room.reacted("ann", "👏");
  room.reacted("ann", "not a picture");
  settle();
  expect(texts).toEqual(["ANN: Applause."]);
});

const person = (id: string, more: Partial<Participant> = {}): Participant => ({
  id,
  self: id === "me",
  name: id,
  mic: true,
  camera: true,
  screen: false,
  hand: false,
  talking: false,
  role: "",
  joinedAt: 1,
  quality: null,
  call: "live",
  ...more,
});

test("hands and screens of others are told, one's own and those of who just came are not", () => {
  expect(
    doings(
      [person("me"), person("ann"), person("ben", { hand: true, screen: true })],
      [
        person("me", { hand: true }),
        person("ann", { hand: true, screen: true }),
        person("ben"),
        person("new", { hand: true }),
      ],
    ),
  ).toEqual([
    "ann raised a hand.",
    "ann is sharing the screen.",
    "ben lowered the hand.",
    "ben stopped sharing the screen.",
  ]);
});

test("a long message is told in part, without cutting a character in two", () => {
  expect(spoken("x".repeat(280))).toBe("x".repeat(280));
  expect(spoken("😀".repeat(300))).toBe(`${"😀".repeat(280)}…`);
});
