import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { ConnectionTest as Test, type TestStep, type TestStepState } from "../client";
import { announce } from "./announce";
import "./ConnectionTest.css";
import { Icon, type IconName } from "./Icon";
import { words } from "./i18n";
import { signalOf } from "./signals";
import { allOpen, stepName, stepResult, verdict } from "./verdict";

interface Props {
  endpoint: string;
  /** As the last join told them; null: not known before the first. */
  iceServers: readonly RTCIceServer[] | null;
  /** Begins at once. */
  begun?: boolean;
}

type Phase = "idle" | "running" | "done";

/** Tries the ways to the server and to others, and says which are closed and what to do. */
export function ConnectionTest({ endpoint, iceServers, begun = false }: Props): JSX.Element {
  const t = words().check;
  const phase = useSignal<Phase>("idle");
  const test = useMemo(
    () => new Test({ endpoint, iceServers: iceServers ?? [] }),
    [endpoint, iceServers],
  );
  const steps = signalOf(test.steps).value;

  const run = () => {
    phase.value = "running";
    announce(t.running);
    void test.run().then((ended) => {
      // One that was stopped has nothing to say.
      if (ended.some(({ state }) => state === "waiting" || state === "running")) return;
      phase.value = "done";
      announce(verdict(ended));
    });
  };
  useEffect(() => {
    if (begun) run();
    return () => test.stop();
  }, [test]);

  return (
    <section class="check" data-testid="connection-test" data-state={phase.value}>
      <button
        type="button"
        class="button button-small button-quiet check-run"
        aria-expanded={phase.value !== "idle"}
        // Not `disabled`: the focus would be lost.
        aria-disabled={phase.value === "running"}
        onClick={() => {
          if (phase.value !== "running") run();
        }}
      >
        <Icon name="signal" />
        {phase.value === "idle" ? t.run : phase.value === "running" ? t.running : t.again}
      </button>
      {phase.value !== "idle" && (
        <div class="check-result">
          <ul>
            {steps.map((step) => (
              <Step key={step.step} step={step} known={iceServers !== null} />
            ))}
          </ul>
          {phase.value === "done" && (
            <p
              class={allOpen(steps) ? "check-good" : "check-bad"}
              data-testid="connection-test-verdict"
            >
              {verdict(steps)}
            </p>
          )}
        </div>
      )}
    </section>
  );
}

const ICONS: Record<TestStepState, IconName> = {
  waiting: "skipped",
  running: "waiting",
  ok: "open",
  failed: "closed",
  skipped: "skipped",
};

function Step({ step, known }: { step: TestStep; known: boolean }): JSX.Element {
  return (
    <li
      class={`check-step check-${step.state}`}
      data-testid="connection-test-step"
      data-step={step.step}
      data-state={step.state}
    >
      <Icon name={ICONS[step.state]} />
      <span>{stepName(step.step)}</span>
      <span class="check-how">{stepResult(step, known)}</span>
    </li>
  );
}
