import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import "./Meter.css";

interface Props {
  /** What it measures, for screen readers. */
  label: string;
  /** 0 to 1. Only the meter renders anew when it changes. */
  level: ReadonlySignal<number>;
  testId?: string;
}

/** A level as a bar. */
export function Meter({ label, level, testId }: Props): JSX.Element {
  const share = Math.min(1, Math.max(0, level.value));
  return (
    // biome-ignore lint/a11y/useSemanticElements: the bar of <meter> cannot be drawn by transform.
    <div
      class="meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      data-testid={testId}
    >
      {/* By transform: no layout at ten changes a second. */}
      <span class="meter-bar" style={{ transform: `scaleX(${share.toFixed(3)})` }} />
    </div>
  );
}
