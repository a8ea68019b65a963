// Every screen in every language: axe finds nothing, dark and light; nothing sticks out of a phone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeViolations, stickingOut } from "./support/accessibility.mjs";
import { eachScreen } from "./support/screens.mjs";
import { setting } from "./support/setting.mjs";
import { until } from "./support/wait.mjs";

const WIDE = { width: 1280, height: 720 };
const PHONE = { width: 360, height: 640 };
const SCREENS = [
  "start",
  "devices refused",
  "problem",
  "room alone",
  "room with two",
  "chat open",
  "people open",
  "settings open",
  "keys open",
  "left",
];

const here = setting({
  browsers: { browser: [], refusing: ["--use-fake-ui-for-media-stream=deny"] },
});

for (const [locale, scheme] of [
  ["en-GB", "dark"],
  ["en-GB", "light"],
  ["es-ES", "dark"],
  ["de-DE", "light"],
  ["hi-IN", "dark"],
]) {
  test(`each screen in ${locale}, ${scheme}, is for everyone, on a phone too`, async () => {
    const room = `for-all-${locale}-${scheme}`;
    const seen = [];
    const wrong = [];
    const { url, browser, refusing } = here;
    await eachScreen({ url, browser, refusing, room, locale, scheme }, async (name, page) => {
      seen.push(name);
      for (const size of [WIDE, PHONE]) {
        await page.setViewportSize(size);
        await until("the page to have its new width", () =>
          page.evaluate((width) => window.innerWidth === width, size.width),
        );
        const found = [...(await axeViolations(page)), ...(await stickingOut(page))];
        wrong.push(...found.map((what) => `${name}, ${size.width} px: ${what}`));
      }
      await page.setViewportSize(WIDE);
    }).catch((error) => wrong.push(`then: ${error.message}`));
    assert.deepEqual(wrong, []);
    assert.deepEqual(seen.sort(), [...SCREENS].sort());
  });
}
