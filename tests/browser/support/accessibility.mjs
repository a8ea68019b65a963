// What can be checked of any screen: that axe finds nothing, and that nothing sticks out sideways.
import { readFileSync } from "node:fs";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** What axe finds on a Playwright page now: one line for each place. */
export async function axeViolations(page) {
  // By evaluation: the page's policy lets no script of others in.
  await page.evaluate(`window.axe || (() => { ${axe} })()`);
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run(document, { resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary, html }) => ({ id, target, failureSummary, html })),
    );
  });
  return violations.map(
    ({ id, target, failureSummary, html }) =>
      `${id} at ${target.join(" ")}: ${failureSummary.replaceAll(/\s+/g, " ")} ${html.slice(0, 200)}`,
  );
}

/** What reaches beyond the window's sides, and is not in something that scrolls by itself. */
export function stickingOut(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > width)
      found.push(`the page is ${scrollWidth} px wide in a window of ${width}`);
    const scrolls = (element) => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        const { overflowX } = getComputedStyle(at);
        if (overflowX === "auto" || overflowX === "scroll") return true;
      }
      return false;
    };
    const told =
      "button, input, select, textarea, a, h1, h2, h3, p, label, figure, dt, dd, li, span";
    for (const element of document.body.querySelectorAll(told)) {
      // What is there for screen readers only is cut to a pixel.
      if (element.closest(".unseen") || !element.checkVisibility({ visibilityProperty: true }))
        continue;
      const { left, right, width: own } = element.getBoundingClientRect();
      if (own === 0 || (left >= -1 && right <= width + 1) || scrolls(element)) continue;
      const { tagName, textContent, dataset } = element;
      const name = `${tagName.toLowerCase()} ${dataset.testid ?? ""} “${textContent.slice(0, 40)}”`;
      found.push(`${name} from ${Math.round(left)} to ${Math.round(right)} of ${width}`);
    }
    return found;
  });
}
