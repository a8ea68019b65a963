// Lighthouse on one page of a server here: nothing but loopback is asked. A package of its own, for it
// brings 185 MB with it. 12.x, because 13 wants a newer Node than the rest of these tests.
import lighthouse from "lighthouse";
import { openBrowser } from "../support/page.mjs";
import { freePort } from "../support/process.mjs";

/**
 * Audits a page in a browser of its own.
 * @param {string} url of the page
 * @param {string[]} categories of Lighthouse: "accessibility", "best-practices", "performance"
 * @returns `{scores: {category: 0 to 100}, failed: ["audit: what"], bytes, blocking}`; `bytes` over the
 * wire and `blocking` ms of the main thread are of "performance" only
 */
export async function audit(url, categories) {
  const port = await freePort();
  const browser = await openBrowser({ args: [`--remote-debugging-port=${port}`] });
  try {
    const { lhr } = await lighthouse(url, {
      port,
      onlyCategories: categories,
      logLevel: "error",
      output: "json",
    });
    if (lhr.runtimeError) throw new Error(`Lighthouse on ${url}: ${lhr.runtimeError.message}`);
    const counts = new Set(
      Object.values(lhr.categories).flatMap(({ auditRefs }) =>
        auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id),
      ),
    );
    return {
      scores: Object.fromEntries(
        Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(score * 100)]),
      ),
      failed: Object.values(lhr.audits)
        .filter(({ id, score }) => counts.has(id) && score !== null && score < 1)
        .map(({ id, title, details }) => {
          const where = (details?.items ?? []).map(({ node }) => node?.snippet).filter(Boolean);
          return `${id}: ${title} ${where.join(" ")}`.trim();
        }),
      bytes: lhr.audits["total-byte-weight"]?.numericValue,
      blocking: lhr.audits["total-blocking-time"]?.numericValue,
    };
  } finally {
    await browser.close();
  }
}
