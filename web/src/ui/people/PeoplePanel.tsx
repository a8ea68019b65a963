import type { JSX } from "preact";
import type { RoomView } from "../room/view";

/** Everybody who is here. */
export function PeoplePanel(_props: { view: RoomView }): JSX.Element | null {
  return null;
}
