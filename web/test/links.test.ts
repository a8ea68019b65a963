// What in a message becomes a link, and what must not.

import { expect, test } from "vitest";
import { pieces } from "../src/ui/chat/links";

/** Links in angle brackets, the rest as it is. */
const drawn = (text: string) =>
  pieces(text)
    .map((piece) => (piece.kind === "link" ? `<${piece.text}>` : piece.text))
    .join("");

test.each([
  ["https://example.org", "<https://example.org>"],
  ["see http://example.org/a?b=1#c now", "see <http://example.org/a?b=1#c> now"],
  ["HTTPS://EXAMPLE.ORG", "<HTTPS://EXAMPLE.ORG>"],
  ["read https://example.org.", "read <https://example.org>."],
  ["is it https://example.org/x?!", "is it <https://example.org/x>?!"],
  ["(https://example.org/a)", "(<https://example.org/a>)"],
  ["https://example.org/a_(b)", "<https://example.org/a_(b)>"],
  ["“https://example.org”", "“<https://example.org>”"],
  ["https://a.example https://b.example", "<https://a.example> <https://b.example>"],
  ["देखो https://example.org/हिन्दी।", "देखो <https://example.org/हिन्दी>।"],
  ["line\nhttps://example.org\nline", "line\n<https://example.org>\nline"],
])("%s", (text, expected) => {
  expect(drawn(text)).toBe(expected);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "https://",
  "https://:80",
  "xhttps://example.org",
  "https://bank.example@evil.example/",
  "https://user:secret@example.org/",
  "<img src=x onerror=alert(1)>",
  "",
])("%s has no link", (text) => {
  expect(pieces(text).some(({ kind }) => kind === "link")).toBe(false);
});

test("nothing of a text is lost", () => {
  for (const text of [
    "a https://example.org, b (http://x.example/y) c <https://z.example> \u202ehttps://rtl.example\u202c",
    "xhttps://a.example https://b.example@c.example https://d.example",
    `https://example.org/${"a".repeat(10_000)}))))`,
  ]) {
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  }
});

test("a character that turns text ends an address", () => {
  expect(drawn("https://example.org/\u202egpj.exe")).toBe("<https://example.org/>\u202egpj.exe");
});

test("the browser's spelling of a host is what is opened", () => {
  expect(pieces("https://bücher.example")).toEqual([
    { kind: "link", text: "https://bücher.example", href: "https://xn--bcher-kva.example/" },
  ]);
});
