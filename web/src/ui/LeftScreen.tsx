import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Brand } from "./Brand";
import { Footer } from "./Footer";
import { words } from "./i18n";
import { sentence } from "./words";

interface Props {
  /** The wire's word, `left` if it was one's own wish. */
  reason: string;
  onRejoin: () => void;
  onBack: () => void;
}

/** After the end: why, and how to come back. */
export function LeftScreen({ reason, onRejoin, onBack }: Props): JSX.Element {
  const t = words().left;
  const rejoin = useRef<HTMLButtonElement>(null);
  useEffect(() => rejoin.current?.focus(), []);
  return (
    <main class="centred" data-testid="left-screen" data-reason={reason}>
      <Brand />
      <section class="card">
        {/* One's own wish needs no heading above its sentence. */}
        <h1>{reason === "left" ? sentence(reason) : t.title}</h1>
        {reason !== "left" && <p>{sentence(reason)}</p>}
        <div class="row">
          <button
            ref={rejoin}
            type="button"
            class="button button-primary"
            data-testid="rejoin-button"
            onClick={onRejoin}
          >
            {t.rejoin}
          </button>
          <button type="button" class="button" data-testid="back-button" onClick={onBack}>
            {t.other}
          </button>
        </div>
      </section>
      <Footer />
    </main>
  );
}
