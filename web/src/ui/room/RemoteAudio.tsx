import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../announce";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { sendTo, speaker } from "../speaker";

const refused = signal(false);

/** Somebody's sound, unseen, through the chosen speaker. */
export function RemoteAudio({ track }: { track: MediaStreamTrack }): JSX.Element {
  const element = useRef<HTMLAudioElement>(null);
  const output = speaker.value;
  useEffect(() => {
    if (element.current) sendTo(element.current, output);
  }, [output]);
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
  const t = words().trouble;
  const silent = refused.value;
  useEffect(() => {
    if (silent) announce(t.soundBlocked);
  }, [silent]);
  if (!silent) return null;
  return (
    <button
      type="button"
      class="button button-primary"
      data-testid="sound-button"
      title={t.soundBlocked}
      onClick={() => {
        refused.value = false;
        for (const audio of document.querySelectorAll("audio")) play(audio);
      }}
    >
      <Icon name="sound" />
      {t.turnOnSound}
    </button>
  );
}

function play(audio: HTMLAudioElement): void {
  audio.play().then(
    () => {
      refused.value = false;
    },
    (error: unknown) => {
      if (error instanceof Error && error.name === "NotAllowedError") refused.value = true;
    },
  );
}
