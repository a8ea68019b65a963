import type { JSX } from "preact";
import type { ChatMessage } from "../../client";
import { time, words } from "../i18n";
import { pieces } from "./links";
import { shownAt } from "./message";

/** A message: who, when, what. */
export function Message({ message, own }: { message: ChatMessage; own: boolean }): JSX.Element {
  const { name, text } = message;
  const at = shownAt(message, Date.now());
  return (
    <li class={`message ${own ? "message-own" : ""}`} data-testid="chat-message" data-own={own}>
      <div class="message-head">
        <bdi class="message-name">{own ? words().tile.you(name) : name}</bdi>
        <time dateTime={new Date(at).toISOString()}>{time(at)}</time>
      </div>
      <div class="message-text" dir="auto">
        <Text text={text} />
      </div>
    </li>
  );
}

/** The text as it was written, its web addresses to be followed. */
function Text({ text }: { text: string }): JSX.Element {
  return (
    <>
      {pieces(text).map((piece, at) =>
        piece.kind === "text" ? (
          piece.text
        ) : (
          // The title tells where it leads, in the browser's own spelling.
          <a
            key={at}
            href={piece.href}
            title={piece.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
          >
            {piece.text}
          </a>
        ),
      )}
    </>
  );
}
