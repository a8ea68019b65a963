import type { JSX } from "preact";
import type { RoomView } from "./view";

/** Whether media goes through the server or straight between browsers. */
export function ModeBadge(_props: { view: RoomView }): JSX.Element | null {
  return null;
}
