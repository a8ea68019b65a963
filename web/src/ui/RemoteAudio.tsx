import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon";
import { words } from "./i18n";

const refused = signal(false);

/** Somebody's sound, unseen. */
export function RemoteAudio({ track }: { track: MediaStreamTrack }): JSX.Element {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    play(audio);
  }, [track]);
  // biome-ignore lint/a11y/useMediaCaption: live speech has no captions.
  return <audio ref={element} autoPlay />;
}

/** Where the browser plays no sound before a click: asks for one. */
export function SoundButton(): JSX.Element | null {
  if (!refused.value) return null;
  return (
    <button
      type="button"
      class="button button-primary"
      data-testid="sound-button"
      onClick={() => {
        refused.value = false;
        for (const audio of document.querySelectorAll("audio")) play(audio);
      }}
    >
      <Icon name="sound" />
      {words().trouble.turnOnSound}
    </button>
  );
}

function play(audio: HTMLAudioElement): void {
  audio.play().catch((error: unknown) => {
    if (error instanceof Error && error.name === "NotAllowedError") refused.value = true;
  });
}
