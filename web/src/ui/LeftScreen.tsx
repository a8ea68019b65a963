import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  /** The wire's word, `left` if it was one's own wish. */
  reason: string;
  text: string;
  onRejoin: () => void;
  onBack: () => void;
}

/** After the end: why, and how to come back. */
export function LeftScreen({ reason, text, onRejoin, onBack }: Props): JSX.Element {
  const rejoin = useRef<HTMLButtonElement>(null);
  useEffect(() => rejoin.current?.focus(), []);
  return (
    <main class="centred" data-testid="left-screen" data-reason={reason}>
      <section class="card">
        <h1>Parlour</h1>
        <p>{text}</p>
        <div class="row">
          <button
            ref={rejoin}
            type="button"
            class="button button-primary"
            data-testid="rejoin-button"
            onClick={onRejoin}
          >
            Join again
          </button>
          <button type="button" class="button" data-testid="back-button" onClick={onBack}>
            Other name or room
          </button>
        </div>
      </section>
    </main>
  );
}
