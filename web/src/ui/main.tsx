// The page's entry.

import { type ComponentChild, render } from "preact";
import "./tokens.css";
import "./base.css";
import { App } from "./App";
import { startLanguage } from "./i18n";
import { ProblemScreen } from "./ProblemScreen";
import { Page } from "./page";
import { startTheme } from "./theme";

/** How long the page waits for its language. */
const LANGUAGE_MS = 1_500;

declare global {
  interface Window {
    /** For whoever looks into a problem, and for tests. */
    parlour: { debug(): Promise<Record<string, unknown>> };
  }
}

startTheme();
const page = makePage();

window.parlour = { debug: async () => JSON.parse(JSON.stringify(await debug())) };

const root = document.getElementById("app");
if (root) {
  // A language whose file is slow to come does not keep the page blank: English until then.
  const slow = new Promise((resolve) => setTimeout(resolve, LANGUAGE_MS));
  void Promise.race([startLanguage(), slow]).then(() => {
    // What the document itself says until then, and for ever where no script runs.
    root.replaceChildren();
    render(content(), root);
  });
}

/** Null: this browser is so odd that not even the page's state can be made. */
function makePage(): Page | null {
  try {
    return new Page(location);
  } catch (error) {
    console.error(error);
    return null;
  }
}

function content(): ComponentChild {
  return page ? <App page={page} /> : <ProblemScreen problem={{ kind: "crash" }} />;
}

async function debug(): Promise<Record<string, unknown>> {
  if (!page) return { screen: "problem" };
  if (page.session) return page.session.debug();
  return { screen: page.screen.value.screen, history: page.history.list() };
}
