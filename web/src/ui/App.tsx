import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Session } from "../client";
import { Alerts } from "./Alerts";
import { ConnectionTest } from "./ConnectionTest";
import { Dialog } from "./Dialog";
import { ErrorBoundary } from "./ErrorBoundary";
import { words } from "./i18n";
import { JoinScreen } from "./JoinScreen";
import { LeftScreen } from "./LeftScreen";
import { Live } from "./Live";
import { meeting } from "./meeting";
import { ProblemScreen } from "./ProblemScreen";
import type { Page } from "./page";
import { StatusBanner } from "./StatusBanner";
import { signalOf } from "./signals";

/** The page: its live region and its banner, which are there from the start, and the screen of the moment. */
export function App({ page }: { page: Page }): JSX.Element {
  return (
    <>
      <Live />
      <ErrorBoundary
        onError={(error) => {
          page.history.add("page_broke", { error: String(error) });
          page.fail({ kind: "crash" });
        }}
        instead={<ProblemScreen problem={{ kind: "crash" }} />}
      >
        <Banner page={page} />
        <Screen page={page} />
      </ErrorBoundary>
    </>
  );
}

function Banner({ page }: { page: Page }): JSX.Element {
  const screen = page.screen.value;
  const session = screen.screen === "room" ? screen.session : null;
  const testing = useSignal(false);
  return (
    <>
      <Alerts>
        <StatusBanner
          status={session && signalOf(session.status).value}
          silenced={session !== null && heldBack(page, session)}
          onRetry={() => session?.retry()}
          onTest={() => {
            testing.value = true;
          }}
        />
      </Alerts>
      {testing.value && (
        <Dialog
          title={words().check.title}
          onClose={() => {
            testing.value = false;
          }}
        >
          <ConnectionTest endpoint={page.endpoint} token={page.token} begun />
        </Dialog>
      )}
    </>
  );
}

/** Whether there is anything that is held back: who sends nothing misses nothing. */
function heldBack(page: Page, session: Session): boolean {
  const { mic, camera, screen } = signalOf(page.media.state).value;
  const sends = [mic, camera, screen].some(({ phase }) => phase === "on");
  return signalOf(session.silenced).value && sends;
}

function Screen({ page }: { page: Page }): JSX.Element {
  const screen = page.screen.value;
  useEffect(focusHeading, [screen.screen]);
  // Behind the first screen, and before anybody has found the button.
  useEffect(() => meeting.prefetch(), []);
  switch (screen.screen) {
    case "problem":
      return <ProblemScreen problem={screen.problem} />;
    case "lobby":
      return <JoinScreen page={page} wrong={screen.wrong} />;
    case "room":
      return <screen.RoomScreen page={page} session={screen.session} />;
    case "left":
      return <LeftScreen page={page} reason={screen.reason} />;
  }
}

/** Another screen is read from its heading on, unless it has put the focus somewhere itself. */
function focusHeading(): void {
  const { activeElement } = document;
  if (activeElement && activeElement !== document.body) return;
  const heading = document.querySelector<HTMLElement>("main h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
}
