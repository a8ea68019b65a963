import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../announce";
import { Icon } from "../Icon";
import { words } from "../i18n";

/** Copies the report as JSON; where the browser does not let it, shows it to be copied by hand. */
export function CopyReport(): JSX.Element {
  const { diagnostics: t, common } = words();
  const copied = useSignal(false);
  const byHand = useSignal<string | null>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  useEffect(() => text.current?.select(), [byHand.value]);

  const copy = async () => {
    const report = JSON.stringify(await window.parlour.debug(), null, 2);
    try {
      await navigator.clipboard.writeText(report);
      copied.value = true;
      byHand.value = null;
      announce(t.copied);
    } catch {
      copied.value = false;
      byHand.value = report;
      announce(common.copyFailed);
    }
  };

  return (
    <>
      <div class="diagnostics-copy">
        <button
          type="button"
          class="button"
          data-testid="diagnostics-copy"
          onClick={() => void copy()}
        >
          <Icon name={copied.value ? "check" : "copy"} />
          {t.copyJson}
        </button>
        <p class="hint">{copied.value ? t.copied : t.hint}</p>
      </div>
      {byHand.value !== null && (
        <label class="field">
          {common.copyFailed}
          <textarea
            ref={text}
            class="diagnostics-json"
            data-testid="diagnostics-json"
            readOnly
            value={byHand.value}
          />
        </label>
      )}
    </>
  );
}
