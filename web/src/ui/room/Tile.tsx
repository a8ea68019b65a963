import type { JSX } from "preact";
import type { Participant } from "../../client";
import { Icon } from "../Icon";
import { words } from "../i18n";
import "./Tile.css";
import { Video } from "../Video";

interface Props {
  participant: Participant;
  /** The picture, or the last one of a call that comes back. */
  track: MediaStreamTrack | null;
}

/** Somebody in the room: picture or initials, name, what they have switched off. */
export function Tile({ participant, track }: Props): JSX.Element {
  const { id, self, name, mic, camera, hand, talking, call } = participant;
  const t = words().tile;
  const shown = self ? t.you(name) : name;
  const restarting = call === "restarting";
  const showsPicture = track !== null && camera && (self || call !== "none");
  const signs = [
    mic ? "" : t.micOff,
    camera ? "" : t.cameraOff,
    hand ? t.handRaised : "",
    restarting ? t.restarting : "",
  ].filter(Boolean);
  return (
    <figure
      class={`tile ${talking ? "tile-talking" : ""}`}
      aria-label={[shown, ...signs].join(", ")}
      data-testid="tile"
      data-participant={id}
      data-self={String(self)}
      data-mic={String(mic)}
      data-camera={String(camera)}
      data-call={call}
    >
      {track && <Video track={track} mirrored={self} hidden={!showsPicture} testId="tile-video" />}
      {!showsPicture && (
        <span class="tile-initials" aria-hidden="true">
          <span>{initials(name)}</span>
        </span>
      )}
      {restarting && !self && <span class="tile-note">{t.restarting}</span>}
      <figcaption class="tile-caption">
        <span class="tile-name" data-testid="tile-name">
          {shown}
        </span>
        {hand && <Icon name="hand" />}
        {!mic && <Icon name="mic-off" />}
        {!camera && <Icon name="camera-off" />}
      </figcaption>
    </figure>
  );
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first letters, as people see letters: an emoji or क्षि is one. */
function initials(name: string): string {
  return name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...letters.segment(word)][0]?.segment ?? "")
    .join("")
    .toUpperCase();
}
