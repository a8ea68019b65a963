import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "./announce";
import { Brand } from "./Brand";
import { Footer } from "./Footer";
import { words } from "./i18n";
import type { Problem } from "./page";

/** How much of a name that cannot be one is shown. */
const SHOWN = 80;

/** Why there is nothing to do here, in one sentence, and the way out. */
export function ProblemScreen({ problem }: { problem: Problem }): JSX.Element {
  const { common, problem: t } = words();
  const text = textOf(problem);
  useEffect(() => announce(text), [text]);
  return (
    <main class="centred" data-testid="problem-screen" data-problem={problem.kind}>
      <Brand />
      <section class="card">
        <h1>{t.title}</h1>
        <p>{text}</p>
        <div class="row">
          {problem.kind === "bad_room" ? (
            <a class="button button-primary" href="/">
              {t.chooseRoom}
            </a>
          ) : (
            <button
              type="button"
              class="button button-primary"
              data-testid="reload-button"
              onClick={() => location.reload()}
            >
              {common.reload}
            </button>
          )}
        </div>
      </section>
      <Footer />
    </main>
  );
}

function textOf(problem: Problem): string {
  const t = words().problem;
  switch (problem.kind) {
    case "bad_room":
      return t.badRoom(
        problem.name.length > SHOWN ? `${problem.name.slice(0, SHOWN)}…` : problem.name,
      );
    case "no_webrtc":
      return t.noWebRtc;
    case "crash":
      return t.crashed;
  }
}
