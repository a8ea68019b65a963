// What comes over the wire until one sees oneself before joining, and how long that takes.
import { gzipSync } from "node:zlib";
import { audit } from "../lighthouse/audit.mjs";
import { until } from "../support/wait.mjs";

const ROUNDS = 10;
const WITHIN_MS = 60_000;
const kib = (bytes) => Math.round((bytes / 1024) * 10) / 10;

/** In the page, before its scripts: when the preview first showed a frame, by the page's own clock. */
function watchPreview() {
  const watch = new MutationObserver(() => {
    const video = document.querySelector('[data-testid="preview-video"]');
    if (!video) return;
    watch.disconnect();
    video.requestVideoFrameCallback(() => {
      window.previewAt = performance.now();
    });
  });
  watch.observe(document, { subtree: true, childList: true });
}

export async function firstLoad({ parlour, browser, note, repeat, wrong }) {
  const times = [];
  let files;
  await repeat("first load", ROUNDS, WITHIN_MS, async () => {
    const context = await browser.newContext({ locale: "en-GB" });
    const page = await context.newPage();
    const loaded = [];
    page.on("requestfinished", (request) => loaded.push(request));
    await page.addInitScript(watchPreview);
    await page.goto(`${parlour.url}/r/tea`);
    times.push(
      await until("the own picture", () => page.evaluate(() => window.previewAt), { every: 20 }),
    );
    files ??= await Promise.all(
      loaded.map(async (request) => {
        const body = await (await request.response()).body();
        const { responseBodySize } = await request.sizes();
        const gzip = gzipSync(body, { level: 9 }).length;
        return { type: request.resourceType(), sent: responseBodySize, gzip };
      }),
    );
    await context.close();
  });
  note("link opened → own picture before joining", times);

  const sum = (of, field) => of.reduce((all, file) => all + file[field], 0);
  const rows = ["document", "script", "stylesheet", "all"].map((type) => {
    const of = files.filter((file) => type === "all" || file.type === type);
    return [type, of.length, kib(sum(of, "gzip")), kib(sum(of, "sent"))];
  });
  const sent = sum(files, "sent");
  if (sent > sum(files, "gzip") * 1.1) wrong.push("first load: sent without compression");
  const { bytes, blocking, scores } = await audit(`${parlour.url}/r/tea`, ["performance"]);
  note("Lighthouse, a slow phone: main thread blocked", [blocking]);
  note("Lighthouse: bytes", [kib(bytes)], "KiB");
  note("Lighthouse: performance", [scores.performance], "of 100");
  return { head: ["KiB of the first load", "files", "gzip", "sent"], rows };
}
