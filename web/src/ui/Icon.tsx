import type { JSX } from "preact";

const MIC =
  "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3";
const CAMERA =
  "M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM15 11l6-3.5v9L15 13";
const SLASH = "M4 3.5l16 17";

const PATHS = {
  mic: MIC,
  "mic-off": `${MIC}${SLASH}`,
  camera: CAMERA,
  "camera-off": `${CAMERA}${SLASH}`,
  chat: "M4 5h16v11H10l-4.5 4V16H4Z",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  hand: "M8 12V6a1.5 1.5 0 0 1 3 0v5V4.5a1.5 1.5 0 0 1 3 0V11V6a1.5 1.5 0 0 1 3 0v8a6 6 0 0 1-6 6c-3 0-4.5-1.5-6.5-5L4 13.5a1.5 1.5 0 0 1 2.5-1.5L8 14",
} as const;

export type IconName = keyof typeof PATHS;

/** A picture of what a button does; the button has the words. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
