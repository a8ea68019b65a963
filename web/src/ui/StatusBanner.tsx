import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Status } from "../client";
import { announce } from "./announce";
import { Icon } from "./Icon";
import { words } from "./i18n";
import "./StatusBanner.css";
import { bannerText } from "./words";

interface Props {
  /** Null before joining and after leaving: the banner is there, and says nothing. */
  status: Status | null;
  /** Whether one's own sound and picture are held back. */
  silenced?: boolean;
  onRetry: () => void;
  /** Asked for when it takes long. */
  onTest?: () => void;
}

/** From then on it is worth while to look why. */
const LONG_MS = 10_000;

/** Says what is going on, to eyes here and to screen readers by the live region. */
export function StatusBanner({ status, silenced = false, onRetry, onTest }: Props): JSX.Element {
  const said = status && status.state !== "idle" && status.state !== "ended" ? status : null;
  const quiet = !said || said.state === "connected";
  const ms = useElapsed(quiet ? null : said.state);
  const text = said ? bannerText(said, { ms, silenced }) : "";
  // Without the seconds that count up: each would be read out.
  const heard = said ? bannerText(said, { ms: silenced ? LONG_MS : 0, silenced }) : "";
  useEffect(() => announce(heard), [heard]);
  const t = words();
  return (
    <div class={`banner ${quiet ? "banner-quiet" : ""}`}>
      {said?.state === "failed" ? <Icon name="warning" /> : <span class="banner-dot" />}
      <div class="banner-text" data-testid="status-banner" data-state={said?.state}>
        {text}
      </div>
      {said?.state === "failed" && (
        <button
          type="button"
          class="button button-small"
          data-testid="retry-button"
          onClick={onRetry}
        >
          {t.status.startAgain}
        </button>
      )}
      {!quiet && onTest && (said.state === "failed" || ms >= LONG_MS) && (
        <button
          type="button"
          class="button button-small"
          data-testid="banner-test"
          onClick={onTest}
        >
          {t.check.run}
        </button>
      )}
    </div>
  );
}

/** For how long (ms, once a second) it has been so; 0 while `what` is null. */
function useElapsed(what: string | null): number {
  const elapsed = useSignal(0);
  useEffect(() => {
    elapsed.value = 0;
    if (what === null) return;
    const from = performance.now();
    const timer = setInterval(() => {
      elapsed.value = performance.now() - from;
    }, 1_000);
    return () => clearInterval(timer);
  }, [what]);
  return elapsed.value;
}
