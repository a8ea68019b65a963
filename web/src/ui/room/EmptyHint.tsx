import type { JSX } from "preact";
import type { RoomView } from "./view";

/** What somebody who is alone can do. */
export function EmptyHint(_props: { view: RoomView }): JSX.Element | null {
  return null;
}
