import type { JSX } from "preact";
import "./ChatPanel.css";
import { words } from "../i18n";
import { Panel } from "../room/Panel";
import type { RoomView } from "../room/view";
import { MessageForm } from "./MessageForm";
import { MessageList } from "./MessageList";

/** What was written, and a place to write. */
export function ChatPanel({ view }: { view: RoomView }): JSX.Element {
  return (
    <Panel view={view} name="chat" title={words().chat.title}>
      <MessageList view={view} />
      <MessageForm view={view} />
    </Panel>
  );
}
