// The page's entry.

import { render } from "preact";
import "./tokens.css";
import "./base.css";
import { App } from "./App";
import { startLanguage } from "./i18n";
import { Page } from "./page";
import { startTheme } from "./theme";

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

window.addEventListener("online", () => page.session?.wake("online"));
window.addEventListener("pageshow", (event) => {
  if (event.persisted) page.session?.wake("pageshow");
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") page.session?.wake("visible");
});

const root = document.getElementById("app");
if (root) void startLanguage().then(() => render(<App page={page} />, root));
