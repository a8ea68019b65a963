// Firefox and Chromium in one room: through the gateway, and browser to browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openFirefox, sitDownAtFirefox } from "./support/firefox.mjs";
import { openBrowser, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { until } from "./support/wait.mjs";

let chromium;
let firefox;

before(async () => {
  [chromium, firefox] = await Promise.all([openBrowser(), openFirefox()]);
});
after(async () => {
  await Promise.all([chromium?.close(), firefox?.close()]);
});

/** Waits until `watcher` reads `value` in that attribute of somebody's tile. */
function reads(watcher, person, attribute, value) {
  return until(
    `${person.name}'s tile at ${watcher.name}'s to have ${attribute}="${value}"`,
    async () => (await watcher.tile(person.id).getAttribute(attribute)) === value,
    { note: async () => [await watcher.story(), await person.story()] },
  );
}

/** Ann at Firefox and Ben at Chromium meet; whoever is `first` waits there for the other. */
async function theyMeet(url, first, mode) {
  const room = `tea-${mode}-${first}`;
  const comeAnn = () => sitDownAtFirefox(firefox, { url, room, name: "Ann" });
  const comeBen = () => sitDown(chromium, { url, room, name: "Ben" });
  let ann;
  let ben;
  if (first === "firefox") {
    ann = await comeAnn();
    ben = await comeBen();
  } else {
    ben = await comeBen();
    ann = await comeAnn();
  }
  const people = [ann, ben];
  for (const [one, other] of [people, [ben, ann]]) {
    await one.sees(other);
    await one.hearsAudio();
    assert.equal(await one.page.evaluate(async () => (await window.parlour.debug()).mode), mode);
    assert.equal(
      (await one.tile(other.id).locator('[data-testid="tile-name"]').textContent()).trim(),
      other.name,
    );
  }
  for (const [one, other] of [people, [ben, ann]]) {
    await one.at("camera-toggle").click();
    await reads(other, one, "data-camera", "false");
    await one.at("camera-toggle").click();
    await reads(other, one, "data-camera", "true");
    await other.sees(one);
    await one.at("mic-toggle").click();
    await reads(other, one, "data-mic", "false");
    await one.at("mic-toggle").click();
    await reads(other, one, "data-mic", "true");
    await other.hearsAudio();
  }
  const [goer, stayer] = first === "firefox" ? [ben, ann] : [ann, ben];
  await goer.leave();
  await stayer.seesNobody(goer);
  assert.equal(await stayer.state(), "connected");
  assert.equal(await goer.at("left-screen").getAttribute("data-reason"), "left");
  for (const person of people) {
    assert.deepEqual(person.uncaught(), [], `errors on ${person.name}'s page`);
  }
  await Promise.all([ann.closeTab(), ben.closeTab()]);
}

for (const [mode, env] of [
  ["gateway", { JANUS_URL: "spawn:" }],
  ["mesh", { JANUS_URL: undefined }],
]) {
  test(`Firefox and Chromium meet in ${mode} mode, whoever comes first`, async () => {
    const parlour = await startParlour({ env });
    try {
      await theyMeet(parlour.url, "firefox", mode);
      await theyMeet(parlour.url, "chromium", mode);
    } finally {
      await parlour.stop();
    }
  });
}
