import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  track: MediaStreamTrack;
  mirrored?: boolean;
  hidden?: boolean;
  testId?: string;
  /** What a screen reader calls it, where nothing beside it does. */
  label?: string;
  /** There is a picture of this size: the first time, and when it changes. In pixels. */
  onPicture?: (width: number, height: number) => void;
}

/** A picture without sound: sound has elements of its own, so that pictures always play. */
export function Video(props: Props): JSX.Element {
  const { track, mirrored = false, hidden = false, testId, label, onPicture } = props;
  const element = useRef<HTMLVideoElement>(null);
  const told = useRef(onPicture);
  told.current = onPicture;
  useEffect(() => {
    const video = element.current;
    if (!video) return;
    const tell = () => told.current?.(video.videoWidth, video.videoHeight);
    const events = ["loadedmetadata", "resize"];
    for (const event of events) video.addEventListener(event, tell);
    return () => {
      for (const event of events) video.removeEventListener(event, tell);
      // An element that still plays is kept by the browser, with all that hangs on it.
      video.srcObject = null;
    };
  }, []);
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
