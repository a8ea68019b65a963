// What screen readers are told of the others: who came, who went, whose hand is up, whose screen is
// shown, what was said and shown.

import type { ChatMessage, Participant, Reaction } from "../../client";
import { announce } from "../announce";
import { added, isEarlier } from "../chat/message";
import { words } from "../i18n";
import { comings, doings, namesOf, spoken } from "./changes";
import { isPicture, reactionName } from "./reaction_kinds";
import type { RoomView } from "./view";

/** Who is away for less only lost the connection: nobody left. */
const SETTLED_MS = 2_000;

/** Follows the room until stopped. */
export function announceRoom(view: RoomView): () => void {
  const { room } = view.session;
  const stops = [
    announcePeople(view),
    after(room.chat, (before, now) => announceChat(view, added(before, now))),
    after(room.reactions, (before, now) => {
      const last = before.at(-1)?.id ?? 0;
      announceReactions(
        view,
        now.filter(({ id }) => id > last),
      );
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Each change with what was before; not the state it finds. */
function after<T>(
  store: { readonly value: T; subscribe(watcher: (value: T) => void): () => void },
  then: (before: T, now: T) => void,
): () => void {
  let before = store.value;
  return store.subscribe((now) => {
    const was = before;
    before = now;
    if (was !== now) then(was, now);
  });
}

/** Comings and goings are told when they have settled; the rest at once. */
function announcePeople(view: RoomView): () => void {
  let before: readonly Participant[] = [];
  let told = namesOf([]);
  let self: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = view.session.room.participants.subscribe((now) => {
    const was = before;
    before = now;
    const own = now.find((person) => person.self)?.id ?? null;
    if (own === null) return;
    if (own !== self) {
      // One came, for the first time or as somebody new: who is here has not just come.
      self = own;
      told = namesOf(now);
      clearTimeout(timer);
      return;
    }
    for (const text of doings(was, now)) announce(text);
    const ids = (people: readonly Participant[]) => people.map(({ id }) => id).join(" ");
    if (ids(was) === ids(now)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const names = namesOf(before);
      for (const text of comings(told, names)) announce(text);
      told = names;
    }, SETTLED_MS);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** Also while the chat is open: who listens and writes there does not see it come. */
function announceChat(view: RoomView, messages: readonly ChatMessage[]): void {
  for (const message of messages) {
    if (message.from === view.session.participant) continue;
    if (isEarlier(message, view.joinedAt.value)) continue;
    announce(words().announce.message(message.name, spoken(message.text)));
  }
}

function announceReactions(view: RoomView, reactions: readonly Reaction[]): void {
  const t = words();
  for (const { from, emoji } of reactions) {
    const person = view.session.room.participants.value.find(({ id }) => id === from);
    if (!person || person.self || !isPicture(emoji)) continue;
    const name = reactionName(emoji);
    announce(t.announce.reaction(person.name, name === null ? emoji : t.room.reactions[name]));
  }
}
