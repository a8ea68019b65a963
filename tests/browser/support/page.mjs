// People at browsers: Chromium with a fake camera, the page opened in it, and what is to be seen there.
import { chromium } from "playwright-core";
import { until } from "./wait.mjs";

/** Where Chromium is. */
export const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";

/**
 * Starts a browser. Several people can sit at one; who is to lose theirs needs their own. `program`
 * may be one that starts Chromium elsewhere, such as in a network namespace; `env` its environment.
 */
export async function openBrowser({ args = [], program = executable, env } = {}) {
  return chromium.launch({
    executablePath: program,
    ...(env ? { env } : {}),
    headless: true,
    chromiumSandbox: false,
    args: [
      "--no-sandbox",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      ...args,
    ],
  });
}

/** The process ids of a browser: of one kind (`browser`, `renderer`, …), or all. */
export async function processIds(browser, kind) {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
  await cdp.detach();
  return processInfo.filter(({ type }) => !kind || type === kind).map(({ id }) => id);
}

/**
 * Runs in the page before its scripts: what is sent and received is read from the connections
 * themselves, whatever the page says of them.
 */
export function recordConnections() {
  const connections = [];
  window.connectionsOfPage = connections;
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };
}

/**
 * Opens the page for somebody and joins a room by its form. `before`: a function for the page, run
 * first, and its argument; `query`: of the address; `ready`: the camera's picture is waited for before the click.
 */
export async function sitDown(browser, { url, room, name, before, query = "", ready = false }) {
  const context = await browser.newContext({ viewport: { width: 960, height: 640 } });
  const page = await context.newPage();
  const person = new Person(name, room, page);
  await page.addInitScript(recordConnections);
  if (before) await page.addInitScript(...before);
  await page.goto(`${url}/r/${room}${query}`);
  if (ready) await person.at("preview-video").waitFor();
  await person.join();
  return person;
}

export class Person {
  /** What the page's console said: for the message of a test that fails. */
  said = [];
  /** How many WebSockets it has opened. */
  sockets = 0;

  constructor(name, room, page) {
    this.name = name;
    this.room = room;
    this.page = page;
    page.on("console", (message) => this.said.push(`${message.type()}: ${message.text()}`));
    page.on("websocket", () => {
      this.sockets += 1;
    });
    page.on("pageerror", (error) => this.said.push(`uncaught: ${error.message}`));
  }

  at(testid, rest = "") {
    return this.page.locator(`[data-testid="${testid}"]${rest}`);
  }

  /** Fills in the form and clicks; then waits until the page says that it is connected. */
  async join() {
    await this.at("name-input").fill(this.name);
    await this.at("join-button").click();
    await this.isConnected();
    await this.readsOwnId();
  }

  /** Looks up, after a way back, as whom; gives that. */
  async readsOwnId() {
    this.id = await this.at("tile", '[data-self="true"]').first().getAttribute("data-participant");
    if (!this.id) throw new Error(`${this.name}'s own tile has no data-participant`);
    return this.id;
  }

  /** The errors that nothing on the page caught. */
  uncaught() {
    return this.said.filter((line) => line.startsWith("uncaught"));
  }

  state() {
    return this.at("status-banner").getAttribute("data-state", { timeout: 1000 });
  }

  async isConnected(within = 30_000) {
    await until(
      `${this.name}'s banner to say connected`,
      async () => (await this.state()) === "connected",
      {
        within,
        note: () => this.story(),
      },
    );
  }

  /** Participants whose tile is on the page, without oneself. */
  others() {
    return this.page.$$eval('[data-testid="tile"]:not([data-self="true"])', (tiles) =>
      tiles.map((tile) => tile.dataset.participant),
    );
  }

  tile(participant) {
    return this.at("tile", `[data-participant="${participant}"]:not([data-screen="true"])`);
  }

  /** How many frames the video of that tile has shown; -1 without tile or video. */
  framesOf(participant) {
    return this.page.evaluate((id) => {
      const video = document.querySelector(
        `[data-testid="tile"][data-participant="${id}"]:not([data-screen="true"]) video`,
      );
      return video ? video.getVideoPlaybackQuality().totalVideoFrames : -1;
    }, participant);
  }

  /** Waits until `by` more frames of that participant were shown, from now on. */
  async sees(participant, { by = 10, within = 30_000 } = {}) {
    const who = participant.id ?? participant;
    let base = null;
    let last = 0;
    await until(
      `frames of ${participant.name ?? who} to grow at ${this.name}'s`,
      async () => {
        const frames = await this.framesOf(who);
        if (frames < 0) return false;
        // A new stream may count from nothing again.
        if (base === null || frames < last) base = frames;
        last = frames;
        return frames - base >= by;
      },
      { within, every: 100, note: () => this.story() },
    );
  }

  /** The sum of one number over all statistics that pass: `sum({type: "inbound-rtp", kind: "audio"}, "packetsReceived")`. */
  sum(where, field) {
    return this.page.evaluate(
      async ([where, field]) => {
        let total = 0;
        for (const connection of window.connectionsOfPage) {
          if (connection.connectionState === "closed") continue;
          for (const stat of (await connection.getStats()).values()) {
            const fits = Object.entries(where).every(([key, value]) => stat[key] === value);
            if (fits) total += stat[field] ?? 0;
          }
        }
        return total;
      },
      [where, field],
    );
  }

  /** Waits until more audio packets arrived. */
  async hearsAudio({ by = 25, within = 30_000 } = {}) {
    const packets = () => this.sum({ type: "inbound-rtp", kind: "audio" }, "packetsReceived");
    const before = await packets();
    await until(`audio packets at ${this.name}'s`, async () => (await packets()) >= before + by, {
      within,
      every: 100,
      note: () => this.story(),
    });
  }

  async seesNobody(participant, within = 20_000) {
    const who = participant.id ?? participant;
    await until(
      `the tile of ${participant.name ?? who} to go`,
      async () => !(await this.others()).includes(who),
      {
        within,
        note: () => this.story(),
      },
    );
  }

  /** What one would want to know when a test fails. */
  async story() {
    const seen = await Promise.race([
      this.page.evaluate(async () => ({
        banner: document.querySelector('[data-testid="status-banner"]')?.outerHTML,
        tiles: [...document.querySelectorAll('[data-testid="tile"]')].map((tile) => ({
          ...tile.dataset,
          frames: tile.querySelector("video")?.getVideoPlaybackQuality().totalVideoFrames,
        })),
        connections: (window.connectionsOfPage ?? []).map((c) => c.connectionState),
        debug: await window.parlour?.debug?.(),
      })),
      new Promise((resolve) => setTimeout(resolve, 2000, "the page does not answer")),
    ]).catch((error) => error.message);
    return { name: this.name, id: this.id, seen, said: this.said.slice(-20) };
  }

  /** Closes the tab, as a person does: no unload handler is waited for. */
  async closeTab() {
    await this.page.close({ runBeforeUnload: false });
  }

  /** Ends the renderer, as a bug in it would. */
  async crash() {
    const cdp = await this.page.context().newCDPSession(this.page);
    const crashed = this.page.waitForEvent("crash");
    // Nobody is left to answer.
    cdp.send("Page.crash").catch(() => {});
    await crashed;
  }

  async leave() {
    await this.at("leave-button").click();
  }
}
