import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { Icon, type IconName } from "./Icon";
import { number } from "./i18n";
import "./Toggle.css";

interface Props {
  /** Always the same: what is on is said by `pressed`. */
  name: string;
  icon: IconName;
  pressed: boolean;
  onToggle: () => void;
  testId: string;
  /** It was asked for, and is not decided yet. */
  busy?: boolean;
  /** `alert`: off is what one has to notice (microphone, camera). */
  off?: "plain" | "alert";
  /** The key that does the same, as it is written on it. */
  shortcut?: string | undefined;
  /** A count at the corner; 0 shows none. Say it in words by `description`. */
  badge?: number;
  badgeTestId?: string;
  /** More about it for screen readers; empty: nothing. */
  description?: string;
  disabled?: boolean;
  /** The id of what it opens. */
  controls?: string;
}

/** A round button that is on or off. */
export function Toggle(props: Props): JSX.Element {
  const { name, icon, pressed, onToggle, testId, shortcut } = props;
  const { busy = false, off = "plain", badge = 0, disabled = false, controls } = props;
  const { badgeTestId, description = "" } = props;
  const descriptionId = useId();
  return (
    <button
      type="button"
      class={`round ${off === "alert" ? "round-alert" : ""}`}
      data-testid={testId}
      aria-label={name}
      aria-pressed={pressed}
      aria-busy={busy}
      aria-keyshortcuts={shortcut}
      aria-controls={controls}
      aria-describedby={description ? descriptionId : undefined}
      title={shortcut ? `${name} (${shortcut})` : name}
      disabled={disabled}
      onClick={onToggle}
    >
      <Icon name={icon} />
      {badge > 0 && (
        <span class="round-badge" aria-hidden="true" data-testid={badgeTestId}>
          {badge > 99 ? "99+" : number(badge)}
        </span>
      )}
      {description && (
        <span id={descriptionId} hidden>
          {description}
        </span>
      )}
    </button>
  );
}
