// Browsers that meet without a gateway: who calls whom, both at once, who goes, what is shared.

import { beforeEach, expect, test } from "vitest";
import { type Meeting, newMeeting, Person } from "./fake_meeting";
import { FakePeer } from "./fake_peer";
import { joinReply } from "./support";

let meeting: Meeting;

beforeEach(() => {
  meeting = newMeeting();
});

test("those who are here call who comes, who comes calls nobody", async () => {
  await meeting.join("a");
  await meeting.join("b");
  await meeting.join("c");
  await meeting.clock.advance(500);
  await meeting.allConnected("a", "b", "c");
  expect(meeting.offers("a").map(({ to }) => to)).toEqual(["b", "c"]);
  expect(meeting.offers("b").map(({ to }) => to)).toEqual(["c"]);
  expect(meeting.offers("c")).toEqual([]);
  await meeting.clock.advance(60_000);
  expect(FakePeer.all).toHaveLength(6);
});

test("where all begin at once, the earlier one calls the later one", async () => {
  // As when a room changes its mode: everybody is here already.
  const people = ["a", "b", "c"].map((id) => new Person(meeting, id));
  people.forEach((person, index) => {
    person.meta.joined_at = 3 - index;
    meeting.people.set(person.id, person);
  });
  for (const person of people) meeting.enter(person, false);
  await meeting.clock.advance(500);
  await meeting.allConnected("a", "b", "c");
  expect(meeting.offers("a")).toEqual([]);
  expect(meeting.offers("c").map(({ to }) => to)).toEqual(["a", "b"]);
});

test("lines are microphone, camera, screen, both ways, on both sides", async () => {
  await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  for (const peer of FakePeer.all) {
    expect(peer.getTransceivers().map(({ receiver }) => receiver.track.kind)).toEqual([
      "audio",
      "video",
      "video",
    ]);
    expect(peer.getTransceivers().map(({ direction }) => direction)).toEqual(
      Array(3).fill("sendrecv"),
    );
  }
  expect(Object.keys(meeting.people.get("a")?.engine.incoming.value.get("b") ?? {})).toEqual([
    "mic",
    "camera",
    "screen",
  ]);
});

test.each([0, 10, 50])(
  "both call at once, %i ms apart: one connection, no error",
  async (delay) => {
    meeting.delay = delay;
    // Each is known to the other as a newcomer.
    const [a, b] = [await meeting.join("a"), new Person(meeting, "b")];
    b.engine.joined({ ...joinReply({ mode: "mesh" }), participant: "b" });
    b.engine.present([{ id: "b", meta: b.meta }]);
    meeting.people.set("b", b);
    b.online = true;
    meeting.tell();
    await meeting.clock.advance(1_000);
    expect([meeting.offers("a").length, meeting.offers("b").length]).toEqual([1, 1]);
    await meeting.allConnected("a", "b");
    expect(FakePeer.open()).toHaveLength(2);
    expect(a.peer("b")?.getTransceivers()).toHaveLength(3);
  },
);

test("who leaves is closed at once, whatever ICE says", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  expect(a.peer("b")?.connectionState).toBe("connected");
  meeting.leave("b");
  expect(await a.legs()).toEqual({});
  expect(a.engine.incoming.value.size).toBe(0);
  expect(FakePeer.all[0]?.connectionState).toBe("closed");
});

test("under a new id every leg is closed and made anew", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  meeting.people.delete("a");
  const renamed = Object.assign(Object.create(a), { id: "z" }) as Person;
  renamed.meta.joined_at = 9;
  a.engine.joined({ ...joinReply({ mode: "mesh" }), participant: "z" });
  expect(FakePeer.all[0]?.connectionState).toBe("closed");
  meeting.people.set("z", renamed);
  meeting.tell();
  await meeting.clock.advance(1_000);
  expect(await meeting.people.get("b")?.legs()).toHaveProperty("z");
  expect(Object.keys(await a.legs())).toEqual(["b"]);
});

test("the addressee is gone: the leg waits for presence, and says nothing more", async () => {
  const a = await meeting.join("a");
  a.engine.present([...meeting.present(), { id: "b", meta: a.meta }]);
  await meeting.clock.advance(1_000);
  expect(meeting.offers("a")).toHaveLength(1);
  meeting.tell();
  await meeting.clock.advance(60_000);
  expect(meeting.offers("a")).toHaveLength(1);
  expect(FakePeer.open()).toEqual([]);
});

test("the uplink is shared among the legs, each with a picture worth sending", async () => {
  const caps = () =>
    FakePeer.open().map(
      (peer) => peer.getTransceivers()[1]?.sender.parameters.encodings[0]?.maxBitrate,
    );
  await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  expect(caps()).toEqual([1_500_000, 1_500_000]);
  await meeting.join("c");
  await meeting.clock.advance(500);
  expect(caps()).toEqual(Array(6).fill(750_000));
  meeting.leave("c");
  await meeting.clock.advance(500);
  await meeting.people.get("c")?.engine.end();
  expect(caps().slice(0, 2)).toEqual([1_500_000, 1_500_000]);
});

test("who talks is heard, and silent when the leg goes", async () => {
  const a = await meeting.join("a");
  const b = await meeting.join("b");
  await meeting.clock.advance(500);
  a.room.joined("a");
  a.room.present(meeting.present());
  const talking = () => a.room.participants.value.find(({ id }) => id === "b")?.talking;
  const peer = a.peer("b");
  if (peer) peer.loudness = 0.5;
  await meeting.clock.advance(200);
  expect(talking()).toBe(false);
  await meeting.clock.advance(200);
  expect(talking()).toBe(true);
  if (peer) peer.loudness = 0.01;
  await meeting.clock.advance(1_000);
  expect(talking()).toBe(true);
  await meeting.clock.advance(500);
  expect(talking()).toBe(false);
  if (peer) peer.loudness = 0.5;
  await meeting.clock.advance(500);
  expect(talking()).toBe(true);
  // A muted microphone is silent, whatever the last packet said.
  b.meta.mic = false;
  await meeting.clock.advance(1_500);
  expect(talking()).toBe(false);
  b.meta.mic = true;
  await meeting.clock.advance(500);
  expect(talking()).toBe(true);
  meeting.leave("b");
  a.room.present([...meeting.present(), { id: "b", meta: b.meta }]);
  expect(talking()).toBe(false);
});

test("the end closes everything, and nothing comes after it", async () => {
  const a = await meeting.join("a");
  await meeting.join("b");
  await meeting.clock.advance(500);
  await a.engine.end();
  expect(FakePeer.open()).toHaveLength(1);
  a.engine.present(meeting.present());
  a.engine.hears.signal?.({ from: "b", jsep: { type: "offer", sdp: "o=- 1 1" } });
  await meeting.clock.advance(60_000);
  expect(await a.legs()).toEqual({});
  expect(a.engine.state.value).toEqual({ phase: "live", generation: null });
});
