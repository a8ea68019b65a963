import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { LocalMedia } from "../../client";
import { words } from "../i18n";
import { notify } from "../notices";
import { signalOf } from "../signals";
import { Toggle } from "../Toggle";

/**
 * Shares the screen, and stops. Whoever closes the browser's picker has changed their mind; a share
 * that the system did not give is told of. Phones cannot: there is no button.
 */
export function ScreenToggle({ media }: { media: LocalMedia }): JSX.Element | null {
  const t = words();
  const { phase } = signalOf(media.state).value.screen;
  useEffect(
    // Until it is tried again.
    () => (phase === "blocked" ? notify(t.trouble.screenFailed, "error") : undefined),
    [phase],
  );
  if (typeof navigator.mediaDevices?.getDisplayMedia !== "function") return null;
  return (
    <Toggle
      name={t.room.shareScreen}
      icon={phase === "on" ? "screen-off" : "screen"}
      pressed={phase === "on"}
      busy={phase === "asking"}
      testId="screen-toggle"
      onToggle={() => void media.toggle("screen")}
    />
  );
}
