// Which tiles there are and what each shows. Pure: one for everybody, and one for each shared screen.

import type { Incoming, MediaState, Participant, SourceState } from "../../client";
import { tileKey } from "./view";

export interface TileModel {
  /** `tileKey` of the view. */
  key: string;
  participant: Participant;
  source: "camera" | "screen";
  /** The picture, or the last one of a call that comes back; null: none. */
  track: MediaStreamTrack | null;
}

/** Everybody in their order, somebody's screen after themselves. */
export function tilesOf(
  participants: readonly Participant[],
  media: MediaState,
  incoming: ReadonlyMap<string, Incoming>,
): TileModel[] {
  return participants.flatMap((one) => {
    const participant = one.self ? withSwitches(one, media) : one;
    const tracks = one.self ? own(media) : incoming.get(one.id);
    const tile = (source: TileModel["source"]): TileModel => ({
      key: tileKey(one.id, source),
      participant,
      source,
      track: tracks?.[source] ?? null,
    });
    return participant.screen ? [tile("camera"), tile("screen")] : [tile("camera")];
  });
}

/** One's own switches show at once, not after the server said so. */
function withSwitches(participant: Participant, { mic, camera, screen }: MediaState): Participant {
  const on = (state: SourceState) => state.phase === "on";
  return {
    ...participant,
    mic: on(mic),
    camera: on(camera),
    screen: on(screen),
    talking: participant.talking && on(mic),
  };
}

function own({ camera, screen }: MediaState): Incoming {
  return {
    ...(camera.phase === "on" && { camera: camera.track }),
    ...(screen.phase === "on" && { screen: screen.track }),
  };
}
