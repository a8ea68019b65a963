import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { copyLink } from "./invite";
import type { RoomView } from "./view";

interface Props {
  view: RoomView;
  testId: string;
  class: string;
  /** Nothing could be copied. */
  onRefused: () => void;
}

/** How long it says that the link was copied. */
const SAID_MS = 3_000;

/** One click and the link is copied. */
export function CopyLink({ view, testId, class: look, onRefused }: Props): JSX.Element {
  const t = words();
  const copies = useSignal(0);
  const copied = useSignal(false);
  useEffect(() => {
    if (copies.value === 0) return;
    copied.value = true;
    const timer = setTimeout(() => {
      copied.value = false;
    }, SAID_MS);
    return () => clearTimeout(timer);
  }, [copies.value]);
  return (
    <button
      type="button"
      class={`button ${look}`}
      data-testid={testId}
      data-copied={copied.value}
      title={t.invite.copy}
      onClick={async () => {
        if (await copyLink(view)) copies.value += 1;
        else onRefused();
      }}
    >
      <Icon name={copied.value ? "check" : "link"} />
      <span>{copied.value ? t.common.copied : t.invite.copy}</span>
    </button>
  );
}
