// Where the page's sound goes: the id for `setSinkId`, "" the browser's default.

import { signal } from "@preact/signals";

/** Whoever plays something follows it; the page sets it. */
export const speaker = signal("");

/** Sends an element's sound there, where the browser lets pages choose. */
export function sendTo(audio: HTMLAudioElement, output: string): void {
  if (!("setSinkId" in audio) || audio.sinkId === output) return;
  // Refused when it was unplugged meanwhile: the default goes on.
  void audio.setSinkId(output).catch(() => {});
}
