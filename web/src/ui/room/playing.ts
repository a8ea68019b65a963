// Sound that plays, also where the browser wants a click first, and goes on after an interruption.

import { computed, type ReadonlySignal, signal } from "@preact/signals";

const audios = new Set<HTMLAudioElement>();
const refused = signal<ReadonlySet<HTMLAudioElement>>(new Set());

/** Whether the browser keeps somebody silent until a person does something. */
export const silenced: ReadonlySignal<boolean> = computed(() => refused.value.size > 0);

/** Sees to it that it goes on playing, until the returned function is called; `play` starts it. */
export function keepPlaying(audio: HTMLAudioElement): () => void {
  audios.add(audio);
  if (audios.size === 1) listen(true);
  return () => {
    audios.delete(audio);
    if (audios.size === 0) listen(false);
    forget(audio);
  };
}

/** Plays it, if the browser lets it. */
export function play(audio: HTMLAudioElement): void {
  audio.play().then(
    () => {
      forget(audio);
      // What one may, all may.
      if (silenced.value) resume();
    },
    (error: unknown) => {
      // Other errors: it went, or plays something else by now.
      if (!(error instanceof Error) || error.name !== "NotAllowedError") return;
      if (audios.has(audio)) refused.value = new Set([...refused.value, audio]);
    },
  );
}

/** Plays everything that stands still. */
export function resume(): void {
  for (const audio of audios) if (audio.paused) play(audio);
}

function forget(audio: HTMLAudioElement): void {
  if (!refused.value.has(audio)) return;
  refused.value = new Set([...refused.value].filter((other) => other !== audio));
}

/** Anything a person does lifts the browser's refusal, not only our button; and a phone that was called
 * meanwhile plays on when the page is seen again. */
const OCCASIONS = ["click", "keydown", "visibilitychange"];

function listen(on: boolean): void {
  for (const occasion of OCCASIONS) {
    if (on) document.addEventListener(occasion, resume);
    else document.removeEventListener(occasion, resume);
  }
}
