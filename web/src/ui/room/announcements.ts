// What screen readers are told of the others: who came, who went, whose hand is up, what was said.

import type { RoomView } from "./view";

/** Follows the room until stopped. */
export function announceRoom(_view: RoomView): () => void {
  return () => {};
}
