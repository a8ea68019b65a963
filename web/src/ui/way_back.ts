// What there is to do after the end, by why it ended.

/**
 * The main thing to do:
 * `rejoin` the same again; `retry` the same, which may be refused again; `here` takes it over from
 * another tab; `name` and `room` ask for another one; `reload` a page that the server does not
 * understand.
 */
export type WayBack = "rejoin" | "retry" | "here" | "name" | "room" | "reload";

const WAYS: Readonly<Record<string, WayBack>> = {
  replaced: "here",
  bad_name: "name",
  bad_topic: "room",
  kicked: "room",
  forbidden: "room",
  unauthorised: "room",
  refused: "retry",
  full: "retry",
  locked: "retry",
  too_large: "name",
  bad_frame: "reload",
  bad_handshake: "reload",
  bad_payload: "reload",
  unknown_event: "reload",
};

export function wayBack(reason: string): WayBack {
  return Object.hasOwn(WAYS, reason) ? (WAYS[reason] ?? "rejoin") : "rejoin";
}

/** Whether the same name, room and link may work another time. */
export function mayComeAgain(reason: string): boolean {
  return !["kicked", "forbidden", "unauthorised", "bad_name", "bad_topic"].includes(reason);
}
