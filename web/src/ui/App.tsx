import type { JSX } from "preact";
import { JoinScreen } from "./JoinScreen";
import { LeftScreen } from "./LeftScreen";
import { Live } from "./Live";
import { ProblemScreen } from "./ProblemScreen";
import type { Page } from "./page";
import { RoomScreen } from "./RoomScreen";
import { StatusBanner } from "./StatusBanner";
import { signalOf } from "./signals";

/** The page: its live region and its banner, which are there from the start, and the screen of the moment. */
export function App({ page }: { page: Page }): JSX.Element {
  const screen = page.screen.value;
  const status = screen.screen === "room" ? signalOf(screen.session.status).value : null;
  return (
    <>
      <Live />
      <StatusBanner
        status={status}
        onRetry={() => {
          if (screen.screen === "room") screen.session.retry();
        }}
      />
      <Screen page={page} />
    </>
  );
}

function Screen({ page }: { page: Page }): JSX.Element {
  const screen = page.screen.value;
  switch (screen.screen) {
    case "problem":
      return <ProblemScreen problem={screen.problem} />;
    case "lobby":
      return <JoinScreen page={page} />;
    case "room":
      return <RoomScreen page={page} session={screen.session} />;
    case "left":
      return (
        <LeftScreen
          reason={screen.reason}
          onRejoin={() => page.join()}
          onBack={() => page.back()}
        />
      );
  }
}
