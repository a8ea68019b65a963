// How many messages nobody has looked at, on the view and in the window's title.

import { effect } from "@preact/signals";
import type { RoomView } from "../room/view";
import { added, isEarlier } from "./message";

/** Counts until stopped. */
export function countUnread(view: RoomView): () => void {
  const { session, unread } = view;
  const isLookedAt = () => view.panel.peek() === "chat" && document.visibilityState === "visible";
  const look = () => {
    if (isLookedAt()) unread.value = 0;
  };
  let known = session.room.chat.value;
  const stops = [
    session.room.chat.subscribe((messages) => {
      const fresh = added(known, messages).filter(
        (message) =>
          message.from !== session.participant && !isEarlier(message, view.joinedAt.value),
      );
      known = messages;
      if (!isLookedAt()) unread.value += fresh.length;
    }),
    view.panel.subscribe(look),
    effect(() => view.page.setTitle(unread.value)),
  ];
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    for (const stop of stops) stop();
  };
}
