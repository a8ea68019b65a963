// The wire, typed: what the browser says, what it is answered, what it is told.
//
// Phoenix Channels V2 on topic `room:<name>`. Shapes only; who sends what when is elsewhere. They are
// those of docs/protocol.schema.json, to which the server's tests hold the server.

import type * as wire from "./wire";

export type {
  Candidate,
  ChatMessage,
  ErrorReply,
  JoinParams,
  JoinReply,
  Jsep,
  Of,
  PresenceMeta,
  Publication,
  PublishedStream,
  RoomMode,
  Source,
  StreamSpec,
  SubscribedStream,
} from "./wire";

type AnyRequest = wire.Requests;

/** What the browser may ask: payload and answer of each event. */
export type Requests = {
  [E in keyof AnyRequest]: [payload: AnyRequest[E]["payload"], response: AnyRequest[E]["response"]];
};

/** What the server says unasked: payload of each event. */
export interface Events extends wire.Events, wire.ReservedEvents {}

/** How a request ended. `lost`: it was not sent, or its channel went before the answer came. */
export type Answer<T> =
  | { kind: "ok"; response: T }
  | { kind: "error"; reason: string; retryMs: number | null }
  | { kind: "timeout" }
  | { kind: "lost" };

/** Who can be asked. Never queues: without a joined channel the answer is `lost` at once. */
export interface Wire {
  ask<E extends keyof Requests>(event: E, payload: Requests[E][0]): Promise<Answer<Requests[E][1]>>;
}

/** Whether the server takes this as a room's name. */
export function isRoomName(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}
