import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { Icon } from "../Icon";
import { words } from "../i18n";
import type { RoomView } from "../room/view";
import { signalOf } from "../signals";
import { sentence } from "../words";
import { excess } from "./message";

/** A place to write. What was not delivered stays in it, with the reason. */
export function MessageForm({ view }: { view: RoomView }): JSX.Element {
  const { session, draft } = view;
  const t = words().chat;
  const wrongId = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const refusal = useSignal("");
  const limit = signalOf(session.info).value?.limits.chat_bytes ?? Number.POSITIVE_INFINITY;
  const over = excess(draft.value.trim(), limit);
  const wrong = over > 0 ? t.tooLong(over) : refusal.value;

  const send = async () => {
    const text = draft.value.trim();
    field.current?.focus();
    if (!text || over > 0) return;
    // Gone at once, so that Enter twice says it once; back if it was not taken.
    draft.value = "";
    refusal.value = "";
    const answer = await session.say(text);
    if (answer.kind === "ok") return;
    refusal.value = answer.kind === "error" ? sentence(answer.reason) : t.notSent;
    draft.value = draft.value ? `${text}\n${draft.value}` : text;
  };

  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {wrong && (
        <p id={wrongId} class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <textarea
        ref={field}
        data-testid="chat-input"
        data-autofocus=""
        rows={1}
        dir="auto"
        aria-label={t.message}
        aria-invalid={wrong !== ""}
        aria-describedby={wrong ? wrongId : undefined}
        placeholder={t.placeholder}
        autocomplete="off"
        enterkeyhint="send"
        value={draft.value}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
          refusal.value = "";
        }}
        onKeyDown={(event) => {
          // While characters are composed (Hindi, Chinese, …) Enter belongs to that.
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void send();
        }}
      />
      <button
        type="submit"
        class="button button-primary button-square"
        data-testid="chat-send"
        aria-label={t.send}
        title={t.send}
      >
        <Icon name="send" />
      </button>
    </form>
  );
}
