import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { LocalMedia, MediaState } from "../client";
import { announce } from "./announce";
import { browserFamily } from "./browser_family";
import "./DeviceHints.css";
import { Icon } from "./Icon";
import { words } from "./i18n";
import { signalOf } from "./signals";
import { blockedHints, deviceHints } from "./words";

interface Props {
  media: LocalMedia;
  /** Before joining: also how to allow it, a way to try again, and that one may join without. */
  guide?: boolean;
}

/** What keeps microphone and camera from being on; nothing when they do as told. */
export function DeviceHints({ media, guide = false }: Props): JSX.Element {
  const state = signalOf(media.state).value;
  const text = deviceHints(state);
  useEffect(() => announce(text), [text]);
  if (guide) return <Guide media={media} state={state} />;
  return (
    <p class="hint device-hints" data-testid="device-hints">
      {text}
    </p>
  );
}

function Guide({ media, state }: { media: LocalMedia; state: MediaState }): JSX.Element {
  const { common, join, trouble } = words();
  const text = blockedHints(state);
  const why = (kind: "mic" | "camera") => {
    const source = state[kind];
    return source.phase === "blocked" ? source.why : null;
  };
  const reasons = [why("mic"), why("camera")];
  const denied = reasons.includes("denied");
  const again = reasons.some((reason) => reason !== null && reason !== "insecure");
  const family = browserFamily(navigator.userAgent, navigator.maxTouchPoints);
  return (
    <div class="device-guide" hidden={!text}>
      <Icon name="warning" />
      <div class="device-guide-text">
        <p>
          <strong data-testid="device-hints">{text}</strong>
        </p>
        <p class="hint">{join.withoutDevices}</p>
        {denied && (
          <details data-testid="device-guide">
            <summary>{trouble.howToAllow}</summary>
            <p>{trouble.allow[family]}</p>
            <p>{trouble.allowSystem}</p>
          </details>
        )}
        {again && (
          <button
            type="button"
            class="button button-small"
            data-testid="device-retry"
            onClick={() => {
              for (const kind of ["mic", "camera"] as const) {
                if (state[kind].phase === "blocked") void media.turnOn(kind);
              }
            }}
          >
            {common.tryAgain}
          </button>
        )}
      </div>
    </div>
  );
}
