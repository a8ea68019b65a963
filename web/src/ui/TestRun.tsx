import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { ConnectionTest, type TestStep, type TestStepState } from "../client";
import { announce } from "./announce";
import { Icon, type IconName } from "./Icon";
import { signalOf } from "./signals";
import { allOpen, stepName, stepResult, verdict } from "./verdict";

export interface TestRunProps {
  endpoint: string;
  /** What one would join with. */
  token: string | undefined;
  /** Another number: it runs anew. */
  run: number;
  onDone: () => void;
  /** This file did not come. */
  onMissing: () => void;
}

/** The steps of a connection test as they go, and what is to be said of them. */
export function TestRun({ endpoint, token, run, onDone }: TestRunProps): JSX.Element {
  const done = useSignal(false);
  const test = useMemo(() => new ConnectionTest({ endpoint, token }), [endpoint, token]);
  const steps = signalOf(test.steps).value;
  useEffect(() => {
    done.value = false;
    void test.run().then((ended) => {
      // One that was stopped has nothing to say.
      if (ended.some(({ state }) => state === "waiting" || state === "running")) return;
      done.value = true;
      announce(verdict(ended));
      onDone();
    });
    return () => test.stop();
  }, [test, run]);
  return (
    <div class="check-result">
      <ul>
        {steps.map((step) => (
          <Step key={step.step} step={step} />
        ))}
      </ul>
      {done.value && (
        <p
          class={allOpen(steps) ? "check-good" : "check-bad"}
          data-testid="connection-test-verdict"
        >
          {verdict(steps)}
        </p>
      )}
    </div>
  );
}

const ICONS: Record<TestStepState, IconName> = {
  waiting: "skipped",
  running: "waiting",
  ok: "open",
  failed: "closed",
  skipped: "skipped",
};

function Step({ step }: { step: TestStep }): JSX.Element {
  return (
    <li
      class={`check-step check-${step.state}`}
      data-testid="connection-test-step"
      data-step={step.step}
      data-state={step.state}
    >
      <Icon name={ICONS[step.state]} />
      <span>{stepName(step.step)}</span>
      <span class="check-how">{stepResult(step)}</span>
    </li>
  );
}
