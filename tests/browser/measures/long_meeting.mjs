// What is left in a page after many joins and leaves: of others, and of one's own. Some minutes; HOUR=1
// for an hour. A heap that grows from one row to the next, sample by sample, is a leak.
import { openBrowser, sitDown } from "../support/page.mjs";
import { startParlour } from "../support/parlour.mjs";

const WITHIN_MS = process.env.HOUR === "1" ? 3_600_000 : 180_000;
const SAMPLES = 6;
/** What a page may hold more at the end than after the first sample, when all is warm. */
const HEAP_GROWTH_KIB = 1024;
const NODE_GROWTH = 200;
/** Four of them a visit was once what the phoenix client's sockets left on the window. */
const LISTENER_GROWTH = 30;

export async function longMeeting({ parlour, note, wrong }) {
  const rows = [];
  const mesh = await startParlour({ env: { JANUS_URL: undefined } });
  try {
    await inMode("gateway", parlour.url, 2);
    await inMode("mesh", mesh.url, 1);
  } finally {
    await mesh.stop();
  }
  return {
    head: ["after joins and leaves", "number", "heap KiB", "nodes", "listeners", "connections"],
    rows,
  };

  async function inMode(mode, url, connections) {
    const browser = await openBrowser({ args: ["--js-flags=--expose-gc"] });
    try {
      const stayer = await sitDown(browser, { url, room: "long", name: "Stayer" });
      const goer = await sitDown(browser, { url, room: "long", name: "Goer" });
      const people = [
        ["stayer", stayer, await holdings(stayer)],
        ["goer", goer, await holdings(goer)],
      ];
      const samples = { stayer: [], goer: [] };
      const begin = performance.now();
      let joins = 0;
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        const until = begin + ((sample + 1) * WITHIN_MS) / 2 / SAMPLES;
        do {
          await goer.leave();
          await stayer.seesNobody(goer);
          await goer.at("rejoin-button").click();
          await goer.isConnected();
          goer.id = await goer
            .at("tile", '[data-self="true"]')
            .first()
            .getAttribute("data-participant");
          await Promise.all([stayer.sees(goer), goer.sees(stayer)]);
          joins += 1;
        } while (performance.now() < until);
        for (const [who, , read] of people) {
          const held = await read();
          samples[who].push(held);
          const { heap, nodes, listeners, peers } = held;
          rows.push([`${mode}, ${who}`, joins, heap, nodes, listeners, peers]);
          if (peers > connections) wrong.push(`${mode}, ${who}: ${peers} connections are held`);
        }
      }
      for (const [who] of people) {
        const [first, last] = [samples[who][0], samples[who].at(-1)];
        note(`${mode}, ${who}: heap at the end`, [last.heap], "KiB");
        note(
          `${mode}, ${who}: heap, more than after the first joins`,
          [last.heap - first.heap],
          "KiB",
        );
        if (last.heap - first.heap > HEAP_GROWTH_KIB) wrong.push(`${mode}, ${who}: the heap grows`);
        if (last.nodes - first.nodes > NODE_GROWTH) wrong.push(`${mode}, ${who}: the nodes grow`);
        if (last.listeners - first.listeners > LISTENER_GROWTH) {
          wrong.push(`${mode}, ${who}: the listeners grow`);
        }
      }
    } finally {
      await browser.close();
    }
  }
}

/** Reads what a page holds after its garbage is gone. */
async function holdings({ page }) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  return async () => {
    // What records them for the tests would keep them.
    await page.evaluate(() => window.connectionsOfPage.splice(0));
    for (let round = 0; round < 3; round += 1) await cdp.send("HeapProfiler.collectGarbage");
    const { metrics } = await cdp.send("Performance.getMetrics");
    const of = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    return {
      heap: Math.round(of.JSHeapUsedSize / 1024),
      nodes: of.Nodes,
      listeners: of.JSEventListeners,
      peers: await living(cdp, "RTCPeerConnection.prototype"),
    };
  };
}

/** How many objects of that prototype there are. */
async function living(cdp, prototype) {
  const group = { objectGroup: "holdings" };
  const { result } = await cdp.send("Runtime.evaluate", { expression: prototype, ...group });
  const { objects } = await cdp.send("Runtime.queryObjects", {
    prototypeObjectId: result.objectId,
    ...group,
  });
  const { result: count } = await cdp.send("Runtime.callFunctionOn", {
    functionDeclaration: "function () { return this.length; }",
    objectId: objects.objectId,
    returnByValue: true,
  });
  await cdp.send("Runtime.releaseObjectGroup", group);
  return count.value;
}
