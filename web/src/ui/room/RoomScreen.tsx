import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Session } from "../../client";
import { ChatPanel } from "../chat/ChatPanel";
import { countUnread } from "../chat/unread";
import { useMedia } from "../media_query";
import type { Page } from "../page";
import { PeoplePanel } from "../people/PeoplePanel";
import { announceRoom } from "./announcements";
import { ControlBar } from "./ControlBar";
import { DiagnosticsDialog } from "./DiagnosticsDialog";
import { EmptyHint } from "./EmptyHint";
import { InviteButton } from "./InviteButton";
import { InviteDialog } from "./InviteDialog";
import { KeysDialog } from "./KeysDialog";
import { listenToKeys } from "./keys";
import { ModeBadge } from "./ModeBadge";
import { Reactions } from "./Reactions";
import "./RoomScreen.css";
import { SettingsDialog } from "./SettingsDialog";
import { Sound } from "./Sound";
import { Tiles } from "./Tiles";
import { RoomView } from "./view";

/** Where a panel lies over the tiles: as in RoomScreen.css. */
const NARROW = "not all and (min-width: 48rem)";

const FOLLOWERS = [listenToKeys, announceRoom, countUnread];

/** The room: everybody's tiles, what lies beside and over them, and what one can do. */
export function RoomScreen({ page, session }: { page: Page; session: Session }): JSX.Element {
  const view = useMemo(() => new RoomView(page, session), [page, session]);
  useEffect(() => {
    const stops = FOLLOWERS.map((follow) => follow(view));
    return () => {
      for (const stop of stops) stop();
      view.stop();
    };
  }, [view]);
  const narrow = useMedia(NARROW);
  return (
    <main class={view.panel.value ? "room room-panel" : "room"}>
      <header class="room-head">
        <h1>{page.room.value}</h1>
        <ModeBadge view={view} />
        <InviteButton view={view} />
      </header>
      {/* Read in this order: what one can do, who is here, what is said. Their places are the grid's. */}
      <ControlBar view={view} />
      <div class="room-stage">
        <Tiles view={view} covered={narrow && view.panel.value !== null} />
        <EmptyHint view={view} />
        <Reactions view={view} />
      </div>
      {view.panel.value === "chat" && <ChatPanel view={view} />}
      {view.panel.value === "people" && <PeoplePanel view={view} />}
      <Sound view={view} />
      <OpenDialog view={view} />
    </main>
  );
}

function OpenDialog({ view }: { view: RoomView }): JSX.Element | null {
  switch (view.dialog.value) {
    case "invite":
      return <InviteDialog view={view} />;
    case "settings":
      return <SettingsDialog view={view} />;
    case "keys":
      return <KeysDialog view={view} />;
    case "diagnostics":
      return <DiagnosticsDialog view={view} />;
    case null:
      return null;
  }
}
