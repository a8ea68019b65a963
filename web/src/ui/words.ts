// Which sentence belongs to what is going on; the sentences are the dictionary's.

import type { DeviceKind, MediaState, SourceState, Status } from "../client";
import { type Reason, words } from "./i18n";

/** Whether people have words for it; a cause of the client's own has none. */
function known(reason: string): reason is Reason {
  return Object.hasOwn(words().reasons, reason);
}

/** A reason of the wire as a sentence. */
export function sentence(reason: string): string {
  const { reasons, unknownReason } = words();
  return known(reason) ? reasons[reason] : unknownReason(reason);
}

/** The banner's text; empty when there is nothing to say. */
export function bannerText(status: Status): string {
  const t = words().status;
  switch (status.state) {
    case "idle":
    case "ended":
      return "";
    case "connecting":
      return status.cause !== null && known(status.cause)
        ? t.connectingBecause(sentence(status.cause))
        : t.connecting;
    case "connected":
      return t.connected;
    case "reconnecting":
      return t.reconnecting;
    case "restarting":
      if (status.cause === "devices") return t.switchingDevices;
      return known(status.cause) ? t.restartingBecause(sentence(status.cause)) : t.restarting;
    case "failed":
      return t.failed(sentence(status.reason));
  }
}

/** What a person should know about the devices; empty when they do as told. */
export function deviceHints(media: MediaState): string {
  const mic = troubleOf(media.mic);
  const camera = troubleOf(media.camera);
  // One sentence for both where the same keeps them.
  if (mic !== null && mic === camera) return trouble(mic, "both");
  return [mic && trouble(mic, "mic"), camera && trouble(camera, "camera")]
    .filter(Boolean)
    .join(" ");
}

type Trouble = "asking" | Extract<SourceState, { phase: "blocked" }>["why"];

function troubleOf(state: SourceState): Trouble | null {
  if (state.phase === "asking") return "asking";
  return state.phase === "blocked" ? state.why : null;
}

function trouble(why: Trouble, devices: DeviceKind | "both"): string {
  const t = words().trouble;
  return why === "insecure" ? t.insecure : t[why][devices];
}
