import type { JSX } from "preact";
import type { RoomView } from "./view";

/** Devices, language, theme, layout. */
export function SettingsDialog(_props: { view: RoomView }): JSX.Element | null {
  return null;
}
