import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../announce";
import { copyKeys } from "../clipboard";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { CopyLink } from "./CopyLink";
import "./InviteDialog.css";
import { canShare, copyRefused, inviteLink, shareLink } from "./invite";
import { LinkField } from "./LinkField";
import { type QrCode, qrCode } from "./qr";
import type { RoomView } from "./view";

/** The link to this room: to copy, to share, to scan. */
export function InviteDialog({ view }: { view: RoomView }): JSX.Element {
  const t = words().invite;
  const field = useRef<HTMLInputElement>(null);
  const refused = copyRefused.value;
  const byHand = refused ? handInstructions() : "";
  useEffect(() => {
    if (!refused) return;
    field.current?.select();
    announce(byHand);
  }, [refused]);
  useEffect(
    () => () => {
      copyRefused.value = false;
    },
    [],
  );
  return (
    <Dialog
      title={t.title}
      testId="invite-dialog"
      onClose={() => {
        view.dialog.value = null;
      }}
    >
      <LinkField view={view} testId="invite-link" field={field} />
      {refused && <p class="hint">{byHand}</p>}
      <div class="invite-actions">
        <CopyLink
          view={view}
          testId="invite-dialog-copy"
          class="button-primary"
          onRefused={() => field.current?.select()}
        />
        {canShare() && (
          <button
            type="button"
            class="button"
            data-testid="invite-share"
            onClick={() => void shareLink(view)}
          >
            <Icon name="share" />
            {t.share}
          </button>
        )}
      </div>
      <Scannable link={inviteLink(view)} alt={t.qrAlt(view.page.room.value)} />
    </Dialog>
  );
}

/** What to do where the page may not copy. */
function handInstructions(): string {
  const keys = copyKeys();
  return keys === null ? words().common.copyFailed : words().invite.press(keys);
}

/** The QR code; where it cannot be had, the link above it must do. */
function Scannable({ link, alt }: { link: string; alt: string }): JSX.Element | null {
  const code = useSignal<QrCode | "none" | null>(null);
  useEffect(() => {
    let wanted = true;
    qrCode(link).then(
      (made) => {
        if (wanted) code.value = made;
      },
      () => {
        if (wanted) code.value = "none";
      },
    );
    return () => {
      wanted = false;
    };
  }, [link]);
  if (code.value === "none") return null;
  const { size, path } = code.value ?? { size: 1, path: "" };
  return (
    <svg class="invite-qr" role="img" aria-label={alt} viewBox={`0 0 ${size} ${size}`}>
      <title>{alt}</title>
      <path d={path} shape-rendering="crispEdges" />
    </svg>
  );
}
