import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../i18n";
import "./ReactionMenu.css";
import { REACTIONS } from "./reaction_kinds";
import type { RoomView } from "./view";

interface Props {
  view: RoomView;
  /** One was chosen, or none is wanted. */
  onClose: () => void;
}

/** Where the arrows lead from one of them. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};

/** The reactions to choose from, over the button that opens it. */
export function ReactionMenu({ view, onClose }: Props): JSX.Element {
  const t = words().room;
  const menu = useRef<HTMLDivElement>(null);

  // Before the next key is pressed.
  useLayoutEffect(() => {
    menu.current?.querySelector("button")?.focus();
    const away = ({ target }: PointerEvent) => {
      if (!(target instanceof Element) || menu.current?.contains(target)) return;
      // Its button closes it by itself, and would open it again.
      if (!target.closest('[data-testid="reaction-toggle"]')) onClose();
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, []);

  const close = () => {
    document.querySelector<HTMLElement>('[data-testid="reaction-toggle"]')?.focus();
    onClose();
  };

  const step = (by: number) => {
    const buttons = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = buttons.findIndex((button) => button.matches(":focus"));
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be a form's.
    <div
      ref={menu}
      class="reaction-menu"
      role="group"
      aria-label={t.react}
      data-testid="reaction-menu"
      onKeyDown={(event) => {
        const by = STEPS[event.key];
        if (by !== undefined) {
          event.preventDefault();
          step(by);
        } else if (event.key === "Escape") {
          event.stopPropagation();
          close();
        }
      }}
    >
      {REACTIONS.map(({ name, emoji }) => (
        <button
          key={name}
          type="button"
          data-reaction={name}
          aria-label={t.reactions[name]}
          title={t.reactions[name]}
          onClick={() => {
            void view.session.react(emoji);
            close();
          }}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
