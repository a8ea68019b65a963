import type { JSX } from "preact";
import type { RoomView } from "./view";

/** Which keys do what. */
export function KeysDialog(_props: { view: RoomView }): JSX.Element | null {
  return null;
}
