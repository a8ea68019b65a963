// Colours that are used together can be told apart (WCAG 2.2 AA), in dark and in light.

import { expect, test } from "vitest";
import css from "../src/ui/tokens.css?raw";

type Rgb = readonly [number, number, number];

const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

function token(name: string, theme: Theme): string {
  const value = new RegExp(`^\\s*--${name}:\\s*(.+);`, "m").exec(css)?.[1];
  if (value === undefined) throw new Error(`no --${name}`);
  const both = /^light-dark\((.+), (.+)\)$/.exec(value);
  return (both?.[theme === "light" ? 1 : 2] ?? value).trim();
}

function hex(colour: string): Rgb {
  const digits = /^#([0-9a-f]{6})$/.exec(colour)?.[1];
  if (digits === undefined) throw new Error(`not #rrggbb: ${colour}`);
  const part = (at: number) => Number.parseInt(digits.slice(at, at + 2), 16);
  return [part(0), part(2), part(4)];
}

/** A translucent colour as it looks over another. */
function over(colour: string, [r, g, b]: Rgb): Rgb {
  const parts = /^rgb\((\d+) (\d+) (\d+) \/ ([\d.]+)\)$/.exec(colour)?.slice(1).map(Number);
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN, alpha = Number.NaN] = parts ?? [];
  const mix = (top: number, under: number) => top * alpha + under * (1 - alpha);
  return [mix(red, r), mix(green, g), mix(blue, b)];
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Text needs 4.5. */
const TEXTS: readonly (readonly [string, readonly string[]])[] = [
  ["text", ["ground", "sunken", "raised", "hover", "accent-soft", "tile"]],
  ["text-dim", ["ground", "sunken", "raised", "hover"]],
  ["accent", ["ground", "raised", "hover"]],
  ["on-accent", ["accent", "accent-hover"]],
  ["on-danger", ["danger", "danger-hover"]],
  ["danger-text", ["ground", "raised", "hover"]],
  ["warn", ["ground", "raised"]],
  ["good", ["ground", "raised"]],
  ["on-person", ["person-1", "person-2", "person-3", "person-4", "person-5", "person-6"]],
];

/** What shows a control's edge, its state or the focus needs 3. */
const SHAPES: readonly (readonly [string, readonly string[]])[] = [
  ["line-strong", ["ground", "raised", "sunken"]],
  ["accent", ["sunken", "accent-soft"]],
  ["danger", ["ground", "raised"]],
];

const pairs = (list: typeof TEXTS) =>
  THEMES.flatMap((theme) =>
    list.flatMap(([front, backs]) => backs.map((back) => [front, back, theme] as const)),
  );

test.each(pairs(TEXTS))("%s on %s can be read in %s", (front, back, theme) => {
  expect(contrast(hex(token(front, theme)), hex(token(back, theme)))).toBeGreaterThanOrEqual(4.5);
});

test.each(pairs(SHAPES))("%s on %s can be seen in %s", (front, back, theme) => {
  expect(contrast(hex(token(front, theme)), hex(token(back, theme)))).toBeGreaterThanOrEqual(3);
});

test.each(["on-veil", "on-veil-alert"])("%s can be read over any picture", (front) => {
  for (const picture of [
    [255, 255, 255],
    [0, 0, 0],
  ] as const) {
    const ground = over(token("veil", "dark"), picture);
    expect(contrast(hex(token(front, "dark")), ground)).toBeGreaterThanOrEqual(4.5);
  }
});
