import type { JSX } from "preact";
import type { Status } from "../client";
import "./StatusBanner.css";
import { bannerText } from "./words";

interface Props {
  /** Null before joining and after leaving: the banner is there, and says nothing. */
  status: Status | null;
  onRetry: () => void;
}

/** Says what is going on, to eyes and screen readers alike. */
export function StatusBanner({ status, onRetry }: Props): JSX.Element {
  const said = status && status.state !== "idle" && status.state !== "ended" ? status : null;
  const quiet = !said || said.state === "connected";
  return (
    <div class={`banner ${quiet ? "banner-quiet" : ""}`}>
      <div role="status" data-testid="status-banner" data-state={said?.state}>
        {said ? bannerText(said) : ""}
      </div>
      {said?.state === "failed" && (
        <button
          type="button"
          class="button button-small"
          data-testid="retry-button"
          onClick={onRetry}
        >
          Start again
        </button>
      )}
    </div>
  );
}
