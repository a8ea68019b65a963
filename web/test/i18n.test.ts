// Which language the page speaks, how it counts, and that it has words for every reason.

import { afterEach, expect, test } from "vitest";
import protocol from "../../docs/protocol.md?raw";
import { language, list, pickLanguage, plural, setLanguage, words } from "../src/ui/i18n";
import { sentence } from "../src/ui/words";

afterEach(async () => {
  await setLanguage("en");
});

test.each<[string | null, string[], string]>([
  ["hi", ["de-DE"], "hi"],
  [null, ["de-AT", "en"], "de"],
  [null, ["fr-FR", "es-MX", "en"], "es"],
  [null, ["fr"], "en"],
  [null, [], "en"],
  ["klingon", ["hi-IN"], "hi"],
  // A property of every object is no language.
  ["constructor", [], "en"],
])("with %o kept and %o wished for it is %s", (stored, wanted, expected) => {
  expect(pickLanguage(stored, wanted)).toBe(expected);
});

test.each([
  ["en", 0, "other"],
  ["en", 1, "one"],
  ["en", 2, "other"],
  ["de", 1, "one"],
  ["es", 1, "one"],
  ["es", 1_000_000, "other"],
  // Hindi counts nothing as one thing.
  ["hi", 0, "one"],
  ["hi", 1, "one"],
  ["hi", 2, "other"],
])("in %s %d is counted as %s", (lang, n, expected) => {
  expect(plural(lang, n, { one: "one", other: "other" })).toBe(expected);
});

test("a form that a language has and a text does not is the general one", () => {
  expect(plural("pl", 3, { one: "plik", other: "plików" })).toBe("plików");
  expect(plural("pl", 3, { one: "plik", few: "pliki", other: "plików" })).toBe("pliki");
});

test("another language is there at once, with its numbers and lists", async () => {
  expect(words().people.count(1)).toBe("1 person");
  expect(list(["Ann", "Ben", "Cy"])).toBe("Ann, Ben, and Cy");
  expect(await setLanguage("de")).toBe(true);
  expect(language()).toBe("de");
  expect(words().people.count(1_234)).toBe("1.234 Personen");
  expect(list(["Ann", "Ben", "Cy"])).toBe("Ann, Ben und Cy");
  await setLanguage("es");
  expect(words().announce.joined("Ana y Luis", 2)).toBe("Ana y Luis han entrado.");
  await setLanguage("hi");
  expect(words().people.count(0)).toBe("0 व्यक्ति");
});

test("of two choices the later one stays, however long its file takes", async () => {
  const both = [setLanguage("hi"), setLanguage("en")];
  await Promise.all(both);
  expect(language()).toBe("en");
});

test("every word of the protocol's table has a sentence", () => {
  const table = protocol.slice(protocol.indexOf("## Reasons"), protocol.indexOf("## Reserved"));
  const reasons = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, word]) => word ?? "");
  expect(reasons.length).toBeGreaterThan(40);
  expect(reasons.filter((word) => !Object.hasOwn(words().reasons, word))).toEqual([]);
});

test("a word from a newer server is said as it is", () => {
  expect(sentence("out_of_tea")).toBe("Something went wrong (out_of_tea).");
  expect(sentence("constructor")).toBe("Something went wrong (constructor).");
});
