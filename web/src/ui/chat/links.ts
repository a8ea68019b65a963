// What in a message is a web address. Pure: markup is made of it elsewhere, and only as text.

/** `href` is the address as the browser will open it. */
export type Piece = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

/**
 * Up to a space, a quotation mark or angle bracket, or a character that turns or hides text: an
 * address that reads otherwise than it is must not be one.
 */
const ADDRESS = /https?:\/\/[^\s<>"“”«»\p{Cc}\p{Cf}]+/giu;

/** The sentence's own, behind an address. */
const TRAILING = /[.,;:!?'’*_~…।。、，！？]$/u;

const CLOSING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** The whole text in order, nothing lost. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutEnding(match[0]);
    const href = opened(address);
    if (href === null || /[\p{L}\p{N}]$/u.test(text.slice(done, match.index))) continue;
    if (match.index > done) found.push({ kind: "text", text: text.slice(done, match.index) });
    found.push({ kind: "link", text: address, href });
    done = match.index + address.length;
  }
  if (done < text.length) found.push({ kind: "text", text: text.slice(done) });
  return found;
}

/** Without full stops and the like, and without a bracket that was opened before the address. */
function withoutEnding(address: string): string {
  let kept = address;
  for (;;) {
    const last = kept.at(-1) ?? "";
    const opening = CLOSING[last];
    const unopened = opening !== undefined && count(kept, last) > count(kept, opening);
    if (!unopened && !TRAILING.test(kept)) return kept;
    kept = kept.slice(0, -1);
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

/** Null for what is no address, or one with a user in it: `https://bank.example@evil.example`. */
function opened(address: string): string | null {
  try {
    const url = new URL(address);
    const web = url.protocol === "https:" || url.protocol === "http:";
    return web && url.username === "" && url.password === "" ? url.href : null;
  } catch {
    return null;
  }
}
