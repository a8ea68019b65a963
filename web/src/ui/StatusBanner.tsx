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
  onRetry: () => void;
}

/** Says what is going on, to eyes here and to screen readers by the live region. */
export function StatusBanner({ status, onRetry }: Props): JSX.Element {
  const said = status && status.state !== "idle" && status.state !== "ended" ? status : null;
  const quiet = !said || said.state === "connected";
  const text = said ? bannerText(said) : "";
  useEffect(() => announce(text), [text]);
  return (
    <div class={`banner ${quiet ? "banner-quiet" : ""}`}>
      {said?.state === "failed" ? <Icon name="warning" /> : <span class="banner-dot" />}
      <div data-testid="status-banner" data-state={said?.state}>
        {text}
      </div>
      {said?.state === "failed" && (
        <button
          type="button"
          class="button button-small"
          data-testid="retry-button"
          onClick={onRetry}
        >
          {words().status.startAgain}
        </button>
      )}
    </div>
  );
}
