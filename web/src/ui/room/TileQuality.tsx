import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import type { Quality } from "../../client";
import { words } from "../i18n";
import { qualityWords } from "./quality_words";
import "./TileQuality.css";

interface Props {
  name: string;
  /** Undefined: not measured yet. */
  quality: Quality | undefined;
}

/** How bad somebody's connection is, and why; nothing while it is good. */
export function TileQuality({ name, quality }: Props): JSX.Element | null {
  if (!quality || quality.level === "good") return null;
  return <BadQuality name={name} quality={quality} />;
}

function BadQuality({ name, quality }: { name: string; quality: Quality }): JSX.Element {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLSpanElement>(null);
  const figures = useId();
  const { level, details } = qualityWords(name, quality);
  const isOpen = open.value;
  useLayoutEffect(() => {
    const element = popover.current;
    if (!element || !button.current) return;
    if (!isOpen) return element.hidePopover?.();
    element.showPopover?.();
    placeAbove(element, button.current);
  }, [isOpen]);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`quality quality-${quality.level}`}
        aria-label={`${words().tile.quality}: ${level}`}
        aria-describedby={figures}
        aria-expanded={isOpen}
        title={[level, ...details].join("\n")}
        onClick={() => {
          open.value = !isOpen;
        }}
        onBlur={() => {
          open.value = false;
        }}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !isOpen) return;
          event.stopPropagation();
          open.value = false;
        }}
      >
        <Bars level={quality.level} />
      </button>
      {/* Above everything: the tile would cut it off. */}
      <span ref={popover} class="quality-figures" popover="manual">
        <strong>{level}</strong>
        <span id={figures}>
          {details.map((detail) => (
            <span key={detail}>{detail} </span>
          ))}
        </span>
      </span>
    </>
  );
}

const FULL: Record<Quality["level"], number> = { good: 3, fair: 2, poor: 1, lost: 0 };

function Bars({ level }: { level: Quality["level"] }): JSX.Element {
  return (
    <svg viewBox="0 0 12 12" class="quality-bars" aria-hidden="true">
      {[0, 1, 2].map((bar) => (
        <rect
          key={bar}
          class={bar < FULL[level] ? "full" : ""}
          x={bar * 4.25}
          y={8 - bar * 4}
          width="3.5"
          height={4 + bar * 4}
          rx="1"
        />
      ))}
    </svg>
  );
}

/** Above the button, within the window. */
function placeAbove(element: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = element;
  const margin = 8;
  const left = Math.min(at.left, window.innerWidth - offsetWidth - margin);
  const top = at.top - offsetHeight - margin;
  element.style.left = `${Math.max(margin, left)}px`;
  element.style.top = `${top < margin ? at.bottom + margin : top}px`;
}
