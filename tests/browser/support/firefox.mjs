// A person at Firefox, the one that Debian ships, driven by WebDriver BiDi: Playwright wants a build of
// its own. Everything that a person at Chromium can do and see in a test works here too.
import { launch } from "puppeteer-core";
import { Person, recordConnections } from "./page.mjs";

/** Where Firefox is. */
export const executable = process.env.FIREFOX ?? "/usr/bin/firefox-esr";

/** Starts a Firefox with a made-up camera and microphone, which it lends without asking. */
export async function openFirefox() {
  return launch({
    browser: "firefox",
    executablePath: executable,
    headless: true,
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      "media.peerconnection.ice.loopback": true,
      "media.autoplay.default": 0,
    },
  });
}

/** Opens the page for somebody and joins a room by its form. */
export async function sitDownAtFirefox(browser, { url, room, name }) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 960, height: 640 });
  const person = new FirefoxPerson(name, room, page);
  await page.evaluateOnNewDocument(recordConnections);
  await page.goto(`${url}/r/${room}`);
  await person.join();
  return person;
}

class FirefoxPerson extends Person {
  at(testid, rest = "") {
    return new Element(this.page, `[data-testid="${testid}"]${rest}`);
  }

  /** Counted by callback: Firefox's playback quality is of files only, and stays 0 for a call. */
  framesOf(participant) {
    return this.page.evaluate((id) => {
      const video = document.querySelector(
        `[data-testid="tile"][data-participant="${id}"]:not([data-screen="true"]) video`,
      );
      if (!video) return -1;
      window.framesShown ??= new WeakMap();
      const shown = window.framesShown;
      if (!shown.has(video)) {
        shown.set(video, 0);
        const count = () => {
          shown.set(video, shown.get(video) + 1);
          video.requestVideoFrameCallback(count);
        };
        video.requestVideoFrameCallback(count);
      }
      return shown.get(video);
    }, participant);
  }
}

/** As much of Playwright's locator as `Person` uses: found anew at each use. */
class Element {
  #page;
  #selector;

  constructor(page, selector) {
    this.#page = page;
    this.#selector = selector;
  }

  first() {
    return this;
  }

  locator(selector) {
    return new Element(this.#page, `${this.#selector} ${selector}`);
  }

  click() {
    return this.#page.locator(this.#selector).click();
  }

  fill(text) {
    return this.#page.locator(this.#selector).fill(text);
  }

  async getAttribute(name, { timeout = 30_000 } = {}) {
    const handle = await this.#page.waitForSelector(this.#selector, { timeout });
    return handle.evaluate((element, name) => element.getAttribute(name), name);
  }

  async textContent() {
    const handle = await this.#page.waitForSelector(this.#selector);
    return handle.evaluate((element) => element.textContent);
  }
}
