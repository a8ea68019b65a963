import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { sendTo, speaker } from "../speaker";
import { keepPlaying, play } from "./playing";

/** Somebody's sound, unseen, through the chosen speaker. */
export function RemoteAudio({ track }: { track: MediaStreamTrack }): JSX.Element {
  const element = useRef<HTMLAudioElement>(null);
  const output = speaker.value;
  useEffect(() => {
    if (element.current) sendTo(element.current, output);
  }, [output]);
  useEffect(() => (element.current ? keepPlaying(element.current) : undefined), []);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    play(audio);
  }, [track]);
  useEffect(() => {
    const audio = element.current;
    return () => {
      // One that still plays is kept by the browser, with all that hangs on it.
      if (audio) audio.srcObject = null;
    };
  }, []);
  // biome-ignore lint/a11y/useMediaCaption: live speech has no captions.
  return <audio ref={element} autoPlay />;
}
