import type { JSX } from "preact";
import { signalOf } from "../signals";
import { RemoteAudio, SoundButton } from "./RemoteAudio";
import type { RoomView } from "./view";

/** Everybody's sound, and a button where the browser plays none unasked. */
export function Sound({ view }: { view: RoomView }): JSX.Element {
  const incoming = signalOf(view.session.incoming).value;
  return (
    <div class="room-sound">
      {[...incoming].map(([id, { mic }]) => mic && <RemoteAudio key={id} track={mic} />)}
      <SoundButton />
    </div>
  );
}
