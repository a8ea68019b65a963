// What people do in a meeting, in both modes: show a screen, raise a hand, react, write, look who is
// there, invite, switch by keys, lose a device, open a second tab.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { seeEachOther } from "./support/company.mjs";
import { sitDown } from "./support/page.mjs";
import { MODES, setting } from "./support/setting.mjs";
import { throughout, until } from "./support/wait.mjs";

/** Waits for an attribute of somebody's tile. */
const tileSays = (at, of, name, value) =>
  until(
    `${of.name}'s tile at ${at.name}'s to say ${name}=${value}`,
    async () => (await at.tile(of.id).getAttribute(`data-${name}`)) === value,
    { note: () => at.story() },
  );

const appears = (who, testid, rest = "") =>
  until(`${testid} at ${who.name}'s`, async () => (await who.at(testid, rest).count()) > 0, {
    note: () => who.story(),
  });

const say = async (who, text) => {
  if ((await who.at("chat-input").count()) === 0) await who.at("chat-toggle").click();
  await who.at("chat-input").fill(text);
  await who.at("chat-send").click();
};

const lastMessage = (who) => who.at("chat-message").last().textContent();

for (const mode of MODES) {
  describe(mode, () => {
    const here = setting({ mode, stay: true });
    let ann;
    let ben;
    const room = `meeting-${mode}`;

    before(async () => {
      ann = await sitDown(here.browser, { url: here.url, room, name: "Ann" });
      ben = await sitDown(here.browser, { url: here.url, room, name: "Ben" });
      await seeEachOther([ann, ben]);
    });

    test("the badge says how they meet", async () => {
      assert.equal(await ann.at("mode-badge").getAttribute("data-mode"), mode);
    });

    test("a shared screen is a tile of its own, beside the camera, and goes when it ends", async () => {
      await ann.at("screen-toggle").click();
      const screen = `[data-screen="true"][data-participant="${ann.id}"]`;
      await appears(ben, "tile", screen);
      await until(
        "frames of Ann's screen at Ben's",
        () =>
          ben.page.evaluate(
            (selector) =>
              (document
                .querySelector(`[data-testid="tile"]${selector} video`)
                ?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 0,
            screen,
          ),
        { within: 30_000, note: () => ben.story() },
      );
      await ben.sees(ann);
      await ann.at("screen-toggle").click();
      await until(
        "the screen's tile to go",
        async () => (await ben.at("tile", screen).count()) === 0,
        { note: () => ben.story() },
      );
      // A second time: the line is there already.
      await ann.at("screen-toggle").click();
      await appears(ben, "tile", screen);
      await ann.at("screen-toggle").click();
      await ben.sees(ann);
    });

    test("a raised hand is seen in the list and lowered again", async () => {
      await ben.at("people-toggle").click();
      await until("two people in the list", async () => (await ben.at("person").count()) === 2);
      await ann.at("hand-toggle").click();
      await until("Ann's hand in the list", async () => {
        const row = ben.at("person", `[data-participant="${ann.id}"]`);
        return (await row.ariaSnapshot()).toLowerCase().includes("hand");
      });
      await ann.at("hand-toggle").click();
      await ben.at("people-toggle").click();
    });

    test("a reaction is shown to the other", async () => {
      await ann.at("reaction-toggle").click();
      await ann.page.getByRole("button", { name: /thumbs up/i }).click();
      await until("the reaction at Ben's", async () =>
        (await ben.page.locator("body").textContent())?.includes("👍"),
      );
    });

    test("what is written is text, whatever it is, and is counted until it is read", async () => {
      const html = '<img src=x onerror="document.title=1"><b>bold</b>';
      await say(ann, html);
      await until(
        "one unread at Ben's",
        async () => (await ben.at("chat-unread").first().textContent())?.includes("1"),
        { note: () => ben.story() },
      );
      await ben.at("chat-toggle").click();
      await until("the message as it was written", async () =>
        (await lastMessage(ben)).includes(html),
      );
      assert.equal(await ben.at("chat-message").locator("img, b").count(), 0);
      await until(
        "nothing unread",
        async () =>
          (await ben.at("chat-unread").count()) === 0 ||
          !/[1-9]/.test((await ben.at("chat-unread").first().textContent()) ?? ""),
      );
      for (const text of ["مرحبا \u202e123", "👩‍👩‍👧‍👦 𝕳", "x".repeat(4_000)]) {
        await say(ann, text);
        await until(`${text.slice(0, 12)} at Ben's`, async () =>
          (await lastMessage(ben)).includes(text),
        );
      }
      const overflow = await ben.page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      );
      assert.equal(overflow, false, "a long word makes the page wider than the window");
      // More than fits is refused, and stays to be mended.
      const long = "y".repeat(10_000);
      await ann.at("chat-input").fill(long);
      await ann.at("chat-send").click({ force: true });
      await throughout("it stays in the field", 500, async () =>
        (await ann.at("chat-input").inputValue()).startsWith("yyyy"),
      );
      await ann.at("chat-input").fill("");
      await ann.at("chat-toggle").click();
      await ben.at("chat-toggle").click();
    });

    test("keys do what the buttons do, and nothing while one writes", async () => {
      await ann.page.locator("body").press("m");
      await tileSays(ben, ann, "mic", "false");
      await ann.page.locator("body").press("m");
      await tileSays(ben, ann, "mic", "true");
      await ann.page.locator("body").press("v");
      await tileSays(ben, ann, "camera", "false");
      await ann.page.locator("body").press("v");
      await ben.sees(ann);
      await ann.page.locator("body").press("c");
      await appears(ann, "chat-input");
      await ann.at("chat-input").pressSequentially("mvh");
      await throughout(
        "Ann stays heard",
        500,
        async () => (await ben.tile(ann.id).getAttribute("data-mic")) === "true",
      );
      await ann.at("chat-input").fill("");
      await ann.at("chat-input").press("Escape");
      await until("the panel to close", async () => (await ann.at("chat-input").count()) === 0);
    });

    test("space held speaks, and no longer", async () => {
      await ann.at("mic-toggle").click();
      await tileSays(ben, ann, "mic", "false");
      await ann.page.evaluate(() => document.activeElement?.blur());
      await ann.page.keyboard.down("Space");
      await tileSays(ben, ann, "mic", "true");
      await ann.page.keyboard.up("Space");
      await tileSays(ben, ann, "mic", "false");
      await ann.at("mic-toggle").click();
      await tileSays(ben, ann, "mic", "true");
    });

    test("the layout changes and the pictures go on", async () => {
      await ben.at("layout-toggle").click();
      assert.equal(await ben.at("layout-toggle").getAttribute("aria-pressed"), "true");
      await ben.sees(ann);
      await ben.at("layout-toggle").click();
      await ben.sees(ann);
    });

    test("the link is copied", async () => {
      await ann.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await ann.at("invite-copy").first().click();
      await until("the link on the clipboard", async () => {
        const copied = await ann.page.evaluate(() => navigator.clipboard.readText());
        return copied === `${here.url}/r/${room}`;
      });
    });

    test("a camera that is pulled out is replaced", async () => {
      await ann.page.evaluate(() => {
        const video = document.querySelector('[data-testid="tile"][data-self="true"] video');
        const [track] = video.srcObject.getVideoTracks();
        track.stop();
        track.dispatchEvent(new Event("ended"));
        navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
      });
      await ben.sees(ann);
    });

    test("a second tab is a second participant, and the first goes on", async () => {
      const page = await ann.page.context().newPage();
      await page.goto(`${here.url}/r/${room}`);
      // The name is kept.
      assert.equal(await page.locator('[data-testid="name-input"]').inputValue(), "Ann");
      await page.locator('[data-testid="join-button"]').click();
      await until("three tiles at Ben's", async () => (await ben.others()).length === 2, {
        note: () => ben.story(),
      });
      await ben.sees(ann);
      await page.close();
      await until("two again", async () => (await ben.others()).length === 1);
    });

    test("a name is text, whatever it is", async () => {
      const name = "<i>Zoë</i> שלום 👩‍👩‍👧‍👦";
      const zoe = await sitDown(here.browser, { url: here.url, room, name });
      await appears(ben, "tile", `[data-participant="${zoe.id}"]`);
      const shown = ben.tile(zoe.id).locator('[data-testid="tile-name"]');
      assert.equal((await shown.textContent()).trim(), name);
      assert.equal(await shown.locator("i").count(), 0);
      await zoe.page.context().close();
      await ben.seesNobody(zoe);
      // Of a longer one the field takes what fits.
      const page = await here.browser.newPage();
      await page.goto(`${here.url}/r/${room}`);
      const field = page.locator('[data-testid="name-input"]');
      await field.fill("");
      await field.pressSequentially("z".repeat(70));
      assert.equal((await field.inputValue()).length, 64);
      await page.close();
    });

    test("whoever leaves is asked nothing and comes back by one click", async () => {
      await ann.leave();
      await appears(ann, "left-screen", '[data-reason="left"]');
      await ben.seesNobody(ann);
      await ann.at("rejoin-button").click();
      await ann.isConnected();
      await ann.readsOwnId();
      await seeEachOther([ann, ben]);
    });

    test("no page said an error", () => {
      for (const person of [ann, ben]) {
        assert.deepEqual(person.uncaught(), [], `errors on ${person.name}'s page`);
      }
    });
  });
}
