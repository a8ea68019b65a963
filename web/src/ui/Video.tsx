import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  track: MediaStreamTrack;
  mirrored?: boolean;
  hidden?: boolean;
  testId?: string;
}

/** A picture without sound: sound has elements of its own, so that pictures always play. */
export function Video({ track, mirrored = false, hidden = false, testId }: Props): JSX.Element {
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
      hidden={hidden}
      muted
      autoPlay
      playsInline
    />
  );
}
