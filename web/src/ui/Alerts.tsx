import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./Alerts.css";
import { Icon } from "./Icon";
import { words } from "./i18n";
import { dismiss, notices } from "./notices";

/**
 * The top of the page: the banner (`children`) and what comes and goes. Its height is `--alerts`, so
 * that a small screen makes room for it instead of having its head covered.
 */
export function Alerts({ children }: { children: ComponentChildren }): JSX.Element {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => {
      document.documentElement.style.setProperty("--alerts", `${element.offsetHeight}px`);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <header ref={box} class="alerts">
      {children}
      {notices.value.map(({ id, kind, text }) => (
        <div
          key={id}
          class={`notice notice-${kind}`}
          data-testid={kind === "error" ? "error-banner" : "notice"}
        >
          {kind === "error" && <Icon name="warning" />}
          <span>{text}</span>
          <button
            type="button"
            class="button button-small button-square button-quiet"
            aria-label={words().status.dismiss}
            title={words().status.dismiss}
            onClick={() => dismiss(id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </header>
  );
}
