import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { announce } from "./announce";
import { Icon } from "./Icon";
import { words } from "./i18n";
import "./InviteLink.css";

/** The link that brings others here, and a button that copies it. */
export function InviteLink({ room }: { room: string }): JSX.Element {
  const copied = useSignal(false);
  const t = words().invite;
  const link = `${location.origin}/r/${room}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      copied.value = true;
      announce(t.copied);
      setTimeout(() => {
        copied.value = false;
      }, 2_000);
    } catch {
      // Without the right to write there, the link can be copied by hand.
    }
  };
  return (
    <div class="invite">
      <a class="invite-link" data-testid="invite-link" href={link} target="_blank" rel="noopener">
        {link}
      </a>
      <button
        type="button"
        class="button button-small"
        data-testid="invite-copy"
        onClick={() => void copy()}
      >
        <Icon name={copied.value ? "check" : "copy"} />
        {copied.value ? t.copied : t.copy}
      </button>
    </div>
  );
}
