// What stands for somebody without a picture: letters of their name, and a colour of their own. Pure.

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first letters, as people see letters: an emoji or क्षि is one. */
export function initials(name: string): string {
  return name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...letters.segment(word.slice(0, LOOKED_AT))][0]?.segment ?? "")
    .join("")
    .toUpperCase();
}

/** A name may be one very long word; its first letter is near its beginning. */
const LOOKED_AT = 64;

/** How many `--person-` colours tokens.css has. */
const COLOURS = 6;

/** The same for everybody who looks: by the participant's id. 1 to 6. */
export function colourOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return (sum % COLOURS) + 1;
}
