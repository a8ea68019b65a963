import type { JSX } from "preact";
import { words } from "./i18n";
import "./Pickers.css";
import { setTheme, THEMES, type Theme, theme } from "./theme";

/** Chooses dark, light, or what the system has. */
export function ThemePicker(): JSX.Element {
  const t = words().common;
  const names: Record<Theme, string> = {
    system: t.themeSystem,
    dark: t.themeDark,
    light: t.themeLight,
  };
  return (
    <select
      class="picker"
      data-testid="theme-picker"
      aria-label={t.theme}
      value={theme.value}
      onChange={(event) => setTheme(event.currentTarget.value as Theme)}
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {names[name]}
        </option>
      ))}
    </select>
  );
}
