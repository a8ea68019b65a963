// Takes pictures of each screen, from the real page with real calls: `make screenshots`. They are for
// the documents, and to be looked at: is it something one would send to a customer?
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { cast, drawnDevices } from "./support/cast.mjs";
import { openBrowser, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { until } from "./support/wait.mjs";

const docs = new URL("../../docs/", import.meta.url).pathname;
const folder = join(docs, "screenshots");
const DESKTOP = { width: 1280, height: 720, scale: 1, mobile: false };
const PHONE = { width: 360, height: 740, scale: 2, mobile: true };
/** What moves comes to rest: transitions, levels, pictures at their new size. */
const SETTLE_MS = 1200;
const ROOM = "tea";
const wanted = process.argv.slice(2);

const at = (page, testid) => page.locator(`[data-testid="${testid}"]`);

async function shape(page, { width, height, scale, mobile }) {
  await page.setViewportSize({ width, height });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setDeviceMetricsOverride", {
    width,
    height,
    deviceScaleFactor: scale,
    mobile,
  });
  return cdp;
}

/** One picture as the page is now, in that size and appearance. */
async function shoot(page, name, { size = DESKTOP, scheme = "dark", file } = {}) {
  if (wanted.length && !wanted.some((part) => name.includes(part))) return;
  await page.emulateMedia({ colorScheme: scheme });
  const cdp = await shape(page, size);
  await page.mouse.move(size.width / 2, 2);
  await pause(SETTLE_MS);
  const path = file ?? join(folder, `${name}.png`);
  await page.screenshot({ path, animations: "allow" });
  execFileSync("pngquant", [
    "--force",
    "--skip-if-larger",
    "--ext",
    ".png",
    "--quality",
    "60-90",
    path,
  ]);
  console.log(`${name}: ${Math.round(statSync(path).size / 1024)} KiB`);
  await cdp.detach();
  await shape(page, DESKTOP);
}

async function everyWay(page, name) {
  await shoot(page, name);
  await shoot(page, `${name}-light`, { scheme: "light" });
  await shoot(page, `${name}-phone`, { size: PHONE });
}

async function open(browser, url, { locale = "en-GB", who = "Ada" } = {}) {
  const context = await browser.newContext({ locale, viewport: DESKTOP });
  const page = await context.newPage();
  await page.addInitScript(drawnDevices, cast[who]);
  await page.goto(url);
  await page.locator("h1").first().waitFor();
  return page;
}

async function beforeJoining(browser, refusing, url) {
  const start = await open(browser, url);
  await at(start, "preview-video").waitFor();
  await shoot(start, "start");
  await start.context().close();

  const join = await open(browser, `${url}/r/${ROOM}`);
  await at(join, "name-input").fill("Ada");
  await at(join, "preview-video").waitFor();
  await everyWay(join, "join");
  await at(join, "connection-test").click();
  await pause(6000);
  await shoot(join, "connection-test");
  await join.context().close();

  const refused = await open(refusing, `${url}/r/${ROOM}`);
  await pause(1000);
  await shoot(refused, "join-refused");
  await shoot(refused, "join-refused-phone", { size: PHONE, scheme: "light" });
  await refused.context().close();

  for (const [locale, name] of [
    ["es-ES", "es"],
    ["de-DE", "de"],
    ["hi-IN", "hi"],
  ]) {
    const page = await open(browser, `${url}/r/${ROOM}`, { locale });
    await at(page, "preview-video").waitFor();
    await shoot(page, `join-${name}`, { scheme: name === "de" ? "light" : "dark" });
    await page.context().close();
  }
  const problem = await open(browser, `${url}/r/my%20room`);
  await shoot(problem, "problem");
  await shoot(problem, "problem-phone", { size: PHONE, scheme: "light" });
  await problem.context().close();
}

const come = (browser, url, name) =>
  sitDown(browser, { url, room: ROOM, name, before: [drawnDevices, cast[name]], ready: true });

const say = async (person, ...texts) => {
  await person.at("chat-toggle").click();
  for (const text of texts) {
    await person.at("chat-input").fill(text);
    await person.at("chat-send").click();
    await until("the message to be there", async () =>
      (await person.at("chat-message").last().textContent()).includes(text),
    );
  }
  await person.at("chat-toggle").click();
};

async function meeting(browser, url) {
  const ada = await come(browser, url, "Ada");
  const { page } = ada;
  await everyWay(page, "room-alone");

  const grace = await come(browser, url, "Grace");
  await ada.sees(grace);
  await everyWay(page, "room-of-two");

  const joe = await come(browser, url, "Joe");
  await ada.sees(joe);
  await shoot(page, "room", { file: join(docs, "room.png") });
  const mei = await come(browser, url, "Mei");
  for (const other of [grace, joe, mei]) await ada.sees(other);
  await mei.at("mic-toggle").click();
  await joe.at("camera-toggle").click();
  await everyWay(page, "room-of-four");

  await say(grace, "Good morning! The figures are in: https://example.org/figures");
  await say(joe, "Thank you, I am looking at them now.");
  await ada.at("chat-toggle").click();
  await ada.at("chat-input").fill("Splendid. Shall we begin?");
  await ada.at("chat-send").click();
  await ada.at("chat-message").nth(2).waitFor();
  await shoot(page, "chat");
  await shoot(page, "chat-phone", { size: PHONE, scheme: "light" });
  await mei.at("hand-toggle").click();
  await ada.at("people-toggle").click();
  await ada.at("person").nth(3).waitFor();
  await shoot(page, "people");
  await shoot(page, "people-phone", { size: PHONE });
  await ada.at("people-toggle").click();

  await ada.at("reaction-toggle").click();
  await shoot(page, "reactions-hand", { scheme: "light" });
  await page.keyboard.press("Escape");

  await grace.at("screen-toggle").click();
  await ada.at("tile", '[data-screen="true"]').first().waitFor();
  await pause(2000);
  await shoot(page, "shared-screen");
  await shoot(page, "shared-screen-phone", { size: PHONE });
  await grace.at("screen-toggle").click();

  await ada.at("layout-toggle").click();
  await shoot(page, "speaker-view");
  await ada.at("layout-toggle").click();

  await ada.at("settings-toggle").click();
  await page.getByRole("dialog").waitFor();
  await everyWay(page, "settings");
  await at(page, "keys-open").click();
  await shoot(page, "keys");
  await page.keyboard.press("Escape");
  await ada.at("settings-toggle").click();
  await at(page, "diagnostics-open").click();
  await shoot(page, "diagnostics");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");

  await ada.at("settings-toggle").click();
  await at(page, "language-picker").selectOption("hi");
  await page.keyboard.press("Escape");
  await ada.at("chat-toggle").click();
  await shoot(page, "room-hi", { scheme: "light" });
  await ada.at("settings-toggle").click();
  await at(page, "language-picker").selectOption("en");
  await page.keyboard.press("Escape");

  await ada.leave();
  await ada.at("left-screen").waitFor();
  await everyWay(page, "left");
  await Promise.all([ada, grace, joe, mei].map((person) => person.page.context().close()));
}

/** Browser to browser, and then the server goes: the picture stays, the banner says what is. */
async function reconnecting(browser) {
  const parlour = await startParlour({ env: { JANUS_URL: undefined } });
  try {
    const ada = await come(browser, parlour.url, "Ada");
    const grace = await come(browser, parlour.url, "Grace");
    await ada.sees(grace);
    await parlour.kill();
    await until("the banner to say so", async () => (await ada.state()) === "reconnecting");
    await shoot(ada.page, "reconnecting");
    await shoot(ada.page, "reconnecting-phone", { size: PHONE, scheme: "light" });
  } finally {
    await parlour.stop();
  }
}

mkdirSync(folder, { recursive: true });
// The port of a first start, so that the pictures show the link that a reader gets.
const parlour = await startParlour({ port: 4000 });
const browser = await openBrowser();
const refusing = await openBrowser({ args: ["--use-fake-ui-for-media-stream=deny"] });
const wrong = [];
try {
  if (!wanted.length) {
    for (const file of readdirSync(folder)) if (file.endsWith(".png")) rmSync(join(folder, file));
  }
  for (const part of [
    () => beforeJoining(browser, refusing, parlour.url),
    () => meeting(browser, parlour.url),
    () => reconnecting(browser),
  ]) {
    await part().catch((error) => wrong.push(error.message));
  }
} finally {
  await Promise.all([browser.close(), refusing.close()]);
  await parlour.stop();
}
for (const what of wrong) console.error(`wrong: ${what}`);
process.exit(wrong.length ? 1 : 0);
