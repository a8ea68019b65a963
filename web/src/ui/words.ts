// Which sentence belongs to what is going on; the sentences are the dictionary's.

import type { DeviceKind, MediaState, SourceState, Status } from "../client";
import { type Passing, type Reason, words } from "./i18n";

/** Whether people have words for it; a cause of the client's own has none. */
function known(reason: string): reason is Reason {
  return Object.hasOwn(words().reasons, reason);
}

function passes(reason: string): reason is Passing {
  return Object.hasOwn(words().status.passing, reason);
}

/** A reason of the wire as a sentence. */
export function sentence(reason: string): string {
  const { reasons, unknownReason } = words();
  return known(reason) ? reasons[reason] : unknownReason(reason);
}

/** How long the server has been away (ms), and whether one's own media is held back meanwhile. */
export interface Loss {
  ms: number;
  silenced: boolean;
}

/** So short a loss is over before its seconds are read. */
const COUNTED_MS = 3_000;

/** The banner's text; empty when there is nothing to say. */
export function bannerText(status: Status, loss: Loss = { ms: 0, silenced: false }): string {
  const t = words().status;
  switch (status.state) {
    case "idle":
    case "ended":
      return "";
    case "connecting":
      if (status.cause === null || !known(status.cause)) return t.connecting;
      return passes(status.cause)
        ? t.passing[status.cause]
        : t.connectingBecause(sentence(status.cause));
    case "connected":
      return t.connected;
    case "reconnecting": {
      const seconds = Math.floor(loss.ms / 1_000);
      if (loss.silenced) return words().trouble.paused(seconds);
      return loss.ms < COUNTED_MS ? t.reconnecting : t.reconnectingFor(seconds);
    }
    case "restarting":
      if (status.cause === "devices") return t.switchingDevices;
      return known(status.cause) ? t.restartingBecause(sentence(status.cause)) : t.restarting;
    case "failed":
      return t.failed(sentence(status.reason));
  }
}

/** What a person should know about the devices; empty when they do as told. */
export function deviceHints(media: MediaState): string {
  return hints(troubleOf(media.mic), troubleOf(media.camera));
}

/** The same without what is still being asked for. */
export function blockedHints({ mic, camera }: MediaState): string {
  return hints(
    mic.phase === "blocked" ? mic.why : null,
    camera.phase === "blocked" ? camera.why : null,
  );
}

/** What is being asked for now. */
export function askingHint({ mic, camera }: MediaState): string {
  return hints(
    mic.phase === "asking" ? "asking" : null,
    camera.phase === "asking" ? "asking" : null,
  );
}

type Trouble = "asking" | Extract<SourceState, { phase: "blocked" }>["why"];

function hints(mic: Trouble | null, camera: Trouble | null): string {
  // One sentence for both where the same keeps them.
  if (mic !== null && mic === camera) return trouble(mic, "both");
  return [mic && trouble(mic, "mic"), camera && trouble(camera, "camera")]
    .filter(Boolean)
    .join(" ");
}

function troubleOf(state: SourceState): Trouble | null {
  if (state.phase === "asking") return "asking";
  return state.phase === "blocked" ? state.why : null;
}

function trouble(why: Trouble, devices: DeviceKind | "both"): string {
  const t = words().trouble;
  if (why === "insecure") return t.insecure;
  if (why === "missing" && givesNoDevices()) return t.unsupported;
  return t[why][devices];
}

/** Some browsers (web views) give pages no device at all. */
function givesNoDevices(): boolean {
  return typeof document !== "undefined" && navigator.mediaDevices === undefined;
}
