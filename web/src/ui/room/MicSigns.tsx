import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "../announce";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { signalOf, useFollowed } from "../signals";
import "./MicSigns.css";
import type { RoomView } from "./view";

/** Around the microphone's button: how loud one is, and whether one speaks into a muted one. */
export function MicSigns({ view }: { view: RoomView }): JSX.Element {
  return (
    <>
      <MicLevel view={view} />
      <MicHint view={view} />
    </>
  );
}

/** For the eye alone: ten times a second, it would only be noise to a screen reader. */
function MicLevel({ view }: { view: RoomView }): JSX.Element {
  const level = useFollowed(view.page.meter.level).value;
  return <span class="mic-level" aria-hidden="true" style={{ opacity: level.toFixed(2) }} />;
}

function MicHint({ view }: { view: RoomView }): JSX.Element | null {
  const t = words().room;
  const unheard = useFollowed(view.page.meter.speakingMuted).value;
  const talks = view.holdsToTalk.value;
  const isOn = signalOf(view.page.media.state).value.mic.phase === "on";
  useEffect(() => {
    if (unheard) announce(`${t.youAreMuted}. ${t.pushToTalk}.`);
  }, [unheard]);
  useEffect(() => {
    if (talks && isOn) announce(t.talking);
  }, [talks, isOn]);
  if (talks && isOn) {
    return (
      <div class="mic-hint mic-hint-heard" data-testid="talk-hint">
        <Icon name="mic" />
        <strong>{t.talking}</strong>
      </div>
    );
  }
  if (!unheard) return null;
  return (
    <div class="mic-hint" data-testid="muted-hint">
      <Icon name="mic-off" />
      <span>
        <strong>{t.youAreMuted}</strong>
        <span class="mic-hint-how">{t.pushToTalk}</span>
      </span>
    </div>
  );
}
