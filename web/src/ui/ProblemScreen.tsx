import type { JSX } from "preact";
import { Brand } from "./Brand";
import { Footer } from "./Footer";
import { words } from "./i18n";
import type { Problem } from "./page";

/** How much of a name that cannot be one is shown. */
const SHOWN = 80;

/** Why there is nothing to do here, in one sentence, and the way out. */
export function ProblemScreen({ problem }: { problem: Problem }): JSX.Element {
  const t = words().problem;
  const text = problem.kind === "bad_room" ? t.badRoom(problem.name.slice(0, SHOWN)) : t.noWebRtc;
  return (
    <main class="centred" data-testid="problem-screen">
      <Brand />
      <section class="card">
        <h1>{t.title}</h1>
        <p>{text}</p>
        <div class="row">
          <a class="button button-primary" href="/">
            {t.chooseRoom}
          </a>
        </div>
      </section>
      <Footer />
    </main>
  );
}
