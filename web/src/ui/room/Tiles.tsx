import type { JSX } from "preact";
import { words } from "../i18n";
import { signalOf } from "../signals";
import { Tile } from "./Tile";
import type { RoomView } from "./view";

/** Everybody's tiles. */
export function Tiles({ view }: { view: RoomView }): JSX.Element {
  const { page, session } = view;
  const participants = signalOf(session.room.participants).value;
  const incoming = signalOf(session.incoming).value;
  const media = signalOf(page.media.state).value;
  return (
    <section class="room-grid" aria-label={words().room.people} style={layout(participants.length)}>
      {participants.map((participant) => {
        const mine = participant.self;
        return (
          <Tile
            key={participant.id}
            // One's own switches show at once, not after the server said so.
            participant={
              mine
                ? {
                    ...participant,
                    mic: media.mic.phase === "on",
                    camera: media.camera.phase === "on",
                  }
                : participant
            }
            track={
              mine
                ? media.camera.phase === "on"
                  ? media.camera.track
                  : null
                : (incoming.get(participant.id)?.camera ?? null)
            }
          />
        );
      })}
    </section>
  );
}

/** How many columns and rows the tiles take, on a wide and on a narrow screen. */
function layout(count: number): Record<string, string> {
  const wide = Math.ceil(Math.sqrt(Math.max(1, count)));
  const narrow = count <= 2 ? 1 : 2;
  const rows = (columns: number) => String(Math.max(1, Math.ceil(count / columns)));
  return {
    "--wide-columns": String(wide),
    "--wide-rows": rows(wide),
    "--narrow-columns": String(narrow),
    "--narrow-rows": rows(narrow),
  };
}
