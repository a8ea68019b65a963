import type { JSX } from "preact";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { CopyLink } from "./CopyLink";
import "./InviteButton.css";
import type { RoomView } from "./view";

/** Copies the link at a click; beside it the way to its QR code. */
export function InviteButton({ view }: { view: RoomView }): JSX.Element {
  const t = words().invite;
  const open = () => {
    view.dialog.value = "invite";
  };
  return (
    <span class="invite">
      <CopyLink
        view={view}
        testId="invite-copy"
        class="button-small invite-copy"
        onRefused={open}
      />
      <button
        type="button"
        class="button button-small button-square"
        data-testid="invite-open"
        aria-label={t.title}
        aria-haspopup="dialog"
        title={t.title}
        onClick={open}
      >
        <Icon name="qr" />
      </button>
    </span>
  );
}
