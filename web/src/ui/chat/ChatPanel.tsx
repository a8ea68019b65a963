import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "./ChatPanel.css";
import { Icon } from "../Icon";
import { time, words } from "../i18n";
import type { RoomView } from "../room/view";
import { signalOf } from "../signals";

const MAX_TEXT = 2_000;

/** What was written, and a line to write on. */
export function ChatPanel({ view }: { view: RoomView }): JSX.Element {
  const { session } = view;
  const t = words().chat;
  const text = useSignal("");
  const refused = useSignal(false);
  const list = useRef<HTMLOListElement>(null);
  const messages = signalOf(session.room.chat).value;
  // Scrolls when a message came.
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [messages]);

  const send = async (event: Event) => {
    event.preventDefault();
    const said = text.value.trim();
    if (!said) return;
    refused.value = (await session.say(said)).kind !== "ok";
    // What was not delivered stays, to be sent again.
    if (!refused.value && text.value.trim() === said) text.value = "";
  };

  return (
    <aside class="chat" aria-label={t.title}>
      <h2 class="panel-title">{t.title}</h2>
      {messages.length === 0 && <p class="hint">{t.empty}</p>}
      <ol ref={list} class="chat-list" data-testid="chat-list">
        {messages.map(({ id, name, text, at }) => (
          <li key={id} data-testid="chat-message">
            <span class="chat-who">
              {name} <time dateTime={new Date(at).toISOString()}>{time(at)}</time>
            </span>
            <span class="chat-text">{text}</span>
          </li>
        ))}
      </ol>
      {refused.value && (
        <p class="wrong" role="alert">
          {t.notSent}
        </p>
      )}
      <form class="chat-form" onSubmit={(event) => void send(event)}>
        <input
          data-testid="chat-input"
          aria-label={t.message}
          placeholder={t.placeholder}
          autocomplete="off"
          maxLength={MAX_TEXT}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
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
    </aside>
  );
}
