// Two people open the page, see and hear each other; a third joins. Against a Janus that Parlour
// starts itself, or against a server that runs already (PARLOUR_TEST_URL).
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { meetAgain, seeEachOther } from "./support/company.mjs";
import { sitDown } from "./support/page.mjs";
import { setting } from "./support/setting.mjs";
import { throughout, until } from "./support/wait.mjs";

const room = `tea-${randomBytes(4).toString("hex")}`;
const here = setting({ elsewhere: true });

test("two, then three people see and hear each other, and a mute is seen", async () => {
  const { browser, url } = here;
  const alice = await sitDown(browser, { url, room, name: "Alice" });
  const bob = await sitDown(browser, { url, room, name: "Bob" });
  await meetAgain({ alice, bob });

  const carol = await sitDown(browser, { url, room, name: "Carol" });
  const people = [alice, bob, carol];
  await Promise.all([seeEachOther(people), ...people.map((person) => person.hearsAudio())]);
  for (const person of people) {
    const others = people.filter((other) => other !== person);
    assert.deepEqual((await person.others()).sort(), others.map(({ id }) => id).sort());
    for (const other of others) {
      assert.equal(
        (await person.tile(other.id).locator('[data-testid="tile-name"]').textContent()).trim(),
        other.name,
      );
    }
  }

  await alice.at("mic-toggle").click();
  for (const other of [bob, carol]) {
    await until(
      `Alice's tile at ${other.name}'s to say that she is muted`,
      async () => (await other.tile(alice.id).getAttribute("data-mic")) === "false",
    );
  }
  await alice.at("mic-toggle").click();
  for (const other of [bob, carol]) {
    await until(
      `Alice's tile at ${other.name}'s to say that she is heard again`,
      async () => (await other.tile(alice.id).getAttribute("data-mic")) === "true",
    );
  }

  await alice.at("camera-toggle").click();
  await until(
    "Alice's tile to say that her camera is off",
    async () => (await bob.tile(alice.id).getAttribute("data-camera")) === "false",
  );
  await alice.at("camera-toggle").click();
  await Promise.all([bob.sees(alice), carol.sees(alice)]);

  await carol.leave();
  await Promise.all([alice.seesNobody(carol), bob.seesNobody(carol)]);
  await seeEachOther([alice, bob]);
  await throughout(
    "Alice and Bob stay connected",
    1000,
    async () => (await alice.state()) === "connected" && (await bob.state()) === "connected",
  );
  for (const person of people) {
    assert.deepEqual(person.uncaught(), [], `errors on ${person.name}'s page`);
  }
});
