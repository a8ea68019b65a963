// Six people in one call, each with a camera of 320x180: as many as meet in most meetings.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, test } from "node:test";
import { writeGradient } from "./support/camera.mjs";
import { seeEachOther } from "./support/company.mjs";
import { sitDown } from "./support/page.mjs";
import { setting } from "./support/setting.mjs";
import { until } from "./support/wait.mjs";

/** Thirty pictures come about on whatever machine this is. */
const SLOW_MS = 60_000;
const film = writeGradient({ width: 320, height: 180, fps: 10, seconds: 1 });
after(() => rmSync(film));

const here = setting({
  browsers: { browser: ["--disable-gpu", `--use-file-for-fake-video-capture=${film}`] },
});

const tiles = (person) => person.at("tile").count();

test("six people see five others each; when one leaves, five go on", async (t) => {
  const people = [];
  for (const name of ["Ann", "Ben", "Cid", "Dee", "Eve", "Fay"]) {
    people.push(await sitDown(here.browser, { url: here.url, room: "six", name }));
  }
  const joined = performance.now();
  await seeEachOther(people, { within: SLOW_MS });
  t.diagnostic(`all thirty pictures move after ${Math.round(performance.now() - joined)} ms`);
  for (const person of people) assert.equal(await tiles(person), 6, `tiles at ${person.name}'s`);

  const leaver = people.pop();
  await leaver.leave();
  await Promise.all(people.map((person) => person.seesNobody(leaver)));
  await seeEachOther(people, { within: SLOW_MS });
  for (const person of people) {
    await until(`five tiles at ${person.name}'s`, async () => (await tiles(person)) === 5);
    assert.equal(await person.state(), "connected");
  }
});
