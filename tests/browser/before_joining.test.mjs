// Before joining: one's picture and level, name and room, and whether the connection will do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setting } from "./support/setting.mjs";
import { isConnected, joins, newRoom, plays, says, visit } from "./support/visit.mjs";
import { until } from "./support/wait.mjs";

const here = setting({ elsewhere: true });

test("one sees oneself, hears that the microphone works, and Enter joins", async (t) => {
  const room = newRoom();
  const { page, at } = await visit(here, t, `/r/${room}`);
  // Typing can begin at once.
  assert.ok(await at("name-input").evaluate((input) => input === document.activeElement));
  await plays(at("preview-video"));
  // The fake microphone beeps once a second.
  await until(
    "the level to move",
    async () => Number(await at("mic-meter").getAttribute("aria-valuenow")) > 0,
  );
  assert.equal(await at("mic-meter").getAttribute("role"), "meter");
  assert.equal(await at("room-input").inputValue(), room);

  await at("mic-toggle").click();
  await until(
    "the level of a muted microphone to be 0",
    async () => (await at("mic-meter").getAttribute("aria-valuenow")) === "0",
  );

  await at("name-input").focus();
  await page.keyboard.type("Ann");
  await page.keyboard.press("Enter");
  await isConnected({ at });
  const own = at("tile", '[data-self="true"]');
  assert.equal(await own.getAttribute("data-mic"), "false");

  // Back again without a second set-up: muted as before, seen as before, the name known.
  await at("leave-button").click();
  await at("left-screen", '[data-reason="left"]').waitFor();
  await at("rejoin-button").click();
  await isConnected({ at });
  await until("the camera to be on again", async () => {
    const states = await Promise.all(["data-mic", "data-camera"].map((n) => own.getAttribute(n)));
    return states.join() === "false,true";
  });
});

test("the name is asked for where it is missing, and kept", async (t) => {
  const { page, at } = await visit(here, t, "/r/tea");
  await at("join-button").click();
  await page
    .getByRole("alert")
    .filter({ hasText: /enter your name/i })
    .waitFor();
  assert.equal(await at("name-input").getAttribute("aria-invalid"), "true");
  assert.ok(await at("name-input").evaluate((input) => input === document.activeElement));
  await joins({ at }, "Ann");
  await page.goto(`${here.url}/r/tea`);
  assert.equal(await at("name-input").inputValue(), "Ann");
});

test("the start page offers a room, so that one click begins a meeting", async (t) => {
  const { page, at } = await visit(here, t, "/");
  const offered = await at("room-input").inputValue();
  assert.match(offered, /^[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
  assert.equal((await at("join-button").textContent()).trim(), "Start a meeting");
  await at("room-input").fill("no room");
  assert.equal((await at("join-button").textContent()).trim(), "Join");
  await at("name-input").fill("Ann");
  await at("join-button").click();
  await page
    .getByRole("alert")
    .filter({ hasText: /letters, digits/ })
    .waitFor();
  await at("room-input").fill(offered);
  await joins({ at });
  assert.equal(new URL(page.url()).pathname, `/r/${offered}`);
});

test("the test of the connection goes through every step and comes to a sentence", async (t) => {
  const { at } = await visit(here, t, "/r/tea");
  await at("connection-test").getByRole("button").click();
  await at("connection-test", '[data-state="done"]').waitFor();
  const states = await at("connection-test-step").evaluateAll((steps) =>
    Object.fromEntries(steps.map(({ dataset }) => [dataset.step, dataset.state])),
  );
  assert.equal(states.signalling, "ok");
  assert.equal(states.server, "ok");
  assert.equal(states.turn_tls, "skipped");
  assert.match(await at("connection-test-verdict").textContent(), /You can join/);
});

test("a proxy that stops WebSockets, and a server that is gone, are told apart", async (t) => {
  const { page, at } = await visit(here, t, "/r/tea");
  await page.routeWebSocket(/\/socket\//, (socket) => socket.close({ code: 1006 }));
  await page.reload();
  await at("connection-test").getByRole("button").click();
  await says(at("connection-test-verdict"), /WebSocket\) is blocked/);
  await page.route(/\/readyz/, (route) => route.abort());
  await at("connection-test").getByRole("button").click();
  await says(at("connection-test-verdict"), /server cannot be reached/);
});
