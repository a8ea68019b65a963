// A name for a room that nobody else will think of.

/** No vowels: no words by accident, in any language; nothing that is read as something else. */
const LETTERS = "bcdfghjkmnpqrstvwxz";
const GROUPS = [3, 4, 3];

/** Three groups of letters, such as `qtd-mkxr-bzw`: some 42 bits, easily said on the phone. */
export function offeredRoom(random: (below: number) => number = secretNumber): string {
  return GROUPS.map((length) =>
    Array.from({ length }, () => LETTERS[random(LETTERS.length)]).join(""),
  ).join("-");
}

function secretNumber(below: number): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  // 2^32 is so much more that the remainder favours nobody.
  return value % below;
}
