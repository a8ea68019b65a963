// The page over the whole screen. Phones of Apple cannot: there, it is not offered.

import { type ReadonlySignal, signal } from "@preact/signals";

const full = signal(false);

/** Whether the page covers the screen now, whoever made it so. */
export const isFullScreen: ReadonlySignal<boolean> = full;

if (typeof document !== "undefined") {
  document.addEventListener("fullscreenchange", () => {
    full.value = document.fullscreenElement !== null;
  });
}

export function canFullScreen(): boolean {
  return document.fullscreenEnabled === true;
}

/** In and out again; where the browser refuses, nothing changes. */
export function toggleFullScreen(): void {
  const done = full.value
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen({ navigationUI: "hide" });
  done.catch(() => {});
}
