// The page's entry.

import { render } from "preact";
import "./tokens.css";
import "./base.css";
import { App } from "./App";
import { startLanguage } from "./i18n";
import { Page } from "./page";
import { startTheme } from "./theme";

/** How long the page waits for its language. */
const LANGUAGE_MS = 1_500;

startTheme();
const page = new Page(location);

declare global {
  interface Window {
    /** For whoever looks into a problem, and for tests. */
    parlour: { debug(): Promise<Record<string, unknown>> };
  }
}

window.parlour = {
  debug: async () =>
    JSON.parse(
      JSON.stringify(
        page.session
          ? await page.session.debug()
          : { screen: page.screen.value.screen, history: page.history.list() },
      ),
    ),
};

const root = document.getElementById("app");
if (root) {
  // A language whose file is slow to come does not keep the page blank: English until then.
  const slow = new Promise((resolve) => setTimeout(resolve, LANGUAGE_MS));
  void Promise.race([startLanguage(), slow]).then(() => render(<App page={page} />, root));
}
