import { useSignal } from "@preact/signals";
import { Fragment, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ChatMessage } from "../../client";
import { words } from "../i18n";
import type { RoomView } from "../room/view";
import { signalOf } from "../signals";
import { Message } from "./Message";
import { isEarlier } from "./message";

/** So near the end (px) one is reading the newest. */
const NEAR_END = 32;

/** All messages, the newest at the end, which stays in sight unless one reads further up. */
export function MessageList({ view }: { view: RoomView }): JSX.Element {
  const { session } = view;
  const t = words().chat;
  const messages = signalOf(session.room.chat).value;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const last = useRef<string | undefined>(messages.at(-1)?.id);
  const missed = useSignal(false);

  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });

  useLayoutEffect(() => {
    const newest = messages.at(-1);
    const isOwn = newest?.id !== last.current && newest?.from === session.participant;
    if (atEnd.current || isOwn) toEnd();
    else if (newest?.id !== last.current) missed.value = true;
    last.current = newest?.id;
  }, [messages]);

  // A keyboard that comes up, or a longer draft, takes space from it.
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  return (
    <div class="chat-middle">
      {/* Not live: what comes is announced, wherever one is. */}
      <div
        ref={box}
        class="chat-scroll"
        role="log"
        aria-live="off"
        aria-label={t.title}
        // Else it could not be scrolled with the keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight <= NEAR_END;
          if (atEnd.current) missed.value = false;
        }}
      >
        {messages.length === 0 && <p class="hint">{t.empty}</p>}
        <ol class="chat-list" data-testid="chat-list">
          {messages.map((message, at) => (
            <Fragment key={message.id}>
              <Message message={message} own={message.from === session.participant} />
              {endsEarlier(messages, at, view.joinedAt.value) && (
                <li class="chat-divider">{t.earlier}</li>
              )}
            </Fragment>
          ))}
        </ol>
      </div>
      {missed.value && (
        <button
          type="button"
          class="button button-primary button-small chat-missed"
          data-testid="chat-missed"
          onClick={toEnd}
        >
          {t.newMessages}
        </button>
      )}
    </div>
  );
}

/** Whether the message at `at` is the last of those that were said before one came. */
function endsEarlier(
  messages: readonly ChatMessage[],
  at: number,
  joinedAt: number | null,
): boolean {
  const [message, next] = [messages[at], messages[at + 1]];
  return (
    message !== undefined &&
    isEarlier(message, joinedAt) &&
    (next === undefined || !isEarlier(next, joinedAt))
  );
}
