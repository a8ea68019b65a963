import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { signalOf } from "../signals";
import { Video } from "../Video";
import { colourOf, initials } from "./initials";
import "./Tile.css";
import { TileActions } from "./TileActions";
import { TileQuality } from "./TileQuality";
import type { TileModel } from "./tile_models";
import type { RoomView } from "./view";
import type { Sights } from "./wishes";

interface Props {
  tile: TileModel;
  view: RoomView;
  sights: Sights;
  /** It is the large one. */
  staged: boolean;
}

/** Somebody in the room, or the screen they share: picture or initials, name, what is switched off. */
export function Tile({ tile, view, sights, staged }: Props): JSX.Element {
  const { participant, source, track } = tile;
  const { id, self, name, mic, camera, hand, call } = participant;
  const t = words().tile;
  const figure = useRef<HTMLElement>(null);
  /** The picture's shape, once there is one. */
  const shape = useSignal<"none" | "wide" | "upright">("none");
  useEffect(() => {
    if (!self && figure.current) return sights.watch(figure.current, id, source);
  }, [sights, id, source, self]);
  useEffect(() => {
    if (!track) shape.value = "none";
  }, [track]);

  const screen = source === "screen";
  const pinned = view.pinned.value === tile.key;
  const talking = participant.talking && !screen;
  const sends = screen || camera;
  /** Nothing goes out meanwhile, and one's own picture would be black. */
  const held = self && signalOf(view.session.silenced).value;
  const showsPicture = track !== null && sends && !held && (self || shape.value !== "none");
  const note = noteOf(tile, showsPicture);
  const person = self ? t.you(name) : name;
  const shown = screen ? words().room.screenOf(name) : person;
  const signs = [
    screen || mic ? "" : t.micOff,
    sends ? "" : t.cameraOff,
    hand && !screen ? t.handRaised : "",
    pinned ? t.pinned : "",
    note,
  ].filter(Boolean);
  const classes = [
    "tile",
    talking && "tile-talking",
    staged && "tile-staged",
    (screen || shape.value === "upright") && "tile-whole",
  ];
  return (
    <figure
      ref={figure}
      class={classes.filter(Boolean).join(" ")}
      aria-label={[shown, ...signs].join(", ")}
      data-testid="tile"
      data-participant={id}
      data-self={String(self)}
      data-mic={String(mic)}
      data-camera={String(camera)}
      data-screen={String(screen)}
      data-talking={String(talking)}
      data-call={call}
      onDblClick={(event) => {
        const { target } = event;
        if (target instanceof Element && !target.closest("button")) view.togglePin(tile.key);
      }}
    >
      {track && (
        <Video
          track={track}
          mirrored={self && !screen}
          hidden={!showsPicture}
          testId="tile-video"
          onPicture={(width, height) => {
            shape.value = height > width ? "upright" : "wide";
          }}
        />
      )}
      {!showsPicture && (
        <span class={`tile-initials person-${colourOf(id)}`} aria-hidden="true">
          <span>{initials(name)}</span>
        </span>
      )}
      {note && <span class="tile-note">{note}</span>}
      <figcaption class="tile-caption">
        {screen && <Icon name="screen" />}
        <span class="tile-name" dir="auto" data-testid="tile-name" title={shown}>
          {shown}
        </span>
        {hand && !screen && <Icon name="hand" />}
        {!mic && !screen && <Icon name="mic-off" />}
        {!sends && <Icon name="camera-off" />}
        {pinned && <Icon name="pin" />}
        {!screen && <TileQuality name={name} quality={view.quality.value.get(id)} />}
      </figcaption>
      <TileActions
        figure={figure}
        name={shown}
        picture={showsPicture}
        pinned={pinned}
        onPin={() => view.togglePin(tile.key)}
      />
    </figure>
  );
}

/** What one waits for; empty: nothing. */
function noteOf({ participant, source }: TileModel, showsPicture: boolean): string {
  const t = words().tile;
  if (participant.self) return "";
  if (participant.call === "restarting") return t.restarting;
  const sends = source === "screen" || participant.camera;
  return sends && !showsPicture ? t.connecting : "";
}
