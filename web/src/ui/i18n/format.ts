// Numbers, lists, times and plural forms of a language, by the browser's own rules (Intl).

/** The texts of a count by CLDR's plural categories; a language names those that it has. */
export type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** Intl's objects are dear to make and stateless: one of each kind, language and shape. */
const made = new Map<string, unknown>();

function once<T>(key: string, make: () => T): T {
  const before = made.get(key);
  if (before !== undefined) return before as T;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
}

/** The form that `lang` uses with `n`. */
export function plural(lang: string, n: number, forms: PluralForms): string {
  const rules = once(`plural ${lang}`, () => new Intl.PluralRules(lang));
  return forms[rules.select(n)] ?? forms.other;
}

export function number(lang: string, n: number, digits = 0): string {
  return once(
    `number ${lang} ${digits}`,
    () => new Intl.NumberFormat(lang, { maximumFractionDigits: digits }),
  ).format(n);
}

/** `share` 0 to 1. */
export function percent(lang: string, share: number): string {
  return once(
    `percent ${lang}`,
    () => new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 0 }),
  ).format(share);
}

/** A count with its unit, the short way: `34 ms`, `1.2 Mbit/s`. */
export function unit(lang: string, n: number, name: string, digits = 0): string {
  return once(
    `unit ${lang} ${name} ${digits}`,
    () =>
      new Intl.NumberFormat(lang, {
        style: "unit",
        unit: name,
        unitDisplay: "short",
        maximumFractionDigits: digits,
      }),
  ).format(n);
}

/** "Ann, Ben and Carol". */
export function list(lang: string, items: readonly string[]): string {
  return once(`list ${lang}`, () => new Intl.ListFormat(lang, { type: "conjunction" })).format(
    items,
  );
}

/** The time of day; `at` in Unix ms. */
export function time(lang: string, at: number, seconds = false): string {
  return once(
    `time ${lang} ${seconds}`,
    () =>
      new Intl.DateTimeFormat(lang, {
        hour: "numeric",
        minute: "2-digit",
        ...(seconds ? { second: "2-digit" } : {}),
      }),
  ).format(at);
}
