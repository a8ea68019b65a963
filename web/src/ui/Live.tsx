import type { JSX } from "preact";
import { said } from "./announce";

/** The page's one live region: there from the start, unseen. `announce` fills it. */
export function Live(): JSX.Element {
  return (
    <div class="unseen" role="status" data-testid="live">
      {said.value}
    </div>
  );
}
