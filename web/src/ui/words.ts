// What the page says, by what is going on.

import type { DeviceKind, MediaState, SourceState, Status } from "../client";

const REASONS: Record<string, string> = {
  left: "You left the room.",
  kicked: "A moderator removed you from the room.",
  replaced: "You joined this room in another tab.",
  room_closed: "The room was closed.",
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
  bad_payload: "This page and the server do not understand each other: please reload.",
  busy: "The room is overloaded.",
  draining: "The server is going down.",
  janus_protocol: "The media server gave an answer that makes no sense.",
  janus_refused: "The media server refused the call.",
  janus_session_lost: "The media server lost this call.",
  janus_unauthorised: "This server may not use its media server.",
  panicked: "This call broke on the server.",
  supervisor_died: "The calls of this room broke on the server.",
  too_fast: "That was too fast: please try again in a moment.",
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
      return "Connected";
    case "reconnecting":
      return "The connection was lost. Reconnecting…";
    case "restarting":
      if (status.cause === "devices") return "Switching your devices on…";
      return REASONS[status.cause]
        ? `Starting your call… ${sentence(status.cause)}`
        : "Your call was interrupted. Restarting…";
    case "failed":
      return `Your call ended. ${sentence(status.reason)}`;
  }
}

const DEVICES: Record<DeviceKind, string> = { mic: "microphone", camera: "camera" };

/** What a person should know about the devices; empty when they do as told. */
export function deviceHints(media: MediaState): string {
  const kinds = (["mic", "camera"] as const).filter(
    (kind) => media[kind].phase === "asking" || media[kind].phase === "blocked",
  );
  const whys = new Set(kinds.map((kind) => troubleOf(media[kind])));
  // One sentence for both where the same keeps them.
  return [...whys]
    .map((why) =>
      trouble(
        why,
        kinds.filter((kind) => troubleOf(media[kind]) === why).map((k) => DEVICES[k]),
      ),
    )
    .join(" ");
}

type Trouble = "asking" | "denied" | "missing" | "busy" | "insecure";

function troubleOf(state: SourceState): Trouble {
  return state.phase === "blocked" ? state.why : "asking";
}

function trouble(why: Trouble, devices: string[]): string {
  const both = devices.length > 1;
  const named = devices.join(" and ");
  switch (why) {
    case "asking":
      return `Asking for ${named}…`;
    case "denied":
      return `This page may not use ${named}: allow ${both ? "them" : "it"} in the address bar.`;
    case "insecure":
      return "Browsers give cameras and microphones to https pages only: open this page by https.";
    case "missing":
      return `No ${devices.join(" and no ")} found.`;
    case "busy":
      return `${both ? "Other programs are" : "Another program is"} using ${named}.`;
  }
}
