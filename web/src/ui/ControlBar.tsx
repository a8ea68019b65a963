import type { JSX } from "preact";
import type { LocalMedia } from "../client";
import "./ControlBar.css";
import { DeviceHints } from "./DeviceHints";
import { DeviceToggles } from "./DeviceToggles";
import { Icon } from "./Icon";
import { words } from "./i18n";
import { Toggle } from "./Toggle";

interface Props {
  media: LocalMedia;
  chatOpen: boolean;
  onChat: () => void;
  onLeave: () => void;
}

/** What one can do in the room. */
export function ControlBar({ media, chatOpen, onChat, onLeave }: Props): JSX.Element {
  const t = words();
  return (
    <nav class="controls" aria-label={t.room.controls}>
      <DeviceHints media={media} />
      <DeviceToggles media={media} />
      <Toggle
        name={t.chat.title}
        icon="chat"
        pressed={chatOpen}
        testId="chat-toggle"
        onToggle={onChat}
      />
      <button
        type="button"
        class="button button-danger controls-leave"
        data-testid="leave-button"
        title={t.room.leave}
        onClick={onLeave}
      >
        <Icon name="leave" />
        <span>{t.room.leave}</span>
      </button>
    </nav>
  );
}
