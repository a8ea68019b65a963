import type { JSX } from "preact";
import { words } from "../i18n";
import { signalOf } from "../signals";
import "./ModeBadge.css";
import type { RoomView } from "./view";

/** Whether media goes through the server or straight between browsers. */
export function ModeBadge({ view }: { view: RoomView }): JSX.Element | null {
  const t = words().room;
  const mode = signalOf(view.session.info).value?.room.mode;
  if (mode === undefined) return null;
  const [text, hint] =
    mode === "mesh" ? [t.modeMesh, t.modeMeshHint] : [t.modeGateway, t.modeGatewayHint];
  return (
    <span class="badge mode-badge" data-testid="mode-badge" data-mode={mode} title={hint}>
      {text}
      <span class="unseen">. {hint}</span>
    </span>
  );
}
