import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Session } from "../client";
import { ChatPanel } from "./ChatPanel";
import { ControlBar } from "./ControlBar";
import { InviteLink } from "./InviteLink";
import { words } from "./i18n";
import type { Page } from "./page";
import { RemoteAudio, SoundButton } from "./RemoteAudio";
import "./RoomScreen.css";
import { signalOf } from "./signals";
import { Tile } from "./Tile";

/** The room: everybody's tiles, and what one can do. */
export function RoomScreen({ page, session }: { page: Page; session: Session }): JSX.Element {
  const chatOpen = useSignal(false);
  const participants = signalOf(session.room.participants).value;
  const incoming = signalOf(session.incoming).value;
  const media = signalOf(page.media.state).value;
  return (
    <main class={`room ${chatOpen.value ? "room-chat" : ""}`}>
      <header class="room-head">
        <h1>{page.room.value}</h1>
        <InviteLink room={page.room.value} />
      </header>
      <section
        class="room-grid"
        aria-label={words().room.people}
        style={layout(participants.length)}
      >
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
      {[...incoming].map(([id, { mic }]) => mic && <RemoteAudio key={id} track={mic} />)}
      {chatOpen.value && <ChatPanel session={session} />}
      <ControlBar
        media={page.media}
        chatOpen={chatOpen.value}
        onChat={() => {
          chatOpen.value = !chatOpen.value;
        }}
        onLeave={() => page.leave()}
      />
      <div class="room-sound">
        <SoundButton />
      </div>
    </main>
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
