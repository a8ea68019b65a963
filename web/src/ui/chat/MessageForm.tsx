import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { Icon } from "../Icon";
import { words } from "../i18n";
import type { RoomView } from "../room/view";
import { signalOf } from "../signals";
import { sentence } from "../words";
import { excess } from "./message";
import type { Refusal } from "./outbox";

/** A place to write. What was not delivered is in it again, with the reason. */
export function MessageForm({ view }: { view: RoomView }): JSX.Element {
  const { session, outbox } = view;
  const t = words().chat;
  const wrongId = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const draft = outbox.draft.value;
  const limit = signalOf(session.info).value?.limits.chat_bytes ?? Number.POSITIVE_INFINITY;
  const over = excess(draft.trim(), limit);
  const wrong = over > 0 ? t.tooLong(over) : why(outbox.refusal.value);

  const send = () => {
    field.current?.focus();
    if (over === 0) void outbox.send();
  };

  return (
    <form
      class="chat-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
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
        aria-invalid={over > 0}
        aria-describedby={wrong ? wrongId : undefined}
        placeholder={t.placeholder}
        autocomplete="off"
        enterkeyhint="send"
        value={draft}
        onInput={(event) => outbox.write(event.currentTarget.value)}
        onKeyDown={(event) => {
          // While characters are composed (Hindi, Chinese, …) Enter belongs to that.
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
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

/** Why nothing was sent; empty if nothing was refused. */
function why(refusal: Refusal | null): string {
  if (refusal === null) return "";
  return refusal.kind === "error" ? sentence(refusal.reason) : words().chat.notSent;
}
