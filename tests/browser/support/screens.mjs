// Brings the page to each of its screens, one after the other, in a language and an appearance.
import assert from "node:assert/strict";
import { Person } from "./page.mjs";
import { joinAs } from "./phoenix.mjs";
import { until } from "./wait.mjs";

/**
 * @param {{url: string, browser: object, refusing: object, room: string, locale: string, scheme: string}} where
 * `refusing` is a browser that gives no devices
 * @param {(name: string, page: object) => Promise<void>} look called on each screen
 */
export async function eachScreen({ url, browser, refusing, room, locale, scheme }, look) {
  const open = async (from, path) => {
    const context = await from.newContext({
      viewport: { width: 1280, height: 720 },
      locale,
      colorScheme: scheme,
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(url + path);
    await page.locator("h1").first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), locale.slice(0, 2));
    return page;
  };
  const on = (page, testid) => page.locator(`[data-testid="${testid}"]`);
  const once = async (from, path, name, settle = async () => {}) => {
    const page = await open(from, path);
    await settle(page);
    await look(name, page);
    await page.context().close();
  };

  await once(browser, "/", "start", (page) => on(page, "preview-video").waitFor());
  await once(refusing, `/r/${room}`, "devices refused", async (page) => {
    for (const kind of ["mic", "camera"]) {
      await until(`the ${kind} to be refused`, async () => {
        const toggle = on(page, `${kind}-toggle`);
        return (
          (await toggle.getAttribute("aria-busy")) !== "true" &&
          (await toggle.getAttribute("aria-pressed")) === "false"
        );
      });
    }
  });
  await once(browser, "/r/a%20b", "problem");

  const page = await open(browser, `/r/${room}`);
  const ann = new Person("Ann", room, page);
  const guests = [];
  try {
    await ann.join();
    await look("room alone", page);

    guests.push(await joinAs(url, { room, name: "Ben" }));
    const [ben] = guests;
    await ann.tile(ben.id).waitFor();
    await look("room with two", page);

    await ann.at("chat-toggle").click();
    await ann.at("chat-input").waitFor();
    await ben.ask("chat", {
      text: "Good morning! https://example.org/a/long/link/that/has/no/end/at/all",
    });
    await ann.at("chat-message").first().waitFor();
    await look("chat open", page);
    await ann.at("chat-toggle").click();
    await ann.at("chat-input").waitFor({ state: "detached" });

    await ben.ask("update", { hand: true });
    await ann.at("people-toggle").click();
    await ann.at("person").nth(1).waitFor();
    await look("people open", page);
    await ann.at("people-toggle").click();
    await ann.at("person").first().waitFor({ state: "detached" });

    await ann.at("settings-toggle").click();
    await page.getByRole("dialog").waitFor();
    await look("settings open", page);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await look("keys open", page);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await ann.leave();
    await ann.at("left-screen").waitFor();
    await look("left", page);
  } finally {
    await Promise.all(guests.map((guest) => guest.close()));
    await page.context().close();
  }
}
