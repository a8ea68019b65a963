// The wire, typed: what the browser says, what it is answered, what it is told.
//
// Phoenix Channels V2 on topic `room:<name>`. Shapes only; who sends what when is elsewhere.

/** What a stream shows or plays. */
export type Source = "mic" | "camera" | "screen";

/** Which of the two connections of a call: what goes up, what comes down. */
export type Of = "publisher" | "subscriber";

/** A stream as its publisher announces it. */
export interface StreamSpec {
  mid: string;
  source: Source;
  label: string;
}

/** A stream as others are told of it. `disabled`: nothing comes of it now. */
export interface PublishedStream extends StreamSpec {
  codec: string | null;
  disabled: boolean;
}

/** Somebody's streams; replaces what was known of them. */
export interface Publication {
  participant: string;
  generation: number;
  streams: PublishedStream[];
}

/** One m-line of what comes down. */
export interface SubscribedStream {
  mid: string;
  participant: string;
  generation: number;
  source: Source;
}

/** A session description as JSON. */
export interface Jsep {
  type: "offer" | "answer";
  sdp: string;
}

/** `gateway`: calls go through the server's gateway. `mesh`: straight between browsers. */
export type RoomMode = "gateway" | "mesh";

/** Payload of `phx_join`. */
export interface JoinParams {
  name: string;
  token?: string;
  resume?: string;
  /** The generation still held, null after a reload. */
  call: number | null;
}

/** Answer to a join. */
export interface JoinReply {
  participant: string;
  resume: string;
  resumed: boolean;
  /** The generation that goes on. */
  call: number | null;
  room: { name: string; mode: RoomMode; locked?: boolean; recording?: boolean };
  ice_servers?: RTCIceServer[];
  grants?: unknown;
  limits?: unknown;
  server?: { version: string; features: string[] };
}

/** What presence says of a participant. */
export interface PresenceMeta {
  name: string;
  /** Unix ms. */
  joined_at: number;
  mic: boolean;
  camera: boolean;
  screen?: boolean;
  hand?: boolean;
  role?: string;
  /** The generation of their call, null without one. */
  call: number | null;
  phx_ref?: string;
}

/** An error reply. Without `retry_ms`: do not try again by yourself. */
export interface ErrorReply {
  reason: string;
  detail?: string;
  retry_ms?: number;
}

/** What the browser may ask: payload and answer of each event. */
export interface Requests {
  start_call: [{ jsep?: Jsep; streams: StreamSpec[] }, { jsep?: Jsep; generation: number }];
  stop_call: [{ restart?: boolean }, unknown];
  subscribe: [{ restart?: boolean; streams?: { participant: string; mid?: string }[] }, unknown];
  subscriber_answer: [{ jsep: Jsep; version: number }, unknown];
  update: [Partial<Pick<PresenceMeta, "name" | "mic" | "camera" | "screen" | "hand">>, unknown];
  chat: [{ text: string }, unknown];
}

/** A chat message; `at` in Unix ms. */
export interface ChatMessage {
  id: string;
  from: string;
  name: string;
  text: string;
  at: number;
}

/** What the server says unasked: payload of each event. */
export interface Events {
  publishers: { publishers: Publication[] };
  unpublished: { participant: string; generation: number };
  leaving: { participant: string; generation: number };
  stop_call: { participant: string; generation: number; reason: string; restart: boolean };
  talking: { participant: string; talking: boolean };
  media: {
    of: Of;
    participant: string;
    mid: string;
    kind: "audio" | "video";
    receiving: boolean;
  };
  subscriber_offer: { jsep: Jsep; version: number; streams: SubscribedStream[] };
  configured: { of: Of };
  webrtcup: { of: Of };
  slowlink: { of: Of; mid: string; uplink: boolean; lost: number };
  hangup: { of: Of; reason: string };
  chat: ChatMessage;
  room_closed: { reason: string };
}

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
