import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "./announce";
import "./ConnectionTest.css";
import { Icon } from "./Icon";
import { words } from "./i18n";
import { lazily } from "./lazily";
import { notify } from "./notices";
import { testRun } from "./test_run";

interface Props {
  endpoint: string;
  /** What one would join with. */
  token: string | undefined;
  /** Begins at once. */
  begun?: boolean;
}

type Phase = "idle" | "running" | "done";

const TestRun = lazily(testRun, ({ onMissing }) => onMissing());

/** Tries the ways to the server and to others, and says which are closed and what to do. */
export function ConnectionTest({ endpoint, token, begun = false }: Props): JSX.Element {
  const t = words().check;
  const phase = useSignal<Phase>("idle");
  /** How often it was asked for. */
  const run = useSignal(0);

  const begin = () => {
    phase.value = "running";
    run.value += 1;
    announce(t.running);
  };
  useEffect(() => {
    if (begun) begin();
  }, []);

  return (
    <section class="check" data-testid="connection-test" data-state={phase.value}>
      <button
        type="button"
        class="button button-small button-quiet check-run"
        aria-expanded={phase.value !== "idle"}
        // Not `disabled`: the focus would be lost.
        aria-disabled={phase.value === "running"}
        onClick={() => {
          if (phase.value !== "running") begin();
        }}
      >
        <Icon name="signal" />
        {phase.value === "idle" ? t.run : phase.value === "running" ? t.running : t.again}
      </button>
      {phase.value !== "idle" && (
        <TestRun
          endpoint={endpoint}
          token={token}
          run={run.value}
          onDone={() => {
            phase.value = "done";
          }}
          onMissing={() => {
            phase.value = "idle";
            notify(words().problem.partMissing, "error");
          }}
        />
      )}
    </section>
  );
}
