import type { JSX } from "preact";
import "./ControlBar.css";
import { DeviceHints } from "../DeviceHints";
import { DeviceToggles } from "../DeviceToggles";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { Toggle } from "../Toggle";
import type { RoomView } from "./view";

/** What one can do in the room. */
export function ControlBar({ view }: { view: RoomView }): JSX.Element {
  const t = words();
  const { media } = view.page;
  return (
    <nav class="controls" aria-label={t.room.controls}>
      <DeviceHints media={media} />
      <DeviceToggles media={media} />
      <Toggle
        name={t.chat.title}
        icon="chat"
        pressed={view.panel.value === "chat"}
        testId="chat-toggle"
        onToggle={() => view.togglePanel("chat")}
      />
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
    </nav>
  );
}
