// Before joining: one's picture, level and devices; what is said when a device is refused, missing or
// pulled out; a room that is offered; and that nothing odd about the browser leaves the page blank.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { openBrowser } from "./support/page.mjs";
import { running, startParlour } from "./support/parlour.mjs";
import { until } from "./support/wait.mjs";

let parlour;
let browser;
let url;

before(async () => {
  parlour = running ? null : await startParlour();
  url = running ?? parlour.url;
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await parlour?.stop();
});

/** Opens the page; `prepare` runs in it before its scripts. Uncaught errors fail the test. */
async function visit(t, path, prepare) {
  const context = await browser.newContext({ locale: "en", viewport: { width: 960, height: 800 } });
  const page = await context.newPage();
  const uncaught = [];
  page.on("pageerror", (error) => uncaught.push(error.message));
  if (prepare) await page.addInitScript(prepare);
  await page.goto(url + path);
  t.after(async () => {
    await context.close();
    assert.deepEqual(uncaught, [], "uncaught errors of the page");
  });
  const at = (testid, rest = "") => page.locator(`[data-testid="${testid}"]${rest}`);
  return { page, at };
}

const newRoom = () => `lobby-${randomBytes(4).toString("hex")}`;

const says = (locator, pattern) =>
  until(
    `${locator} to say ${pattern}`,
    async () => pattern.test((await locator.textContent()) ?? ""),
    { note: () => locator.page().evaluate(() => document.body.textContent) },
  );

async function joins({ at }, name = "Ann") {
  await at("name-input").fill(name);
  await at("join-button").click();
  await until(
    "the banner to say connected",
    async () => (await at("status-banner").getAttribute("data-state")) === "connected",
  );
}

/** Whether a video shows pictures that move on. */
const plays = (locator) =>
  until(`${locator} to play`, () =>
    locator.evaluate((video) => video.getVideoPlaybackQuality().totalVideoFrames > 3),
  );

test("one sees oneself, hears that the microphone works, and Enter joins", async (t) => {
  const room = newRoom();
  const { page, at } = await visit(t, `/r/${room}`);
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
  await until(
    "the banner to say connected",
    async () => (await at("status-banner").getAttribute("data-state")) === "connected",
  );
  const own = at("tile", '[data-self="true"]');
  assert.equal(await own.getAttribute("data-mic"), "false");

  // Back again without a second set-up: muted as before, seen as before, the name known.
  await at("leave-button").click();
  await at("left-screen", '[data-reason="left"]').waitFor();
  await at("rejoin-button").click();
  await until(
    "the banner to say connected again",
    async () => (await at("status-banner").getAttribute("data-state")) === "connected",
  );
  await until("the camera to be on again", async () => {
    const states = await Promise.all(["data-mic", "data-camera"].map((n) => own.getAttribute(n)));
    return states.join() === "false,true";
  });
});

test("the name is asked for where it is missing, and kept", async (t) => {
  const { page, at } = await visit(t, "/r/tea");
  await at("join-button").click();
  await page
    .getByRole("alert")
    .filter({ hasText: /enter your name/i })
    .waitFor();
  assert.equal(await at("name-input").getAttribute("aria-invalid"), "true");
  assert.ok(await at("name-input").evaluate((input) => input === document.activeElement));
  await joins({ at }, "Ann");
  await page.goto(`${url}/r/tea`);
  assert.equal(await at("name-input").inputValue(), "Ann");
});

test("the start page offers a room, so that one click begins a meeting", async (t) => {
  const { page, at } = await visit(t, "/");
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

test("with both devices refused one is told how to allow them, and joins all the same", async (t) => {
  const refused = () => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException("no", "NotAllowedError");
    };
  };
  const { page, at } = await visit(t, `/r/${newRoom()}`, refused);
  await says(at("device-hints"), /may not use your microphone and camera/);
  await at("device-guide").locator("summary").click();
  await page.getByText(/icon to the left of the address/).waitFor();
  assert.equal(await at("preview-video").count(), 0);
  await joins({ at });
  const own = at("tile", '[data-self="true"]');
  assert.equal(await own.getAttribute("data-camera"), "false");
});

test("a missing camera does not take the microphone with it", async (t) => {
  const noCamera = () => {
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      if (wanted.video && !window.cameraPlugged) throw new DOMException("no", "NotFoundError");
      return real(wanted);
    };
  };
  const { page, at } = await visit(t, "/r/tea", noCamera);
  await says(at("device-hints"), /No camera found/);
  await until(
    "the microphone to be on",
    async () => (await at("mic-toggle").getAttribute("aria-pressed")) === "true",
  );
  assert.ok(await at("join-button").isEnabled());
  // Plugged in now, and asked for again.
  await page.evaluate(() => {
    window.cameraPlugged = true;
  });
  await at("device-retry").click();
  await plays(at("preview-video"));
  await at("device-hints").waitFor({ state: "hidden" });
});

test("while the browser asks, the page says so", async (t) => {
  const asks = () => {
    navigator.mediaDevices.getUserMedia = () => new Promise(() => {});
  };
  const { at } = await visit(t, "/r/tea", asks);
  await says(at("stage-text"), /Asking for your microphone and camera/);
  assert.equal(await at("camera-toggle").getAttribute("aria-busy"), "true");
  assert.ok(await at("join-button").isEnabled());
});

/** Two microphones, of which the chosen one can be pulled out: `unplug()`, `plugIn()` in the page. */
const twoMicrophones = () => {
  const mics = { head: "Headset", built: "Built-in" };
  let plugged = ["head", "built"];
  const tracks = new Map();
  const media = navigator.mediaDevices;
  const real = media.getUserMedia.bind(media);
  media.getUserMedia = async (wanted) => {
    const exact = wanted.audio?.deviceId?.exact;
    if (exact && !plugged.includes(exact)) throw new DOMException("gone", "OverconstrainedError");
    // The browser knows none of these names.
    const stream = await real(wanted.audio ? { audio: true } : wanted);
    if (!wanted.audio) return stream;
    const [track] = stream.getAudioTracks();
    const id = exact ?? plugged[0];
    track.getSettings = () => ({ deviceId: id });
    tracks.set(id, track);
    return stream;
  };
  media.enumerateDevices = async () => [
    ...plugged.map((id) => ({ kind: "audioinput", deviceId: id, label: mics[id], groupId: "" })),
    { kind: "videoinput", deviceId: "cam", label: "Camera", groupId: "" },
  ];
  const changed = () => media.dispatchEvent(new Event("devicechange"));
  window.unplug = (id) => {
    plugged = plugged.filter((other) => other !== id);
    const track = tracks.get(id);
    track?.stop();
    track?.dispatchEvent(new Event("ended"));
    changed();
  };
  window.plugIn = (id) => {
    plugged = [...plugged, id];
    changed();
  };
};

test("pickers follow what is plugged in, and a headset that is pulled out gives way", async (t) => {
  const { page, at } = await visit(t, "/r/tea", twoMicrophones);
  const options = () => at("device-mic").locator("option").allTextContents();
  await until("both microphones to be listed", async () => (await options()).length === 3);
  assert.deepEqual((await options()).slice(1), ["Headset", "Built-in"]);
  await at("device-mic").selectOption({ label: "Headset" });
  await until(
    "the headset to be used",
    async () => (await at("device-mic").inputValue()) === "head",
  );
  assert.equal(await at("notice").count(), 0, "what one chooses oneself is no news");

  await page.evaluate(() => window.unplug("head"));
  await says(at("notice"), /Headset is gone\. Now using Built-in\./);
  await until("the headset to leave the list", async () => !(await options()).includes("Headset"));
  assert.equal(await at("device-mic").inputValue(), "built");
  assert.equal(await at("mic-toggle").getAttribute("aria-pressed"), "true");

  await page.evaluate(() => window.plugIn("head"));
  await says(at("notice"), /Now using Headset\./);
  await until(
    "the headset to be used",
    async () => (await at("device-mic").inputValue()) === "head",
  );

  // The choice is kept.
  await page.reload();
  await until(
    "the headset to be used",
    async () => (await at("device-mic").inputValue()) === "head",
  );
});

test("the test of the connection goes through every step and comes to a sentence", async (t) => {
  const { at } = await visit(t, "/r/tea");
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
  const { page, at } = await visit(t, "/r/tea");
  await page.routeWebSocket(/\/socket\//, (socket) => socket.close({ code: 1006 }));
  await page.reload();
  await at("connection-test").getByRole("button").click();
  await says(at("connection-test-verdict"), /WebSocket\) is blocked/);
  await page.route(/\/readyz/, (route) => route.abort());
  await at("connection-test").getByRole("button").click();
  await says(at("connection-test-verdict"), /server cannot be reached/);
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
  const { page, at } = await visit(t, "/r/tea");
  for (const [reason, button] of [
    ["full", "rejoin-button"],
    ["locked", "rejoin-button"],
    ["bad_name", "name-button"],
    ["unauthorised", "back-button"],
    ["kicked", "back-button"],
    ["out_of_tea", "rejoin-button"],
  ]) {
    await refuses(page, { reason, detail: "" });
    await page.goto(`${url}/r/tea#token=old.token`);
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
  await page.goto(`${url}/r/tea`);
  await at("name-input").fill("Ann");
  await at("join-button").click();
  await at("name-button").click();
  assert.ok(await at("name-input").evaluate((input) => input === document.activeElement));
  assert.equal(await at("name-input").getAttribute("aria-invalid"), "true");
});

test("a join that is refused for now is asked again by itself", async (t) => {
  const { page, at } = await visit(t, "/r/tea");
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
  await until(
    "the banner to say connected",
    async () => (await at("status-banner").getAttribute("data-state")) === "connected",
  );
  assert.equal(joins, 2);
});

test("a bad name for a room, and a browser without WebRTC, are said", async (t) => {
  const bad = await visit(t, "/r/bad%20%3Cb%3Eroom");
  await bad.at("problem-screen", '[data-problem="bad_room"]').waitFor();
  await says(bad.at("problem-screen"), /“bad <b>room” cannot be a room’s name/);
  const broken = await visit(t, "/r/100%25%E0%A4");
  await broken.at("problem-screen", '[data-problem="bad_room"]').waitFor();
  const none = await visit(t, "/r/tea", () => {
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
  const person = await visit(t, `/r/${newRoom()}`, bare);
  await person.at("connection-test").getByRole("button").click();
  await person.at("connection-test", '[data-state="done"]').waitFor();
  await says(person.at("device-hints"), /gives pages no camera and no microphone/);
  await joins(person);
});

test("a page that breaks says so, and is no blank page", async (t) => {
  const { at } = await visit(t, "/r/tea", () => {
    window.MediaStream = class {
      constructor() {
        throw new Error("broken on purpose");
      }
    };
  });
  await at("problem-screen", '[data-problem="crash"]').waitFor();
  assert.ok(await at("reload-button").isVisible());
});

test("a page that is not secure says why there is no camera, and one joins", async (t) => {
  const elsewhere = await openBrowser({ args: ["--host-resolver-rules=MAP meet.test 127.0.0.1"] });
  t.after(() => elsewhere.close());
  const page = await (await elsewhere.newContext({ locale: "en" })).newPage();
  await page.goto(`http://meet.test:${new URL(url).port}/r/${newRoom()}`);
  const at = (testid, rest = "") => page.locator(`[data-testid="${testid}"]${rest}`);
  await says(at("device-hints"), /secure pages only/);
  await joins({ at });
});
