import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { words } from "../i18n";
import { signalOf } from "../signals";
import { keepFocus } from "./focus";
import { gridOf, type Place, stripOf } from "./grid";
import { followSpeaker } from "./speaker_view";
import { stageOf } from "./stage";
import { Tile } from "./Tile";
import "./Tiles.css";
import { tilesOf } from "./tile_models";
import type { RoomView } from "./view";
import { Sights } from "./wishes";

interface Props {
  view: RoomView;
  /** A panel lies over the tiles. */
  covered: boolean;
}

/**
 * Everybody's tiles. They are one list whatever the layout, so that no picture starts anew when
 * another tile takes the stage: where each lies is the style's.
 */
export function Tiles({ view, covered }: Props): JSX.Element {
  const { page, session } = view;
  const section = useRef<HTMLElement>(null);
  const place = usePlace(section);
  const speaker = useSignal<string | null>(null);
  const sights = useMemo(() => new Sights(session), [session]);
  useEffect(() => sights.start(), [sights]);
  useEffect(() => sights.cover(covered), [sights, covered]);
  useEffect(() => (section.current ? keepFocus(section.current) : undefined), []);
  useEffect(() => followSpeaker(session.room.participants, speaker), [session]);

  const tiles = tilesOf(
    signalOf(session.room.participants).value,
    signalOf(page.media.state).value,
    signalOf(session.incoming).value,
  );
  const stage = stageOf(
    tiles.map(({ key, participant: { id, self }, source }) => ({
      key,
      participant: id,
      self,
      screen: source === "screen",
    })),
    { layout: view.layout.value, pinned: view.pinned.value, speaker: speaker.value },
  );
  const { name, style } =
    stage === null ? gridStyle(tiles.length, place) : stageStyle(tiles.length, place);
  return (
    <section
      ref={section}
      class={`tiles tiles-${name}`}
      aria-label={words().room.people}
      tabIndex={-1}
      inert={covered}
      style={style}
    >
      {tiles.map((tile) => (
        <Tile key={tile.key} tile={tile} view={view} sights={sights} staged={tile.key === stage} />
      ))}
    </section>
  );
}

interface Arrangement {
  name: "grid" | "scroll" | "stage-end" | "stage-below";
  style: Record<string, string>;
}

function gridStyle(count: number, place: Place): Arrangement {
  const { tileWidth, tileHeight, scrolls } = gridOf(count, place);
  return { name: scrolls ? "scroll" : "grid", style: sizes(tileWidth, tileHeight) };
}

function stageStyle(count: number, place: Place): Arrangement {
  const { side, tileWidth, tileHeight } = stripOf(place);
  return {
    name: `stage-${side}`,
    style: {
      ...sizes(tileWidth, tileHeight),
      "--others": String(count - 1),
      "--place-width": `${place.width}px`,
      "--place-height": `${place.height}px`,
    },
  };
}

function sizes(width: number, height: number): Record<string, string> {
  return { "--tile-width": `${width}px`, "--tile-height": `${height}px` };
}

/** How much room there is, followed. */
function usePlace(section: { readonly current: HTMLElement | null }): Place {
  const place = useSignal<Place>({ width: 0, height: 0, gap: 0 });
  useLayoutEffect(() => {
    const element = section.current;
    if (!element) return;
    const measure = () => {
      // Without scrollbars.
      const { clientWidth: width, clientHeight: height } = element;
      const gap = Number.parseFloat(getComputedStyle(element).columnGap) || 0;
      const now = place.value;
      if (now.width === width && now.height === height && now.gap === gap) return;
      place.value = { width, height, gap };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // Before the first frame is drawn.
    measure();
    return () => observer.disconnect();
  }, []);
  return place.value;
}
