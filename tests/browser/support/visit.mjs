// A visit to the page by whoever has not joined yet: what stands on it, and how one joins.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { until } from "./wait.mjs";

/** Opens the page; `prepare` runs in it before its scripts. Uncaught errors fail the test. */
export async function visit(here, t, path, prepare) {
  const context = await here.browser.newContext({
    locale: "en",
    viewport: { width: 960, height: 800 },
  });
  const page = await context.newPage();
  const uncaught = [];
  page.on("pageerror", (error) => uncaught.push(error.message));
  if (prepare) await page.addInitScript(prepare);
  await page.goto(here.url + path);
  t.after(async () => {
    await context.close();
    assert.deepEqual(uncaught, [], "uncaught errors of the page");
  });
  return { page, at: finder(page) };
}

/** Finds what carries a `data-testid`; `rest` narrows it by a selector. */
export const finder =
  (page) =>
  (testid, rest = "") =>
    page.locator(`[data-testid="${testid}"]${rest}`);

/** A room in which nobody was. */
export const newRoom = () => `lobby-${randomBytes(4).toString("hex")}`;

export const says = (locator, pattern) =>
  until(
    `${locator} to say ${pattern}`,
    async () => pattern.test((await locator.textContent()) ?? ""),
    { note: () => locator.page().evaluate(() => document.body.textContent) },
  );

export const isConnected = ({ at }) =>
  until(
    "the banner to say connected",
    async () => (await at("status-banner").getAttribute("data-state")) === "connected",
  );

export async function joins({ at }, name = "Ann") {
  await at("name-input").fill(name);
  await at("join-button").click();
  await isConnected({ at });
}

/** Whether a video shows pictures that move on. */
export const plays = (locator) =>
  until(`${locator} to play`, () =>
    locator.evaluate((video) => video.getVideoPlaybackQuality().totalVideoFrames > 3),
  );
