import type { JSX } from "preact";
import type { LocalMedia } from "../client";
import "./ControlBar.css";
import { DeviceHints } from "./DeviceHints";
import { DeviceToggles } from "./DeviceToggles";
import { Icon } from "./Icon";

interface Props {
  media: LocalMedia;
  chatOpen: boolean;
  onChat: () => void;
  onLeave: () => void;
}

/** What one can do in the room. */
export function ControlBar({ media, chatOpen, onChat, onLeave }: Props): JSX.Element {
  return (
    <nav class="controls" aria-label="Controls">
      <DeviceHints media={media} />
      <DeviceToggles media={media} />
      <button
        type="button"
        class="round round-plain"
        data-testid="chat-toggle"
        aria-label="Chat"
        aria-pressed={chatOpen}
        title="Chat"
        onClick={onChat}
      >
        <Icon name="chat" />
      </button>
      <button
        type="button"
        class="button button-danger"
        data-testid="leave-button"
        onClick={onLeave}
      >
        Leave
      </button>
    </nav>
  );
}
