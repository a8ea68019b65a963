// What axe cannot see: what a screen reader is told and when, and what the keyboard alone can do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Person, sitDown } from "./support/page.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { setting } from "./support/setting.mjs";
import { throughout, until } from "./support/wait.mjs";

const here = setting();

const focus = (person) =>
  person.page.evaluate(() => {
    const active = document.activeElement;
    const tile = active.closest('[data-testid="tile"]');
    return {
      isBody: active === document.body,
      testid: active.dataset.testid ?? null,
      name: active.getAttribute("aria-label") ?? active.textContent.trim().slice(0, 40),
      tile: tile?.dataset.participant ?? null,
    };
  });

/** Presses Tab until that is focused; gives where the focus was on the way. */
async function tabTo(person, testid, most = 60) {
  const way = [await focus(person)];
  while (way.at(-1).testid !== testid) {
    assert.ok(way.length <= most, `no Tab leads to ${testid}: ${JSON.stringify(way)}`);
    await person.page.keyboard.press("Tab");
    way.push(await focus(person));
  }
  return way;
}

const pressed = (person, testid) => person.at(testid).getAttribute("aria-pressed");

function isPressed(person, testid, value) {
  return until(
    `${testid} of ${person.name} to be ${value ? "pressed" : "let go"}`,
    async () => (await pressed(person, testid)) === String(value),
  );
}

test("ten who join at once are one text to a screen reader, and so is one who joins", async () => {
  const room = "reader";
  const ann = await sitDown(here.browser, { url: here.url, room, name: "Ann" });
  await ann.page.evaluate(() => {
    window.texts = [];
    const regions = [...document.querySelectorAll('[role="status"], [role="alert"], [aria-live]')];
    const observer = new MutationObserver((records) => {
      // What is left after all the changes of one turn is what is read.
      const changed = regions.filter((region) =>
        records.some(({ target }) => region.contains(target)),
      );
      window.texts.push(...changed.map((region) => region.textContent.trim()).filter(Boolean));
    });
    for (const region of regions) {
      observer.observe(region, { subtree: true, childList: true, characterData: true });
    }
  });
  const texts = (pattern) =>
    ann.page.evaluate(
      (source) => window.texts.filter((text) => new RegExp(source).test(text)),
      pattern.source,
    );
  const names = Array.from({ length: 10 }, (_, i) => `Guest-${"ABCDEFGHIJ"[i]}`);
  const guests = await Promise.all(names.map((name) => joinAs(here.url, { room, name })));
  await until("all ten to be told of", async () => (await texts(/Guest-/)).length > 0);
  for (const { id } of guests) await ann.tile(id).or(ann.at("person")).first().waitFor();
  await throughout("one text", 2000, async () => (await texts(/Guest-/)).length === 1, {
    note: () => texts(/./),
  });
  const [told] = await texts(/Guest-/);
  assert.ok(/joined/.test(told), told);
  // Read out whole, or the rest counted: nobody is lost.
  const named = names.filter((name) => told.includes(name)).length;
  assert.ok(named === 10 || told.includes(String(10 - named)), told);

  const late = await joinAs(here.url, { room, name: "Latecomer" });
  await until("the eleventh to be told of", async () => (await texts(/Latecomer/)).length === 1);
  await late.ask("update", { hand: true });
  await until("the hand to be told of", async () => (await texts(/Latecomer.*hand/)).length === 1);
  await late.close();
  await until("the leave to be told of", async () => (await texts(/Latecomer left/)).length === 1);
  await Promise.all(guests.map((guest) => guest.close()));
  await ann.closeTab();
});

test("a switch keeps its name, and says whether it is pressed", async () => {
  const room = "switches";
  const ann = await sitDown(here.browser, { url: here.url, room, name: "Ann" });
  const toggles = ["mic-toggle", "camera-toggle", "hand-toggle", "chat-toggle", "people-toggle"];
  for (const testid of toggles) {
    const button = ann.at(testid);
    const was = (await pressed(ann, testid)) === "true";
    const states = [await button.ariaSnapshot()];
    await button.click();
    await isPressed(ann, testid, !was);
    states.push(await button.ariaSnapshot());
    const bare = states.map((state) => state.replace(" [pressed]", "").replace(" [active]", ""));
    assert.equal(bare[0], bare[1], `${testid} is called the same, on and off`);
    assert.match(bare[0], /button "[^"]+"/, `${testid} has a name`);
    assert.deepEqual(
      states.map((state) => state.includes("[pressed]")),
      [was, !was],
      `${testid} says whether it is on: ${states}`,
    );
    await button.click();
    await isPressed(ann, testid, was);
  }
  await ann.closeTab();
});

test("a tile is a figure that says whose it is and what is off", async () => {
  const room = "figures";
  const bob = await sitDown(here.browser, { url: here.url, room, name: "Bob" });
  const ann = await sitDown(here.browser, { url: here.url, room, name: "Ann" });
  const figure = (name) => bob.page.getByRole("figure", { name, exact: true }).waitFor();
  await figure("Ann");
  await ann.at("mic-toggle").click();
  await figure("Ann, microphone off");
  await ann.at("camera-toggle").click();
  await figure("Ann, microphone off, camera off");
  await ann.at("mic-toggle").click();
  await figure("Ann, camera off");
  await ann.at("hand-toggle").click();
  await figure("Ann, camera off, hand raised");
  await ann.at("camera-toggle").click();
  await figure("Ann, hand raised");
  await ann.closeTab();
  await bob.closeTab();
});

test("Tab goes from the controls to the tiles to the chat, and a tile that goes takes no focus along", async () => {
  const room = "order";
  const bob = await sitDown(here.browser, { url: here.url, room, name: "Bob" });
  const guests = [
    await joinAs(here.url, { room, name: "Ann" }),
    await joinAs(here.url, { room, name: "Cleo" }),
  ];
  for (const { id } of guests) await bob.tile(id).waitFor();
  await bob.at("chat-toggle").click();
  await bob.at("chat-input").waitFor();
  await bob.page.evaluate(() => document.activeElement?.blur());

  const controls = new Set(
    await bob.page.$$eval('[data-testid$="-toggle"], [data-testid="leave-button"]', (all) =>
      all.map(({ dataset }) => dataset.testid),
    ),
  );
  const order = [];
  for (const at of await tabTo(bob, "chat-input")) {
    const part =
      at.testid === "chat-input"
        ? "chat"
        : at.tile
          ? "tiles"
          : controls.has(at.testid)
            ? "controls"
            : null;
    if (part && order.at(-1) !== part) order.push(part);
  }
  assert.deepEqual(order, ["controls", "tiles", "chat"]);

  const [ann] = guests;
  const button = bob.tile(ann.id).locator('button, [tabindex="0"]').first();
  const target = (await button.count()) ? button : bob.tile(ann.id);
  await target.focus();
  assert.equal((await focus(bob)).tile, ann.id, "a tile can have the focus");
  await ann.close();
  await bob.seesNobody(ann);
  await throughout("the focus is somewhere", 500, async () => !(await focus(bob)).isBody, {
    note: () => focus(bob),
  });
  await guests[1].close();
  await bob.closeTab();
});

test("a letter that is a key of the page is only a letter in the chat", async () => {
  const room = "letters";
  const ann = await sitDown(here.browser, { url: here.url, room, name: "Ann" });
  await isPressed(ann, "mic-toggle", true);
  // Outside it is a key, so that the rest can fail.
  await ann.page.keyboard.press("m");
  await isPressed(ann, "mic-toggle", false);
  await ann.page.keyboard.press("m");
  await isPressed(ann, "mic-toggle", true);

  await ann.at("chat-toggle").click();
  const input = ann.at("chat-input");
  await input.click();
  await input.pressSequentially("hm, video? m v h c");
  const isUntouched = async () =>
    (await pressed(ann, "mic-toggle")) === "true" &&
    (await pressed(ann, "camera-toggle")) === "true" &&
    (await pressed(ann, "hand-toggle")) === "false" &&
    (await pressed(ann, "chat-toggle")) === "true";
  await throughout("nothing was switched", 500, isUntouched);
  assert.equal(await input.inputValue(), "hm, video? m v h c");
  await ann.closeTab();
});

test("the keyboard alone goes from the link to the end", async () => {
  const room = "keyboard";
  const witness = await joinAs(here.url, { room });
  const context = await here.browser.newContext({ viewport: { width: 1280, height: 720 } });
  const ann = new Person("Ann", room, await context.newPage());
  const keys = ann.page.keyboard;
  await ann.page.goto(`${here.url}/r/${room}`);
  await ann.at("join-button").waitFor();
  await tabTo(ann, "name-input");
  await keys.type("Ann");
  await keys.press("Enter");
  await ann.isConnected();
  const [id] = await until("Ann in the room", () =>
    Object.entries(witness.present())
      .filter(([, { name }]) => name === "Ann")
      .map(([id]) => id),
  );
  await until("her microphone to be on", () => witness.present()[id]?.mic);

  await tabTo(ann, "mic-toggle");
  await keys.press("Space");
  await isPressed(ann, "mic-toggle", false);
  await until("her microphone to be off", () => witness.present()[id]?.mic === false);
  await keys.press("Enter");
  await isPressed(ann, "mic-toggle", true);

  await tabTo(ann, "chat-toggle");
  await keys.press("Enter");
  await ann.at("chat-input").waitFor();
  await tabTo(ann, "chat-input");
  await keys.type("Written without a mouse");
  await keys.press("Enter");
  await witness.hears("chat", ({ text }) => text === "Written without a mouse");
  await ann.at("chat-message").filter({ hasText: "Written without a mouse" }).waitFor();

  await tabTo(ann, "leave-button");
  await keys.press("Enter");
  await ann.at("left-screen").waitFor();
  await witness.seesLeaveOf(id);
  // One is where one can come back, without looking for it.
  await tabTo(ann, "rejoin-button");
  await keys.press("Enter");
  await ann.isConnected();
  await witness.close();
  await ann.closeTab();
});
