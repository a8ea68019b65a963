import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "./Icon";
import "./InviteLink.css";

/** The link that brings others here, and a button that copies it. */
export function InviteLink({ room }: { room: string }): JSX.Element {
  const copied = useSignal(false);
  const link = `${location.origin}/r/${room}`;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      copied.value = true;
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
      <button type="button" class="button button-small" onClick={() => void copy()}>
        <Icon name="link" />
        {copied.value ? "Copied" : "Copy link"}
      </button>
    </div>
  );
}
