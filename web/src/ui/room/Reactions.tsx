import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Reaction } from "../../client";
import "./Reactions.css";
import { isPicture } from "./reaction_kinds";
import type { RoomView } from "./view";

/** As long as it floats, or stands where nothing is to move. */
const SHOWN_MS = 4_000;

/** What people showed just now, floating up from their tiles. Screen readers are told elsewhere. */
export function Reactions({ view }: { view: RoomView }): JSX.Element {
  const { reactions } = view.session.room;
  const shown = useSignal<readonly Reaction[]>([]);
  useEffect(() => {
    let last = reactions.value.at(-1)?.id ?? 0;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const stop = reactions.subscribe((all) => {
      const fresh = all.filter(({ id, emoji }) => id > last && isPicture(emoji));
      last = all.at(-1)?.id ?? last;
      if (fresh.length === 0) return;
      shown.value = [...shown.value, ...fresh];
      const timer = setTimeout(() => {
        timers.delete(timer);
        shown.value = shown.value.filter((one) => !fresh.includes(one));
      }, SHOWN_MS);
      timers.add(timer);
    });
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [reactions]);
  return (
    <div class="reactions" aria-hidden="true">
      {shown.value.map((reaction) => (
        <Floating key={reaction.id} reaction={reaction} name={nameOf(view, reaction.from)} />
      ))}
    </div>
  );
}

function nameOf(view: RoomView, id: string): string {
  return view.session.room.participants.value.find((one) => one.id === id)?.name ?? "";
}

/** One of them. Its name is seen where its tile is not. */
function Floating({ reaction, name }: { reaction: Reaction; name: string }): JSX.Element {
  const { id, from, emoji } = reaction;
  const element = useRef<HTMLSpanElement>(null);
  const named = useSignal(false);
  useLayoutEffect(() => {
    const own = element.current;
    const tile = document.querySelector(
      `[data-testid="tile"][data-participant="${CSS.escape(from)}"]`,
    );
    named.value = tile === null;
    const place = (tile ?? document.querySelector(".room-grid"))?.getBoundingClientRect();
    if (!own || !place) return;
    // Several at once from one tile do not lie on each other.
    const share = 0.35 + 0.15 * (id % 3);
    own.style.setProperty("--x", `${place.left + place.width * share}px`);
    own.style.setProperty("--y", `${place.bottom}px`);
    own.style.setProperty("--rise", `${Math.max(48, place.height * 0.75)}px`);
  }, []);
  return (
    <span ref={element} class="reaction" data-testid="reaction" data-participant={from}>
      {emoji}
      {named.value && <bdi class="reaction-name">{name}</bdi>}
    </span>
  );
}
