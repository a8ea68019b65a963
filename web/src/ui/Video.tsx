import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  track: MediaStreamTrack;
  mirrored?: boolean;
  hidden?: boolean;
  testId?: string;
  /** What a screen reader calls it, where nothing beside it does. */
  label?: string;
}

/** A picture without sound: sound has elements of its own, so that pictures always play. */
export function Video({
  track,
  mirrored = false,
  hidden = false,
  testId,
  label,
}: Props): JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (!video) return;
    video.srcObject = new MediaStream([track]);
    // Refused when the element went meanwhile: nothing to do.
    video.play().catch(() => {});
  }, [track]);
  return (
    <video
      ref={element}
      class={mirrored ? "mirrored" : ""}
      data-testid={testId}
      aria-label={label}
      hidden={hidden}
      muted
      autoPlay
      playsInline
    />
  );
}
