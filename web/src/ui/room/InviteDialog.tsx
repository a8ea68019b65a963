import type { JSX } from "preact";
import type { RoomView } from "./view";

/** The link to this room: to copy, to share, to scan. */
export function InviteDialog(_props: { view: RoomView }): JSX.Element | null {
  return null;
}
