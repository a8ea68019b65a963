// Made of docs/protocol.schema.json by `npm run wire`: change that, not this.

/**
 * The `mid` of an m-line.
 */
export type Mid = string;
/**
 * What a stream shows or plays.
 */
export type Source = "mic" | "camera" | "screen";
/**
 * One life of somebody's call. Numbers rise and are never repeated.
 */
export type Generation = number;
/**
 * Which of the two connections of a call: what goes up, what comes down.
 */
export type Of = "publisher" | "subscriber";
/**
 * Somebody in a room; the key in presence.
 */
export type ParticipantId = string;
/**
 * Unix milliseconds of the server.
 */
export type UnixMs = number;
/**
 * `gateway`: calls go through the server's gateway. `mesh`: straight between browsers.
 */
export type RoomMode = "gateway" | "mesh";
/**
 * The name of a room.
 */
export type RoomName = string;
/**
 * Something that not everybody may do.
 */
export type Grant = "publish" | "subscribe" | "chat" | "data" | "screen" | "record" | "moderate";

/**
 * Parlour's browser protocol, as shapes: what docs/protocol.md says in words. The server's tests hold every frame that it sends to it, and the page's types are made from it. Objects are closed, so that nothing undocumented is sent; a receiver ignores fields and events that it does not know all the same.
 */
export interface Protocol {
  requests: Requests;
  events: Events;
  reserved_events: ReservedEvents;
  channel: Channel;
  error: ErrorReply;
}
/**
 * What the browser may ask in a room it joined: payload, and response of the ok reply.
 */
export interface Requests {
  start_call: {
    payload: StartCall;
    response: Started;
  };
  update_call: {
    payload: UpdateCall;
    response: Updated;
  };
  stop_call: {
    payload: StopOwnCall;
    response: Done;
  };
  trickle: {
    payload: Trickle;
    response: Done;
  };
  subscribe: {
    payload: Subscribe;
    response: Done;
  };
  unsubscribe: {
    payload: Unsubscribe;
    response: Done;
  };
  subscriber_answer: {
    payload: SubscriberAnswer;
    response: Done;
  };
  prefer: {
    payload: Prefer;
    response: Done;
  };
  update: {
    payload: Update;
    response: Done;
  };
  chat: {
    payload: Chat;
    response: Done;
  };
  signal: {
    payload: Signal;
    response: Done;
  };
  data: {
    payload: Anything;
    response: Done;
  };
  mute: {
    payload: Mute;
    response: Done;
  };
  kick: {
    payload: Person;
    response: Done;
  };
  lock: {
    payload: Lock;
    response: Done;
  };
  end: {
    payload: Nothing;
    response: Done;
  };
  record: {
    payload: SwitchRecording;
    response: Done;
  };
  admit: {
    payload: Person;
    response: Done;
  };
  refuse: {
    payload: Person;
    response: Done;
  };
}
/**
 * Publishes, and begins to receive; without a `jsep` and streams it only receives.
 */
export interface StartCall {
  /**
   * An offer.
   */
  jsep?: Jsep | null;
  /**
   * One for each m-line that sends.
   */
  streams: StreamSpec[];
  recording?: boolean;
}
/**
 * A session description as JSON.
 */
export interface Jsep {
  type: "offer" | "answer";
  sdp: string;
}
/**
 * A stream as its publisher announces it.
 */
export interface StreamSpec {
  mid: Mid;
  source: Source;
  /**
   * For people; may be empty. At most 64 characters.
   */
  label?: string;
}
/**
 * The call is on. `jsep` is null if nothing is published.
 */
export interface Started {
  jsep: AnswerJsep | null;
  generation: Generation;
}
/**
 * A session description that is an answer.
 */
export interface AnswerJsep {
  type: "answer";
  sdp: string;
}
/**
 * A new offer of the same connection, and all of its streams.
 */
export interface UpdateCall {
  jsep: Jsep;
  streams: StreamSpec[];
}
export interface Updated {
  jsep: AnswerJsep;
}
/**
 * Ends one's call. `restart`: tells the others that it comes back.
 */
export interface StopOwnCall {
  restart?: boolean;
}
/**
 * The response of what is done and says nothing more.
 */
export interface Done {}
/**
 * A candidate of one's own, null for no more.
 */
export interface Trickle {
  of: Of;
  candidate: Candidate | null;
}
/**
 * `RTCIceCandidate.toJSON()`.
 */
export interface Candidate {
  candidate: string;
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
  usernameFragment?: string | null;
}
/**
 * Either streams that are to come down, or `restart`: an ICE restart of what comes down.
 */
export interface Subscribe {
  streams?: SelectedStream[];
  restart?: boolean;
}
/**
 * A stream of somebody, or all of theirs.
 */
export interface SelectedStream {
  participant: ParticipantId;
  mid?: Mid;
}
/**
 * Streams that are not to come down.
 */
export interface Unsubscribe {
  streams: SelectedStream[];
}
/**
 * Answers the `subscriber_offer` of that version.
 */
export interface SubscriberAnswer {
  jsep: Jsep;
  version: number;
}
/**
 * Simulcast layers, or pause, of streams that come down.
 */
export interface Prefer {
  /**
   * @minItems 1
   */
  streams: PreferredStream[];
}
/**
 * What is wanted of a stream that comes down; what is left out stays.
 */
export interface PreferredStream {
  participant: ParticipantId;
  mid: Mid;
  /**
   * Simulcast substream, 0 to 2.
   */
  substream?: number;
  /**
   * Temporal layer, 0 to 2.
   */
  temporal?: number;
  /**
   * Not paused.
   */
  send?: boolean;
}
/**
 * Changes one's meta; what is left out stays.
 */
export interface Update {
  name?: string;
  mic?: boolean;
  camera?: boolean;
  screen?: boolean;
  hand?: boolean;
  /**
   * A short word of the client's own.
   */
  quality?: string;
}
export interface Chat {
  text: string;
}
/**
 * To another browser, in mesh mode: either a description or a candidate (null for no more).
 */
export interface Signal {
  to: ParticipantId;
  jsep?: Jsep;
  candidate?: Candidate | null;
}
/**
 * Any object; for applications.
 */
export interface Anything {
  [k: string]: unknown;
}
export interface Mute {
  participant: ParticipantId;
  kind: "audio" | "video";
}
/**
 * Whom a request is about.
 */
export interface Person {
  participant: ParticipantId;
}
export interface Lock {
  locked: boolean;
  lobby?: boolean;
}
/**
 * An empty payload.
 */
export interface Nothing {}
export interface SwitchRecording {
  on: boolean;
}
/**
 * What the server says unasked: payload of each event.
 */
export interface Events {
  publishers: Publishers;
  unpublished: Feed;
  leaving: Feed;
  stop_call: StopCall;
  talking: Talking;
  media: Media;
  presence_state: PresenceState;
  presence_diff: PresenceDiff;
  chat: ChatMessage;
  data: Data;
  signal: Signalled;
  lock: Door;
  lobby: Lobby;
  room_closed: RoomClosed;
  phx_close: Closed;
  subscriber_offer: SubscriberOffer;
  configured: Connected;
  webrtcup: Connected;
  slowlink: SlowLink;
  hangup: Hangup;
  ice_servers: IceServers;
}
/**
 * What these participants publish now; says nothing of others.
 */
export interface Publishers {
  publishers: Publication[];
}
/**
 * Somebody's streams; replaces what was known of them.
 */
export interface Publication {
  participant: ParticipantId;
  generation: Generation;
  streams: PublishedStream[];
}
/**
 * A stream as others are told of it.
 */
export interface PublishedStream {
  mid: Mid;
  source: Source;
  /**
   * For people; may be empty.
   */
  label: string;
  /**
   * As the gateway names it (`opus`, `vp8`); null while disabled.
   */
  codec: string | null;
  /**
   * Nothing comes of it now.
   */
  disabled: boolean;
}
/**
 * One life of somebody's call.
 */
export interface Feed {
  participant: ParticipantId;
  generation: Generation;
}
/**
 * This generation ended. `restart`: the call comes back.
 */
export interface StopCall {
  participant: ParticipantId;
  generation: Generation;
  reason: string;
  restart: boolean;
}
/**
 * Somebody began or ended to speak.
 */
export interface Talking {
  participant: ParticipantId;
  talking: boolean;
}
/**
 * Whether media of this stream reaches the gateway.
 */
export interface Media {
  of: Of;
  participant: ParticipantId;
  mid: Mid;
  kind: "audio" | "video";
  receiving: boolean;
}
/**
 * Who is here, by id.
 */
export interface PresenceState {
  [k: string]: PresenceMetas;
}
/**
 * The metas of one participant: here always one.
 */
export interface PresenceMetas {
  /**
   * @minItems 1
   * @maxItems 1
   */
  metas: PresenceMeta[];
}
/**
 * What presence says of a participant.
 */
export interface PresenceMeta {
  name: string;
  joined_at: UnixMs;
  mic: boolean;
  camera: boolean;
  screen: boolean;
  hand: boolean;
  /**
   * A short word of their client's own.
   */
  quality: string | null;
  role: "moderator" | "participant";
  /**
   * The live generation of their call, null without one.
   */
  call: Generation | null;
  /**
   * Changes with every change.
   */
  phx_ref: string;
  /**
   * The one it replaces.
   */
  phx_ref_prev?: string;
}
/**
 * Who came, went or changed; who changed is in both.
 */
export interface PresenceDiff {
  joins: PresenceState;
  leaves: PresenceState;
}
/**
 * Something somebody wrote; `name` is the sender's then.
 */
export interface ChatMessage {
  id: string;
  from: ParticipantId;
  name: string;
  text: string;
  at: UnixMs;
}
/**
 * Something an application relays, as it was sent.
 */
export interface Data {
  from: ParticipantId;
  data: Anything;
}
/**
 * From another browser, in mesh mode: either a description or a candidate (null for no more).
 */
export interface Signalled {
  from: ParticipantId;
  jsep?: Jsep;
  candidate?: Candidate | null;
}
/**
 * Who comes in from now on.
 */
export interface Door {
  locked: boolean;
  lobby: boolean;
}
/**
 * Who waits to be let in.
 */
export interface Lobby {
  people: Waiting[];
}
/**
 * Somebody who waits.
 */
export interface Waiting {
  participant: ParticipantId;
  name: string;
}
/**
 * The room ended for everybody.
 */
export interface RoomClosed {
  reason: string;
}
/**
 * The channel ended: why, or by one's own leave.
 */
export interface Closed {
  reason?: string;
}
/**
 * To be answered, if it is the newest. `streams`: what the active m-lines carry.
 */
export interface SubscriberOffer {
  jsep: OfferJsep;
  version: number;
  streams: SubscribedStream[];
}
/**
 * A session description that is an offer.
 */
export interface OfferJsep {
  type: "offer";
  sdp: string;
}
/**
 * One m-line of what comes down.
 */
export interface SubscribedStream {
  mid: Mid;
  participant: ParticipantId;
  generation: Generation;
  source: Source;
}
/**
 * Which of one's connections it is about.
 */
export interface Connected {
  of: Of;
}
/**
 * Packets are lost; `uplink` as the browser sees it.
 */
export interface SlowLink {
  of: Of;
  mid: Mid;
  uplink: boolean;
  lost: number;
}
/**
 * That connection is gone at the gateway; `reason` is text for people.
 */
export interface Hangup {
  of: Of;
  reason: string;
}
/**
 * The STUN and TURN servers, with new credentials; also the answer of `GET /ice_servers`.
 */
export interface IceServers {
  ice_servers: IceServer[];
}
/**
 * As in `RTCConfiguration.iceServers`.
 */
export interface IceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}
/**
 * Events that the server does not say today; their names and shapes are kept.
 */
export interface ReservedEvents {
  mode: Mode;
  move: Move;
  recording: Recording;
  error: ErrorReply;
}
/**
 * How media goes from now on.
 */
export interface Mode {
  mode: RoomMode;
}
/**
 * Where to join instead.
 */
export interface Move {
  to: string;
}
/**
 * Recording began or ended, of one participant or of the room.
 */
export interface Recording {
  participant?: ParticipantId;
  on: boolean;
  failed?: boolean;
}
/**
 * Response of an error reply. Without `retry_ms`: do not try again by yourself.
 */
export interface ErrorReply {
  /**
   * A word of the closed list of reasons.
   */
  reason: string;
  /**
   * For people; changes without notice.
   */
  detail: string;
  /**
   * After how long the same request is worth another try, milliseconds.
   */
  retry_ms?: number;
}
/**
 * Requests of Phoenix itself.
 */
export interface Channel {
  phx_join: {
    payload: JoinParams;
    response: JoinReply;
  };
  phx_leave: {
    payload: Nothing;
    response: Done;
  };
  heartbeat: {
    payload: Nothing;
    response: Done;
  };
}
/**
 * Payload of `phx_join`.
 */
export interface JoinParams {
  /**
   * How the others see the participant; needed unless the token says it.
   */
  name?: string;
  /**
   * What an earlier join's reply gave.
   */
  resume?: string | null;
  /**
   * The generation still held, null after a reload.
   */
  call?: Generation | null;
  /**
   * Lets one in, where the server asks for it.
   */
  token?: string | null;
}
/**
 * Answer to a join.
 */
export interface JoinReply {
  participant: ParticipantId;
  /**
   * A secret; brings one back as the same participant.
   */
  resume: string;
  /**
   * The id is the one of before.
   */
  resumed: boolean;
  /**
   * The generation that goes on, if it is the one still held.
   */
  call: Generation | null;
  room: RoomInfo;
  /**
   * What one may do.
   */
  grants: Grant[];
  ice_servers: IceServer[];
  limits: RoomLimits;
  server: ServerInfo;
}
/**
 * The room one is in.
 */
export interface RoomInfo {
  name: RoomName;
  mode: RoomMode;
  /**
   * Nobody new comes in.
   */
  locked: boolean;
  /**
   * Who comes to the locked door waits for a moderator's word.
   */
  lobby: boolean;
  recording: boolean;
  /**
   * Where others find the room, null if the server does not know.
   */
  url: string | null;
}
/**
 * Bounds that a client may want to know.
 */
export interface RoomLimits {
  /**
   * People in the room.
   */
  capacity: number;
  /**
   * Streams of one participant.
   */
  streams: number;
  /**
   * Bytes of a frame.
   */
  frame_bytes: number;
  /**
   * Bytes of a frame with SDP.
   */
  sdp_frame_bytes: number;
  /**
   * Bytes of a chat message.
   */
  chat_bytes: number;
  /**
   * Bits a second of a camera, at most.
   */
  camera_bitrate: number;
  /**
   * Bits a second of a screen share, at most.
   */
  screen_bitrate: number;
}
/**
 * What answers.
 */
export interface ServerInfo {
  version: string;
  /**
   * What works here: of `calls`, `mesh`, `chat`, `data`.
   */
  features: string[];
}
