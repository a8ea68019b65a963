// The server goes in the middle of a meeting: the page counts the seconds, holds one's own sound and
// picture back after ten of them and says so, offers a test of the connection, and is back by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sitDown } from "./support/page.mjs";
import { running } from "./support/parlour.mjs";
import { setting } from "./support/setting.mjs";
import { until } from "./support/wait.mjs";

const skip = running ? "needs a server of its own, to kill it" : false;
const here = setting({ skip });

test("a lost server is counted, said, and come back from", { skip }, async () => {
  const ann = await sitDown(here.browser, { url: here.url, room: "lost", name: "Ann" });
  const banner = (pattern, within = 20_000) =>
    until(
      `the banner to say ${pattern}`,
      async () => pattern.test(await ann.at("status-banner").textContent()),
      { within, note: () => ann.story() },
    );
  await ann.page.setViewportSize({ width: 360, height: 740 });
  await here.parlour.kill();
  await banner(/Connection lost/);
  await banner(/lost for \d+ seconds/);
  await banner(/No connection for 1\d seconds\. Nobody sees or hears you/);
  assert.equal(await ann.state(), "reconnecting");

  // Nothing of the room's head is under it.
  const [under, head] = await ann.page.evaluate(() => [
    document.querySelector('[data-testid="status-banner"]').parentElement.getBoundingClientRect()
      .bottom,
    document.querySelector("main h1").getBoundingClientRect().top,
  ]);
  assert.ok(head >= under, `the head begins at ${head}, the banner ends at ${under}`);

  await ann.at("banner-test").click();
  await until("the test to say it", async () =>
    /server cannot be reached/.test(await ann.at("connection-test-verdict").textContent()),
  );
  await ann.page.keyboard.press("Escape");

  await here.parlour.start();
  await ann.isConnected(60_000);
  const media = await ann.page.evaluate(() => window.parlour.debug());
  assert.equal(media.silenced, false);
});
