// A room that not everybody may enter: the link with a token lets in, also after a reload; without one, or
// with one of another room, one is told so.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openBrowser } from "./support/page.mjs";
import { binary, startParlour } from "./support/parlour.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { until } from "./support/wait.mjs";

let folder;
let keys;
let parlour;
let browser;

/** What `parlour token` says. */
const token = (...args) =>
  execFileSync(binary, ["token", ...args], {
    env: { ...process.env, ...(keys ? { PARLOUR_TOKEN_KEYS: keys } : {}) },
    encoding: "utf8",
  }).trim();

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "parlour-token-"));
  const file = join(folder, "keys.json");
  token("--new-keys", file);
  keys = file;
  // Without a gateway: who comes in is the same, and it starts at once.
  parlour = await startParlour({ env: { JANUS_URL: undefined, PARLOUR_TOKEN_KEYS: keys } });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await parlour?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

async function visit(path) {
  const context = await browser.newContext({ viewport: { width: 960, height: 640 } });
  const page = await context.newPage();
  await page.goto(parlour.url + path);
  const at = (testid, rest = "") => page.locator(`[data-testid="${testid}"]${rest}`);
  const enter = async (name) => {
    await at("name-input").fill(name);
    await at("join-button").click();
  };
  return { page, at, enter };
}

test("a link with a token lets in, is not shown, and holds over a reload", async () => {
  const good = token("--room", "tea", "--name", "Ann Smith");
  const { page, at, enter } = await visit(`/r/tea#token=${good}`);
  assert.equal(page.url(), `${parlour.url}/r/tea`);
  assert.ok(!(await page.evaluate(() => history.length > 2)), "nor is it one step back");
  for (const name of ["Ann", "Anna"]) {
    await enter(name);
    // By the token she is called otherwise than she says.
    await at("tile", '[data-self="true"]').getByText("Ann Smith").first().waitFor();
    await page.reload();
  }
  const logged = parlour.log();
  assert.ok(!logged.includes(good.split(".")[2]), "the token is in the log");
  await page.context().close();
});

test("without one, or with one of another room, one is told so, and a new link helps", async () => {
  const { page, at, enter } = await visit("/r/tea");
  await enter("Bob");
  await at("left-screen", '[data-reason="unauthorised"]').waitFor();
  assert.match(await at("left-screen").textContent(), /new link/);
  const other = token("--room", "coffee");
  await page.goto(`${parlour.url}/r/tea#token=${other}`);
  await enter("Bob");
  await at("left-screen", '[data-reason="unauthorised"]').waitFor();
  // Into the same tab: nothing is loaded for it.
  const good = token("--room", "t*");
  await page.goto(`${parlour.url}/r/tea#token=${good}`);
  await until("the address to be clean", () => page.url() === `${parlour.url}/r/tea`);
  await enter("Bob");
  await at("tile", '[data-self="true"]').first().waitFor();
  await page.context().close();
});

test("the official client brings it as its authToken, at each reconnect", async () => {
  const authToken = token("--room", "talk", "--sub", "ann", "--grants", "chat");
  const ann = await joinAs(parlour.url, { room: "talk", name: "Ann", authToken });
  assert.deepEqual(ann.joins[0].grants, ["chat"]);
  ann.socket.conn.terminate();
  await until("Ann to be back", () => ann.joins.length === 2);
  await assert.rejects(joinAs(parlour.url, { room: "talk", name: "Bob" }), /unauthorised/);
  await ann.close();
});
