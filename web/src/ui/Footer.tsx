import type { JSX } from "preact";
import { LanguagePicker } from "./LanguagePicker";
import { ThemePicker } from "./ThemePicker";

/** Language and appearance, under each screen outside of the room. */
export function Footer(): JSX.Element {
  return (
    <div class="pickers">
      <LanguagePicker />
      <ThemePicker />
    </div>
  );
}
