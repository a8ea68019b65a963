import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "./announce";
import { Brand } from "./Brand";
import { Footer } from "./Footer";
import { words } from "./i18n";
import type { Page } from "./page";
import { mayComeAgain, type WayBack, wayBack } from "./way_back";
import { sentence } from "./words";

interface Props {
  page: Page;
  /** The wire's word, `left` if it was one's own wish. */
  reason: string;
}

/** After the end: why, and the one thing to do. */
export function LeftScreen({ page, reason }: Props): JSX.Element {
  const t = words().left;
  const own = reason === "left";
  const why = sentence(reason);
  useEffect(() => {
    // The heading is read when it is given the focus; the reason is below it.
    if (!own) announce(why);
  }, []);
  return (
    <main class="centred" data-testid="left-screen" data-reason={reason}>
      <Brand />
      <section class="card">
        {/* One's own wish needs no heading above its sentence. */}
        <h1>{own ? why : t.title}</h1>
        {!own && <p>{why}</p>}
        {reason === "unauthorised" && <p class="hint">{t.newLink}</p>}
        <Ways page={page} reason={reason} />
      </section>
      <Footer />
    </main>
  );
}

function Ways({ page, reason }: Props): JSX.Element {
  const { common, left } = words();
  const way = wayBack(reason);
  const again: Record<Exclude<WayBack, "name" | "room" | "reload">, string> = {
    rejoin: left.rejoin,
    retry: common.tryAgain,
    here: left.here,
  };
  return (
    <div class="row">
      {way === "name" && (
        <button
          type="button"
          class="button button-primary"
          data-testid="name-button"
          onClick={() => page.back("name")}
        >
          {left.otherName}
        </button>
      )}
      {way === "reload" && (
        <button
          type="button"
          class="button button-primary"
          data-testid="reload-button"
          onClick={() => location.reload()}
        >
          {common.reload}
        </button>
      )}
      {mayComeAgain(reason) && (
        <button
          type="button"
          class={`button ${way in again ? "button-primary" : ""}`}
          data-testid="rejoin-button"
          onClick={() => page.join()}
        >
          {way === "rejoin" || way === "retry" || way === "here" ? again[way] : left.rejoin}
        </button>
      )}
      <button
        type="button"
        class={`button ${way === "room" ? "button-primary" : ""}`}
        data-testid="back-button"
        onClick={() => page.back(way === "room" ? "room" : null)}
      >
        {way === "room" ? left.otherRoom : left.other}
      </button>
    </div>
  );
}
