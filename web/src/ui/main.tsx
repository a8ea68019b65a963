// The page's entry.

import { render } from "preact";
import "./tokens.css";
import "./base.css";
import { App } from "./App";
import { Page } from "./page";

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
if (root) render(<App page={page} />, root);
