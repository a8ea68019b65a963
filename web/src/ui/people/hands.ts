// Who raised a hand before whom. The server says whose are up, not since when.

import type { Participant } from "../../client";

type Raiser = Pick<Participant, "id" | "hand">;

/** The ids of those whose hand is up: who was in `before` keeps the place, the others come behind. */
export function queueOfHands(
  before: readonly string[],
  people: readonly Raiser[],
): readonly string[] {
  const up = new Set(people.filter(({ hand }) => hand).map(({ id }) => id));
  const kept = before.filter((id) => up.has(id));
  const added = [...up].filter((id) => !before.includes(id));
  // The same object where nothing changed, so that nobody draws anew.
  if (added.length === 0 && kept.length === before.length) return before;
  return [...kept, ...added];
}

/** Raised hands first, the longest raised before all; then everybody else as they stand. */
export function handsFirst<P extends Raiser>(
  people: readonly P[],
  hands: readonly string[],
): readonly P[] {
  const place = ({ id }: P) => {
    const at = hands.indexOf(id);
    return at < 0 ? hands.length : at;
  };
  return [...people].sort((a, b) => place(a) - place(b));
}
