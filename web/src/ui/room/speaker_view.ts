// Keeps `LastSpeaker` up to date with the room.

import type { Signal } from "@preact/signals";
import type { Participant, Readable } from "../../client";
import { LastSpeaker } from "./stage";

/** Sets `speaker` to whoever spoke last, until stopped. */
export function followSpeaker(
  participants: Readable<readonly Participant[]>,
  speaker: Signal<string | null>,
): () => void {
  const last = new LastSpeaker();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    const now = Date.now();
    speaker.value = last.hears(participants.value, now);
    const ms = last.changesIn(now);
    if (ms !== null) timer = setTimeout(look, ms);
  };
  const stop = participants.subscribe(look);
  return () => {
    clearTimeout(timer);
    stop();
  };
}
