// The keys of the meeting.

import type { RoomView } from "./view";

/** Listens until stopped. */
export function listenToKeys(_view: RoomView): () => void {
  return () => {};
}
