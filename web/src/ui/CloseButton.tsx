import type { JSX } from "preact";
import { Icon } from "./Icon";
import { words } from "./i18n";

/** Closes what it stands in: a dialog, a panel. */
export function CloseButton({ onClose }: { onClose: () => void }): JSX.Element {
  const name = words().common.close;
  return (
    <button
      type="button"
      class="button button-square button-quiet"
      aria-label={name}
      title={name}
      onClick={onClose}
    >
      <Icon name="close" />
    </button>
  );
}
