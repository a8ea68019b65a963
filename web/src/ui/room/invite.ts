// The link to the room, and how it is given away.

import { signal } from "@preact/signals";
import { announce } from "../announce";
import { copyText } from "../clipboard";
import { words } from "../i18n";
import type { RoomView } from "./view";

/** Whether the browser let nothing be copied: then one has to do it by hand, in the dialog. */
export const copyRefused = signal(false);

/** Where people find this room: what the server says, else where this page came from. */
export function inviteLink(view: RoomView): string {
  const { room } = view.page;
  return view.session.info.value?.room.url ?? `${location.origin}/r/${room.value}`;
}

/** Copies the link and says so; whether it could. */
export async function copyLink(view: RoomView): Promise<boolean> {
  const copied = await copyText(inviteLink(view));
  copyRefused.value = !copied;
  if (copied) announce(words().invite.copied);
  return copied;
}

/** Whether this device has a way to hand a link to another program. */
export function canShare(): boolean {
  return typeof navigator.share === "function";
}

export async function shareLink(view: RoomView): Promise<void> {
  try {
    await navigator.share({
      text: words().invite.shareText(view.page.room.value),
      url: inviteLink(view),
    });
  } catch {
    // They thought better of it; or the browser did: the link is there to be copied.
  }
}
