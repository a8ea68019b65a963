// What is going on, in one word: derived from the membership and the call.

import type { ConnectionState } from "./connection";
import type { CallState } from "./engine";

/** `connected`: in the room, and in the call. */
export type Status =
  | { state: "idle" }
  | { state: "connecting"; cause: string | null }
  | { state: "connected" }
  | { state: "reconnecting"; cause: string }
  | { state: "restarting"; cause: string }
  | { state: "failed"; reason: string }
  | { state: "ended"; reason: string };

export function statusOf(connection: ConnectionState, call: CallState): Status {
  switch (connection.phase) {
    case "idle":
      return { state: "idle" };
    case "connecting":
      return { state: "connecting", cause: connection.cause };
    case "reconnecting":
      return { state: "reconnecting", cause: connection.cause };
    case "ended":
      return { state: "ended", reason: connection.reason };
    case "joined":
      return ofCall(call);
  }
}

function ofCall(call: CallState): Status {
  switch (call.phase) {
    case "idle":
      return { state: "connecting", cause: null };
    case "live":
      return { state: "connected" };
    case "failed":
      return { state: "failed", reason: call.reason };
    case "starting":
      if (call.cause === "joined") return { state: "connecting", cause: null };
      if (call.cause === "rejoined") return { state: "reconnecting", cause: call.cause };
      return { state: "restarting", cause: call.cause };
    case "waiting":
      return { state: "restarting", cause: call.cause };
  }
}
