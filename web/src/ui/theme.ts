// Dark or light: as the system has it, or as somebody chose; the choice is kept.

import { type ReadonlySignal, signal } from "@preact/signals";
import { storageOf } from "./storage";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "parlour.theme";
const kept = storageOf(() => localStorage);
const current = signal<Theme>("system");

export const theme: ReadonlySignal<Theme> = current;

/** At the start: what was chosen before. */
export function startTheme(): void {
  const stored = kept.getItem(KEY);
  show(THEMES.find((name) => name === stored) ?? "system");
}

export function setTheme(chosen: Theme): void {
  kept.setItem(KEY, chosen);
  show(chosen);
}

function show(chosen: Theme): void {
  current.value = chosen;
  // Without the attribute the style sheet follows the system.
  if (chosen === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.dataset.theme = chosen;
}
