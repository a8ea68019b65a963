import type { JSX } from "preact";
import type { RoomView } from "./view";

/** What people showed just now, floating by. */
export function Reactions(_props: { view: RoomView }): JSX.Element | null {
  return null;
}
