import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { CloseButton } from "../CloseButton";
import "./Panel.css";
import type { Panel as PanelName, RoomView } from "./view";

interface Props {
  view: RoomView;
  name: PanelName;
  title: string;
  children: ComponentChildren;
}

/**
 * What lies beside the tiles, open while it is rendered. The focus goes to the element inside that
 * has `data-autofocus`, else to the title; when it closes, to the button that opens it.
 */
export function Panel({ view, name, title, children }: Props): JSX.Element {
  const panel = useRef<HTMLElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const element = panel.current;
    element?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      // Who went elsewhere meanwhile stays there.
      if (!element?.contains(document.activeElement)) return;
      document.querySelector<HTMLElement>(`[data-testid="${name}-toggle"]`)?.focus();
    };
  }, [name]);
  const close = () => {
    if (view.panel.value === name) view.togglePanel(name);
  };
  return (
    <aside
      ref={panel}
      id={`${name}-panel`}
      class="panel"
      aria-labelledby={titleId}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        event.stopPropagation();
        close();
      }}
    >
      <header class="panel-head">
        <h2
          id={titleId}
          class="panel-title"
          tabIndex={-1}
          data-autofocus={name === "people" ? "" : undefined}
        >
          {title}
        </h2>
        <CloseButton onClose={close} />
      </header>
      {children}
    </aside>
  );
}
