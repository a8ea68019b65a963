import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "../announce";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { signalOf } from "../signals";
import { resume, silenced } from "./playing";
import { RemoteAudio } from "./RemoteAudio";
import type { RoomView } from "./view";

/** Everybody's sound, and a button where the browser plays none unasked. */
export function Sound({ view }: { view: RoomView }): JSX.Element {
  const incoming = signalOf(view.session.incoming).value;
  return (
    <div class="room-sound">
      {[...incoming].map(([id, { mic }]) => mic && <RemoteAudio key={id} track={mic} />)}
      {silenced.value && <SoundButton />}
    </div>
  );
}

/** Where the browser plays no sound before a click: asks for one. */
function SoundButton(): JSX.Element {
  const t = words().trouble;
  useEffect(() => announce(t.soundBlocked), []);
  return (
    <button
      type="button"
      class="button button-primary"
      data-testid="sound-button"
      title={t.soundBlocked}
      onClick={resume}
    >
      <Icon name="sound" />
      {t.turnOnSound}
    </button>
  );
}
