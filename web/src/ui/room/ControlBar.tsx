import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import "./ControlBar.css";
import { DeviceHints } from "../DeviceHints";
import { DeviceToggles } from "../DeviceToggles";
import { canFullScreen, isFullScreen, toggleFullScreen } from "../full_screen";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { signalOf } from "../signals";
import { Toggle } from "../Toggle";
import { MicSigns } from "./MicSigns";
import { ReactionMenu } from "./ReactionMenu";
import { ScreenToggle } from "./ScreenToggle";
import { KEYS } from "./shortcuts";
import type { RoomView } from "./view";

/** What one can do in the room. */
export function ControlBar({ view }: { view: RoomView }): JSX.Element {
  const t = words();
  const { media } = view.page;
  return (
    <nav class="controls" aria-label={t.room.controls}>
      <DeviceHints media={media} />
      <div class="controls-group controls-self">
        <div class="controls-devices">
          <MicSigns view={view} />
          <DeviceToggles media={media} shortcuts />
        </div>
        <ScreenToggle media={media} />
        <HandToggle view={view} />
        <ReactionToggle view={view} />
        <button
          type="button"
          class="button button-danger controls-leave"
          data-testid="leave-button"
          title={t.room.leave}
          onClick={() => view.page.leave()}
        >
          <Icon name="leave" />
          <span>{t.room.leave}</span>
        </button>
      </div>
      <div class="controls-group controls-view">
        <PanelToggles view={view} />
        <ViewToggles view={view} />
      </div>
    </nav>
  );
}

function HandToggle({ view }: { view: RoomView }): JSX.Element {
  const up = signalOf(view.session.hand).value;
  return (
    <Toggle
      name={words().room.raiseHand}
      icon="hand"
      pressed={up}
      shortcut={KEYS.hand}
      testId="hand-toggle"
      onToggle={() => view.session.raiseHand(!up)}
    />
  );
}

function ReactionToggle({ view }: { view: RoomView }): JSX.Element {
  const open = useSignal(false);
  return (
    <div class="controls-reaction">
      <Toggle
        name={words().room.react}
        icon="smile"
        pressed={open.value}
        testId="reaction-toggle"
        onToggle={() => {
          open.value = !open.value;
        }}
      />
      {open.value && (
        <ReactionMenu
          view={view}
          onClose={() => {
            open.value = false;
          }}
        />
      )}
    </div>
  );
}

/** What opens beside the tiles. */
function PanelToggles({ view }: { view: RoomView }): JSX.Element {
  const t = words();
  const unread = view.unread.value;
  return (
    <>
      <Toggle
        name={t.chat.title}
        icon="chat"
        pressed={view.panel.value === "chat"}
        shortcut={KEYS.chat}
        badge={unread}
        badgeTestId="chat-unread"
        description={unread > 0 ? t.chat.unread(unread) : ""}
        testId="chat-toggle"
        onToggle={() => view.togglePanel("chat")}
      />
      <Toggle
        name={t.people.title}
        icon="people"
        pressed={view.panel.value === "people"}
        shortcut={KEYS.people}
        testId="people-toggle"
        onToggle={() => view.togglePanel("people")}
      />
    </>
  );
}

/** How the room is shown. */
function ViewToggles({ view }: { view: RoomView }): JSX.Element {
  const t = words().room;
  const speaker = view.layout.value === "speaker";
  return (
    <>
      <Toggle
        name={t.speakerView}
        icon="speaker-view"
        pressed={speaker}
        testId="layout-toggle"
        onToggle={() => view.setLayout(speaker ? "grid" : "speaker")}
      />
      {canFullScreen() && (
        <Toggle
          name={t.fullScreen}
          icon={isFullScreen.value ? "fullscreen-exit" : "fullscreen"}
          pressed={isFullScreen.value}
          testId="fullscreen-toggle"
          onToggle={toggleFullScreen}
        />
      )}
      <Toggle
        name={t.settings}
        icon="settings"
        pressed={view.dialog.value === "settings"}
        testId="settings-toggle"
        onToggle={() => {
          view.dialog.value = "settings";
        }}
      />
    </>
  );
}
