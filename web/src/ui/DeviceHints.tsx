import type { JSX } from "preact";
import type { LocalMedia } from "../client";
import "./DeviceHints.css";
import { signalOf } from "./signals";
import { deviceHints } from "./words";

/** What keeps microphone and camera from being on; nothing when they do as told. */
export function DeviceHints({ media }: { media: LocalMedia }): JSX.Element {
  return (
    <p class="hint device-hints" data-testid="device-hints" aria-live="polite">
      {deviceHints(signalOf(media.state).value)}
    </p>
  );
}
