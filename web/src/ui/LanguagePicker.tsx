import type { JSX } from "preact";
import { LANGUAGES, type Language, language, setLanguage, words } from "./i18n";
import "./Pickers.css";

/** Chooses the language; each is called as its speakers call it. */
export function LanguagePicker(): JSX.Element {
  return (
    <select
      class="picker"
      data-testid="language-picker"
      aria-label={words().common.language}
      value={language()}
      onChange={(event) => {
        const select = event.currentTarget;
        void setLanguage(select.value as Language).then(() => {
          // If its file did not come, the old one stays chosen.
          select.value = language();
        });
      }}
    >
      {Object.entries(LANGUAGES).map(([tag, name]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
