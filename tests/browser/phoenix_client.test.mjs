// The official phoenix client, unchanged: Socket, Channel and Presence against Parlour.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest, joinAs } from "./support/phoenix.mjs";
import { setting } from "./support/setting.mjs";
import { until } from "./support/wait.mjs";

const here = setting({ browsers: [] });

test("join, presence_state, presence_diff, leave", async () => {
  const anna = await joinAs(here.url, { room: "phx", name: "Anna" });
  const [joined] = anna.joins;
  assert.match(joined.participant, /^[a-z0-9]{1,32}$/);
  assert.equal(typeof joined.resume, "string");
  assert.equal(joined.resumed, false);
  assert.equal(joined.room.name, "phx");
  await until("Anna to be present to herself", () => anna.present()[anna.id]?.name === "Anna");

  const ben = await joinAs(here.url, { room: "phx", name: "Ben" });
  await until("Ben to be present at Anna's", () => anna.present()[ben.id]?.name === "Ben");
  await until("Anna to be present at Ben's", () => ben.present()[anna.id]?.name === "Anna");
  assert.equal(anna.heard("presence_state").length, 1);

  await ben.ask("update", { name: "Benedict", hand: true });
  await until("Ben's new name", () => anna.present()[ben.id]?.name === "Benedict");
  assert.equal(anna.present()[ben.id].hand, true);
  assert.equal(Object.keys(anna.present()).length, 2, "an update makes no second Ben");

  const left = new Promise((resolve) => ben.channel.leave().receive("ok", resolve));
  await left;
  await until("Ben to be gone", () => !(ben.id in anna.present()));
  await ben.close();
  await anna.close();
});

test("chat and data reach the room with their sender; latecomers get the chat", async () => {
  const anna = await joinAs(here.url, { room: "talk", name: "Anna" });
  const ben = await joinAs(here.url, { room: "talk", name: "Ben" });
  await anna.ask("chat", { text: "Hello, Ben" });
  for (const guest of [anna, ben]) {
    const { payload } = await guest.hears("chat", ({ text }) => text === "Hello, Ben");
    assert.equal(payload.from, anna.id);
    assert.equal(payload.name, "Anna");
    assert.ok(Math.abs(payload.at - Date.now()) < 60_000, "at is in Unix ms");
  }
  await anna.ask("data", { reaction: "clap" });
  const { payload } = await ben.hears("data");
  assert.deepEqual(payload, { from: anna.id, data: { reaction: "clap" } });
  assert.equal(anna.heard("data").length, 0, "data goes to the others");

  const late = await joinAs(here.url, { room: "talk", name: "Late" });
  await late.hears("chat", ({ text }) => text === "Hello, Ben");
  await Promise.all([anna.close(), ben.close(), late.close()]);
});

test("refusals are error replies, and the channel lives on", async () => {
  const anna = await joinAs(here.url, { room: "errors", name: "Anna" });
  for (const [event, payload, reason] of [
    ["no_such_event", {}, undefined],
    ["chat", { text: "" }, "bad_payload"],
    ["update", { name: " " }, "bad_name"],
  ]) {
    await assert.rejects(anna.ask(event, payload), (error) => {
      assert.equal(typeof error.answer?.reason, "string", error.message);
      if (reason) assert.equal(error.answer.reason, reason);
      return true;
    });
  }
  await anna.ask("chat", { text: "still here" });
  assert.equal(anna.channel.state, "joined");
  assert.equal(anna.opened.length, 1, "the socket stayed");
  await anna.close();
});

test("heartbeats are answered: the socket stays over several", async () => {
  const guest = new Guest(here.url);
  guest.socket.heartbeatIntervalMs = 300;
  let beats = 0;
  guest.socket.onMessage(({ topic, event }) => {
    if (topic === "phoenix" && event === "phx_reply") beats += 1;
  });
  await guest.join("beats", { name: "Anna" });
  guest.socket.resetHeartbeat();
  await until("ten answers to heartbeats", () => beats >= 10);
  assert.equal(guest.opened.length, 1, "the socket stayed");
  await guest.close();
});

test("two rooms on one socket; leaving one does not end the other", async () => {
  const anna = await joinAs(here.url, { room: "one", name: "Anna" });
  const second = anna.socket.channel("room:two", { name: "Anna" });
  const joined = await new Promise((resolve, reject) =>
    second.join().receive("ok", resolve).receive("error", reject),
  );
  assert.notEqual(joined.participant, anna.id, "in each room a participant of its own");
  await new Promise((resolve) => second.leave().receive("ok", resolve));
  await anna.ask("chat", { text: "still in one" });
  await anna.hears("chat", ({ text }) => text === "still in one");
  await anna.close();
});

test("the client rejoins by itself after a restart of the server, and resumes where it says so", async () => {
  const anna = new Guest(here.url);
  await anna.join("again", () => ({ name: "Anna", resume: anna.joins.at(-1)?.resume }));
  await here.parlour.kill();
  await here.parlour.start();
  await until("Anna to have joined again", () => anna.joins.length === 2, { within: 20_000 });
  await until("Anna to be present", () => anna.present()[anna.id]?.name === "Anna");
  await until("nobody else to be", () => Object.keys(anna.present()).length === 1);
  await anna.ask("chat", { text: "back" });
  await anna.close();
});
