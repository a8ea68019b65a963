// Devices before joining: what is said when one is refused, missing, asked for or pulled out, and that
// one joins all the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowser } from "./support/page.mjs";
import { setting } from "./support/setting.mjs";
import { finder, joins, newRoom, plays, says, visit } from "./support/visit.mjs";
import { until } from "./support/wait.mjs";

const here = setting({ elsewhere: true });

test("with both devices refused one is told how to allow them, and joins all the same", async (t) => {
  const refused = () => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException("no", "NotAllowedError");
    };
  };
  const { page, at } = await visit(here, t, `/r/${newRoom()}`, refused);
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
  const { page, at } = await visit(here, t, "/r/tea", noCamera);
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
  const { at } = await visit(here, t, "/r/tea", asks);
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
    window.micsGiven = (window.micsGiven ?? 0) + 1;
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
  const { page, at } = await visit(here, t, "/r/tea", twoMicrophones);
  const options = () => at("device-mic").locator("option").allTextContents();
  // No browser names devices before it has given one.
  await until(
    "the microphone to be on",
    async () => (await at("mic-toggle").getAttribute("aria-pressed")) === "true",
  );
  await until("both microphones to be listed", async () => (await options()).length === 3);
  assert.deepEqual((await options()).slice(1), ["Headset", "Built-in"]);
  const given = () => page.evaluate(() => window.micsGiven);
  const before = await given();
  await at("device-mic").selectOption({ label: "Headset" });
  // The list says so at once; what is pulled out below is the track that comes of it.
  await until(
    "the headset to be used",
    async () =>
      (await given()) > before &&
      (await at("device-mic").inputValue()) === "head" &&
      (await at("mic-toggle").getAttribute("aria-busy")) !== "true",
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

test("a page that is not secure says why there is no camera, and one joins", async (t) => {
  const elsewhere = await openBrowser({ args: ["--host-resolver-rules=MAP meet.test 127.0.0.1"] });
  t.after(() => elsewhere.close());
  const page = await (await elsewhere.newContext({ locale: "en" })).newPage();
  await page.goto(`http://meet.test:${new URL(here.url).port}/r/${newRoom()}`);
  const at = finder(page);
  await says(at("device-hints"), /secure pages only/);
  await joins({ at });
});
