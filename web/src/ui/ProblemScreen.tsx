import type { JSX } from "preact";

/** Why there is nothing to do here, in one sentence. */
export function ProblemScreen({ text }: { text: string }): JSX.Element {
  return (
    <main class="centred" data-testid="problem-screen">
      <section class="card">
        <h1>Parlour</h1>
        <p>{text}</p>
        <a class="button button-primary" href="/">
          Choose another room
        </a>
      </section>
    </main>
  );
}
