import type { JSX } from "preact";
import { words } from "../i18n";
import { signalOf } from "../signals";
import { CopyLink } from "./CopyLink";
import "./EmptyHint.css";
import { LinkField } from "./LinkField";
import type { RoomView } from "./view";

/** What somebody who is alone can do. */
export function EmptyHint({ view }: { view: RoomView }): JSX.Element | null {
  const people = signalOf(view.session.room.participants).value;
  if (people.length !== 1) return null;
  return (
    <section class="empty-hint" data-testid="empty-hint" aria-label={words().invite.title}>
      <p>{words().room.alone}</p>
      <div class="empty-hint-row">
        <LinkField view={view} testId="empty-link" />
        <CopyLink
          view={view}
          testId="empty-copy"
          class="button-primary"
          onRefused={() => {
            view.dialog.value = "invite";
          }}
        />
      </div>
    </section>
  );
}
