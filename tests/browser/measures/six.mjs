// Six people in one call, each with a camera of 320x180: what it costs each page's main thread.
import { rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { writeGradient } from "../support/camera.mjs";
import { openBrowser, sitDown } from "../support/page.mjs";

const PEOPLE = 6;
const DURING_S = 20;

export async function callOfSix({ parlour, note, wrong }) {
  const file = writeGradient({ width: 320, height: 180, fps: 15, seconds: 2 });
  const browser = await openBrowser({ args: [`--use-file-for-fake-video-capture=${file}`] });
  try {
    const people = [];
    for (let i = 1; i <= PEOPLE; i += 1) {
      people.push(await sitDown(browser, { url: parlour.url, room: "six", name: `Guest ${i}` }));
    }
    for (const one of people) {
      for (const other of people) if (other !== one) await one.sees(other);
    }
    const meters = await Promise.all(people.map(meter));
    const before = await Promise.all(meters.map((read) => read()));
    await pause(DURING_S * 1000);
    const after = await Promise.all(meters.map((read) => read()));
    const perSecond = (field) =>
      after.map((now, i) => ((now[field] - before[i][field]) * 1000) / (now.at - before[i].at));
    const each = `call of ${PEOPLE}, each page, in a second`;
    // The first is of the processor; the others run on by the clock while the thread waits for it.
    note(`${each}: main thread's work`, perSecond("ThreadTime"));
    note(`${each}: its tasks`, perSecond("TaskDuration"));
    note(`${each}: of that scripts`, perSecond("ScriptDuration"));
    note(`${each}: of that layout and style`, perSecond("layout"));
    const frames = after.flatMap(({ frames }, i) =>
      Object.entries(frames).map(
        ([id, shown]) => (shown - (before[i].frames[id] ?? 0)) / (after[i].at - before[i].at),
      ),
    );
    note(`${each}: frames of each other one`, frames, "frames");
    if (frames.length !== PEOPLE * (PEOPLE - 1)) wrong.push(`six: ${frames.length} pictures`);
  } finally {
    await browser.close();
    rmSync(file);
  }
}

/** Reads what a page's main thread has done, and what each tile has shown. */
async function meter({ page }) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  return async () => {
    const { metrics } = await cdp.send("Performance.getMetrics");
    const of = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    const frames = await page.$$eval(
      '[data-testid="tile"]:not([data-self="true"]) video',
      (videos) =>
        Object.fromEntries(
          videos.map((video) => [
            video.closest("[data-participant]").dataset.participant,
            video.getVideoPlaybackQuality().totalVideoFrames,
          ]),
        ),
    );
    // Seconds, as all of these.
    return {
      at: of.Timestamp,
      ThreadTime: of.ThreadTime,
      TaskDuration: of.TaskDuration,
      ScriptDuration: of.ScriptDuration,
      layout: of.LayoutDuration + of.RecalcStyleDuration,
      frames,
    };
  };
}
