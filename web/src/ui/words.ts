//! What the page says, by what is going on.

import type { DeviceKind, DeviceState, Status } from "../client";

const REASONS: Record<string, string> = {
  left: "You left the room.",
  kicked: "A moderator removed you from the room.",
  replaced: "You joined this room in another tab.",
  room_closed: "The room was closed.",
  ended: "The meeting was ended for everybody.",
  locked: "The room is locked.",
  full: "The room is full.",
  unauthorised: "You may not enter this room with this link.",
  bad_name: "This name cannot be used. Please choose another.",
  bad_topic: "The room's name cannot be used.",
  too_many_rooms: "You are in too many rooms already.",
  gave_up: "It failed several times in a row.",
  janus_unreachable: "The media server cannot be reached.",
  janus_timeout: "The media server does not answer.",
  janus_lost: "The media server was lost.",
  offer_refused: "The media server refused the connection.",
  poller_died: "The link to the media server broke.",
  media_lost: "The media server lost this browser.",
  stopped: "It was stopped.",
  bad_sdp: "The server does not understand this browser's offer.",
  refused: "You were not admitted to the room.",
  waiting: "Waiting to be admitted.",
  room_restarting: "The room is being restored.",
};

/** A reason of the wire as a sentence. */
export function sentence(reason: string): string {
  return REASONS[reason] ?? `Something went wrong (${reason}).`;
}

/** The banner's text; empty when there is nothing to say. */
export function bannerText(status: Status): string {
  switch (status.state) {
    case "idle":
    case "ended":
      return "";
    case "connecting":
      return status.cause && REASONS[status.cause]
        ? `Connecting… ${sentence(status.cause)}`
        : "Connecting…";
    case "connected":
      return status.calls ? "Connected" : "Calls are off: this server has no gateway.";
    case "reconnecting":
      return "The connection was lost. Reconnecting…";
    case "restarting":
      return status.cause === "devices"
        ? "Switching your devices on…"
        : "Your call was interrupted. Restarting…";
    case "failed":
      return `Your call ended. ${sentence(status.reason)}`;
  }
}

const DEVICES: Record<DeviceKind, string> = { mic: "microphone", camera: "camera" };

/** What a person should know about a device; empty when it does as told. */
export function deviceHint(kind: DeviceKind, state: DeviceState): string {
  const device = DEVICES[kind];
  if (state.phase === "asking") return `Asking for the ${device}…`;
  if (state.phase !== "blocked") return "";
  switch (state.why) {
    case "denied":
      return `This page may not use the ${device}: allow it in the browser's address bar.`;
    case "missing":
      return `No ${device} found.`;
    case "busy":
      return `The ${device} is in use elsewhere.`;
  }
}
