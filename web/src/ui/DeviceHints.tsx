import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { LocalMedia } from "../client";
import { announce } from "./announce";
import "./DeviceHints.css";
import { signalOf } from "./signals";
import { deviceHints } from "./words";

/** What keeps microphone and camera from being on; nothing when they do as told. */
export function DeviceHints({ media }: { media: LocalMedia }): JSX.Element {
  const text = deviceHints(signalOf(media.state).value);
  useEffect(() => announce(text), [text]);
  return (
    <p class="hint device-hints" data-testid="device-hints">
      {text}
    </p>
  );
}
