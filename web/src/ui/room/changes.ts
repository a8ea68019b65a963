// What changed in a room, as sentences for those who do not see it. Pure.

import type { Participant } from "../../client";
import { list, words } from "../i18n";

/** Who is here, by id, with their names. */
export type Names = ReadonlyMap<string, string>;

export function namesOf(people: readonly Participant[]): Names {
  return new Map(people.filter(({ self }) => !self).map(({ id, name }) => [id, name]));
}

/** Who came and who went between two moments; several are one sentence. */
export function comings(before: Names, now: Names): string[] {
  const joined = missingIn(before, now);
  const left = missingIn(now, before);
  const t = words().announce;
  return [
    joined.length > 0 ? t.joined(list(joined), joined.length) : "",
    left.length > 0 ? t.left(list(left), left.length) : "",
  ].filter(Boolean);
}

function missingIn(known: Names, all: Names): string[] {
  return [...all].filter(([id]) => !known.has(id)).map(([, name]) => name);
}

/** What those others did who were here before and still are: hand, screen. */
export function doings(before: readonly Participant[], now: readonly Participant[]): string[] {
  const t = words().announce;
  const known = new Map(before.map((person) => [person.id, person]));
  return now.flatMap((person) => {
    const was = known.get(person.id);
    if (!was || person.self) return [];
    const { name, hand, screen } = person;
    return [
      hand && !was.hand ? t.handRaised(name) : "",
      !hand && was.hand ? t.handLowered(name) : "",
      screen && !was.screen ? t.screenStarted(name) : "",
      !screen && was.screen ? t.screenStopped(name) : "",
    ].filter(Boolean);
  });
}

/** As much of a message as is listened to. */
const SAID_CHARACTERS = 280;

export function spoken(text: string): string {
  const characters = [...text];
  if (characters.length <= SAID_CHARACTERS) return text;
  return `${characters.slice(0, SAID_CHARACTERS).join("")}…`;
}
