// The language of the moment. Whoever renders reads it through `words()`, a signal underneath, so
// that another choice is on the screen at once. English is in the page; the others are loaded when
// they are wanted, each a file of its own.

import { signal } from "@preact/signals";
import { storageOf } from "../storage";
import type { Dictionary } from "./dictionary";
import { en } from "./en";
import * as format from "./format";

export type { Dictionary, Passing, Reason } from "./dictionary";
export { plural } from "./format";

/** What there is, each called as its speakers call it. */
export const LANGUAGES = {
  en: "English",
  es: "Español",
  de: "Deutsch",
  hi: "हिन्दी",
} as const;

export type Language = keyof typeof LANGUAGES;

const LOADERS: Record<Language, () => Promise<Dictionary>> = {
  en: () => Promise.resolve(en),
  es: () => import("./es").then((module) => module.es),
  de: () => import("./de").then((module) => module.de),
  hi: () => import("./hi").then((module) => module.hi),
};

const KEY = "parlour.language";
const kept = storageOf(() => localStorage);
const current = signal<{ language: Language; words: Dictionary }>({ language: "en", words: en });
/** Which choice is the newest: a file that comes late changes nothing. */
let turn = 0;

/** Everything the page says, in the language of the moment. Read it while rendering. */
export function words(): Dictionary {
  return current.value.words;
}

export function language(): Language {
  return current.value.language;
}

/** What was chosen before, else the first wish that there is, else English. */
export function pickLanguage(stored: string | null, wanted: readonly string[]): Language {
  for (const tag of stored === null ? wanted : [stored, ...wanted]) {
    const known = knownLanguage(tag.toLowerCase().split("-")[0] ?? "");
    if (known) return known;
  }
  return "en";
}

/** At the start; resolves when the page can speak, in English if the other file did not come. */
export async function startLanguage(): Promise<void> {
  await show(pickLanguage(kept.getItem(KEY), navigator.languages ?? [navigator.language]));
}

/** Somebody's choice; it is kept. False: its file did not come, and the language stays as it was. */
export async function setLanguage(chosen: Language): Promise<boolean> {
  const shown = await show(chosen);
  if (shown) kept.setItem(KEY, chosen);
  return shown;
}

async function show(chosen: Language): Promise<boolean> {
  turn += 1;
  const mine = turn;
  try {
    const dictionary = await LOADERS[chosen]();
    if (mine !== turn) return false;
    current.value = { language: chosen, words: dictionary };
  } catch {
    return false;
  }
  if (typeof document !== "undefined") document.documentElement.lang = chosen;
  return true;
}

function knownLanguage(tag: string): Language | null {
  return Object.hasOwn(LANGUAGES, tag) ? (tag as Language) : null;
}

/** "Ann, Ben and Carol". */
export function list(items: readonly string[]): string {
  return format.list(language(), items);
}

export function number(n: number, digits = 0): string {
  return format.number(language(), n, digits);
}

/** `share` 0 to 1. */
export function percent(share: number): string {
  return format.percent(language(), share);
}

export function milliseconds(ms: number): string {
  return format.unit(language(), ms, "millisecond");
}

/** The time of day; `at` in Unix ms. */
export function time(at: number, seconds = false): string {
  return format.time(language(), at, seconds);
}
