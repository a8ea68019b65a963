import type { JSX } from "preact";
import type { RoomView } from "./view";

/** What one can show the others. */
export function ReactionMenu(_props: { view: RoomView; onClose: () => void }): JSX.Element | null {
  return null;
}
