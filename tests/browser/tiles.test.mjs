// What is looked at is what is received: tiles that are small, scrolled away, covered or on a hidden page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sitDown } from "./support/page.mjs";
import { setting } from "./support/setting.mjs";
import { throughout, until } from "./support/wait.mjs";

const here = setting();

/** What of somebody's camera and microphone has come in at `person`'s so far. */
async function received(person, { id }) {
  const { connections } = await person.page.evaluate(() => window.parlour.debug());
  const streams = connections
    .flatMap((one) => one.streams)
    .filter((one) => one.direction === "in" && one.participant === id);
  const camera = streams.find(({ source }) => source === "camera");
  const mic = streams.find(({ source }) => source === "mic");
  return { frames: camera?.frames ?? 0, height: camera?.height ?? 0, sound: mic?.packets ?? 0 };
}

/** Waits until the pictures of `others` stand still, and sees that they go on doing so, with sound. */
async function standsStill(person, others) {
  const all = async (of) =>
    Promise.all(others.map(async (one) => (await received(person, one))[of]));
  let last = "";
  await until(
    "the pictures to stop",
    async () => {
      const before = last;
      last = String(await all("frames"));
      return last === before;
    },
    { every: 700, note: () => person.story() },
  );
  const sound = await all("sound");
  await throughout("nothing comes in", 2_000, async () => String(await all("frames")) === last);
  const later = await all("sound");
  for (const [at, other] of others.entries()) {
    assert.ok(later[at] > sound[at], `sound of ${other.name}`);
  }
}

const comesIn = (person, other, height) =>
  until(
    `${other.name}'s picture of ${height} lines`,
    async () => (await received(person, other)).height === height,
    { note: () => person.story() },
  );

/** The page is told that nobody looks: a browser without windows hides none. */
const hide = (person, hidden) =>
  person.page.evaluate((hidden) => {
    if (hidden)
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    else delete document.visibilityState;
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

test("a tile gets the picture of its size, and none while nobody sees it", async (t) => {
  const seat = { url: here.url, room: "tiles" };
  const [ann, ben, cid] = [
    await sitDown(here.browser, { ...seat, name: "Ann" }),
    await sitDown(here.browser, { ...seat, name: "Ben" }),
    await sitDown(here.browser, { ...seat, name: "Cid" }),
  ];
  const others = [ben, cid];
  await ann.page.setViewportSize({ width: 1280, height: 720 });
  for (const other of others) await comesIn(ann, other, 360);

  await ann.tile(ben.id).getByRole("button", { name: "Pin Ben" }).click();
  await comesIn(ann, ben, 720);
  await comesIn(ann, cid, 180);

  // So low a window that the strip shows but its first tile, one's own.
  await ann.page.setViewportSize({ width: 1280, height: 220 });
  await standsStill(ann, [cid]);
  await ann.page.locator(".tiles").evaluate((tiles) => tiles.scrollTo(0, tiles.scrollHeight));
  await ann.sees(cid);

  await ann.page.setViewportSize({ width: 360, height: 740 });
  await ann.at("chat-toggle").click();
  await standsStill(ann, others);
  await ann.at("chat-toggle").click();
  let shown = performance.now();
  for (const other of others) await ann.sees(other, { by: 1 });
  t.diagnostic(`uncovered: seen after ${Math.round(performance.now() - shown)} ms`);

  await hide(ann, true);
  await standsStill(ann, others);
  await hide(ann, false);
  shown = performance.now();
  for (const other of others) await ann.sees(other, { by: 1 });
  t.diagnostic(`seen again: after ${Math.round(performance.now() - shown)} ms`);
});

test("a tile that goes leaves the focus among the tiles", async () => {
  const seat = { url: here.url, room: "focus" };
  const ann = await sitDown(here.browser, { ...seat, name: "Ann" });
  const ben = await sitDown(here.browser, { ...seat, name: "Ben" });
  await ann.sees(ben);
  const pin = ann.tile(ben.id).getByRole("button", { name: "Pin Ben" });
  await pin.focus();
  await ann.page.keyboard.press("Enter");
  assert.equal(await pin.getAttribute("aria-pressed"), "true");
  await ben.leave();
  await ann.seesNobody(ben);
  const label = await ann.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  assert.equal(label, "People");
});
