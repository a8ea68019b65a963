// Where tests happen: a server, a browser, and what more they need. Opened before the tests of a file or
// of a suite, ended after them, in the reverse order, also when something did not come up. Whoever a
// test brought in goes home with its end.
import { after, afterEach, before } from "node:test";
import { pageOf } from "./built_page.mjs";
import { noJanus, startJanus } from "./janus.mjs";
import { separate } from "./namespace.mjs";
import { executable, openBrowser } from "./page.mjs";
import { running, startParlour } from "./parlour.mjs";
import { sendGuestsHome } from "./phoenix.mjs";

/** How media may go. What both can do is tested in both: a suite each. */
export const MODES = ["gateway", "mesh"];

/**
 * Gives an object that is filled in before the first test: `{mode, isGateway, parlour, url, browser}`,
 * and `janus`, `away`, and the browsers by their names, where asked for.
 * @param {{
 *   mode?: "gateway" | "mesh", janus?: boolean, away?: boolean, elsewhere?: boolean,
 *   env?: () => object | Promise<object>, browsers?: string[] | Record<string, string[]>, skip?: string | false,
 *   stay?: boolean
 * }} [options] `janus`: one that tests can ask and kill; in mesh mode it has no session of anybody.
 * `away`: a network that can be cut; the browser named `far` is in it. `elsewhere`: a server that runs
 * already will do (PARLOUR_TEST_URL). `env`: more settings, asked for when the server is started.
 * `browsers`: names, or names with arguments for Chromium. `stay`: people stay from test to test
 */
export function setting({
  mode = "gateway",
  janus = false,
  away = false,
  elsewhere = false,
  env = () => ({}),
  browsers = ["browser"],
  skip = false,
  stay = false,
} = {}) {
  const here = { mode, isGateway: mode === "gateway" };
  const ends = [];
  const opened = [];
  const open = async (name, opening, end) => {
    const it = await opening;
    here[name] = it;
    ends.push(() => end(it));
    return it;
  };

  before(async () => {
    if (skip) return;
    if (away) await open("away", separate(), (network) => network.remove());
    const host = here.away?.host;
    if (mode === "mesh") here.janus = noJanus;
    else if (janus) await open("janus", startJanus({ address: host }), (one) => one.stop());
    if (elsewhere && running) here.url = running;
    else {
      const options = { host, env: { ...here.janus?.env, ...(await env()) } };
      await open("parlour", startParlour(options), (one) => one.stop());
      await open("page", pageOf(here.parlour), (one) => one.stop());
      here.url = here.page.url;
    }
    const named = Array.isArray(browsers)
      ? browsers.map((name) => [name, []])
      : Object.entries(browsers);
    for (const [name, more] of named) {
      // Only loopback gives a page its devices without being told.
      const args = away
        ? [`--unsafely-treat-insecure-origin-as-secure=${here.url}`, ...more]
        : more;
      const program = name === "far" ? here.away.program(executable) : executable;
      opened.push(await open(name, openBrowser({ args, program }), (one) => one.close()));
    }
  });
  if (!stay) {
    afterEach(async () => {
      const contexts = opened.flatMap((browser) => browser.contexts());
      await Promise.all([...contexts.map((context) => context.close()), sendGuestsHome()]);
    });
  }
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  return here;
}
