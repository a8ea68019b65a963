// Who cannot come in is told why and what to do: refused, a bad link, an odd browser, a broken page.
// Never a blank page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setting } from "./support/setting.mjs";
import { isConnected, joins, newRoom, says, visit } from "./support/visit.mjs";

const here = setting({ elsewhere: true });

test("a file of the page that does not come is said, and the next click asks for it again", async (t) => {
  const { page, at } = await visit(here, t, "/");
  const missing = /\/assets\/(meeting|TestRun|mesh|gateway)-/;
  await page.route(missing, (route) => route.abort());
  await page.goto(`${here.url}/r/${newRoom()}`);
  await at("connection-test").getByRole("button").click();
  await says(at("error-banner"), /part of this page could not be fetched/);
  await at("connection-test", '[data-state="idle"]').waitFor();
  await at("error-banner").getByRole("button").click();

  await at("name-input").fill("Ann");
  await at("join-button").click();
  await says(at("error-banner"), /part of this page could not be fetched/);
  await at("join-screen").waitFor();
  await at("error-banner").getByRole("button").click();

  await page.unroute(missing);
  await page.route(/\/assets\/(mesh|gateway)-/, (route) => route.abort());
  await at("join-button").click();
  await at("status-banner", '[data-state="failed"]').waitFor();
  await says(at("status-banner"), /part of this page could not be fetched/);

  await page.unrouteAll();
  await at("retry-button").click();
  await at("status-banner", '[data-state="connected"]').waitFor({ state: "attached" });
});

/** Answers each join with this refusal. */
const refuses = (page, response) =>
  page.routeWebSocket(/\/socket\//, (socket) =>
    socket.onMessage((message) => {
      const [joinRef, ref, topic, event] = JSON.parse(message);
      const payload =
        event === "phx_join" ? { status: "error", response } : { status: "ok", response: {} };
      socket.send(JSON.stringify([joinRef, ref, topic, "phx_reply", payload]));
    }),
  );

test("who is refused is told why, and what to do", async (t) => {
  const { page, at } = await visit(here, t, "/r/tea");
  for (const [reason, button] of [
    ["full", "rejoin-button"],
    ["locked", "rejoin-button"],
    ["bad_name", "name-button"],
    ["unauthorised", "back-button"],
    ["kicked", "back-button"],
    ["out_of_tea", "rejoin-button"],
  ]) {
    await refuses(page, { reason, detail: "" });
    await page.goto(`${here.url}/r/tea#token=old.token`);
    await page.reload();
    assert.equal(new URL(page.url()).hash, "");
    await at("name-input").fill("Ann");
    await at("join-button").click();
    await at("left-screen", `[data-reason="${reason}"]`).waitFor();
    assert.ok(await at(button).isVisible(), `${button} after ${reason}`);
    const focused = await page.evaluate(() => document.activeElement?.tagName);
    assert.equal(focused, "H1", `the focus after ${reason}`);
  }
  await refuses(page, { reason: "bad_name", detail: "" });
  await page.goto(`${here.url}/r/tea`);
  await at("name-input").fill("Ann");
  await at("join-button").click();
  await at("name-button").click();
  assert.ok(await at("name-input").evaluate((input) => input === document.activeElement));
  assert.equal(await at("name-input").getAttribute("aria-invalid"), "true");
});

test("a join that is refused for now is asked again by itself", async (t) => {
  const { page, at } = await visit(here, t, "/r/tea");
  let joins = 0;
  await page.routeWebSocket(/\/socket\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const [joinRef, ref, topic, event] = JSON.parse(message);
      if (event === "phx_join") joins += 1;
      if (event !== "phx_join" || joins > 1) {
        server.send(message);
        return;
      }
      const response = { reason: "busy", detail: "", retry_ms: 1_500 };
      const payload = { status: "error", response };
      socket.send(JSON.stringify([joinRef, ref, topic, "phx_reply", payload]));
    });
  });
  await page.reload();
  await at("name-input").fill("Ann");
  await at("join-button").click();
  await says(at("status-banner"), /very busy\. Trying again by itself/);
  await isConnected({ at });
  assert.equal(joins, 2);
});

test("a bad name for a room, and a browser without WebRTC, are said", async (t) => {
  const bad = await visit(here, t, "/r/bad%20%3Cb%3Eroom");
  await bad.at("problem-screen", '[data-problem="bad_room"]').waitFor();
  await says(bad.at("problem-screen"), /“bad <b>room” cannot be a room’s name/);
  const broken = await visit(here, t, "/r/100%25%E0%A4");
  await broken.at("problem-screen", '[data-problem="bad_room"]').waitFor();
  const none = await visit(here, t, "/r/tea", () => {
    delete window.RTCPeerConnection;
  });
  await none.at("problem-screen", '[data-problem="no_webrtc"]').waitFor();
});

test("without storage, mediaDevices, Worker or AudioContext one joins all the same", async (t) => {
  const bare = () => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("no", "SecurityError");
        },
      });
    }
    Object.defineProperty(Navigator.prototype, "mediaDevices", { get: () => undefined });
    Object.defineProperty(Navigator.prototype, "wakeLock", { get: () => undefined });
    delete window.Worker;
    delete window.AudioContext;
  };
  const person = await visit(here, t, `/r/${newRoom()}`, bare);
  await person.at("connection-test").getByRole("button").click();
  await person.at("connection-test", '[data-state="done"]').waitFor();
  await says(person.at("device-hints"), /gives pages no camera and no microphone/);
  await joins(person);
});

test("a page that breaks says so, and is no blank page", async (t) => {
  const { at } = await visit(here, t, "/r/tea", () => {
    window.MediaStream = class {
      constructor() {
        throw new Error("broken on purpose");
      }
    };
  });
  await at("problem-screen", '[data-problem="crash"]').waitFor();
  assert.ok(await at("reload-button").isVisible());
});
