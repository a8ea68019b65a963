// How media goes between people: one interface, two ways (the gateway, or straight between browsers).
//
// A session has one engine at a time, of its room's mode, and tells it what happens: joined, lost,
// who is here, what one's own devices give, what is looked at. What comes in is observed.

import type { Clock } from "./clock";
import type { History } from "./history";
import type { LocalMedia } from "./media";
import type { Events, JoinReply, PresenceMeta, RoomMode, Source, Wire } from "./protocol";
import type { Room } from "./room";
import type { ConnectionStats } from "./stats";
import type { Readable } from "./store";

/** What a participant sends, as far as it arrives here. */
export type Incoming = Readonly<Partial<Record<Source, MediaStreamTrack>>>;

/** Where the call stands. `attempt` counts the tries since it last held. In mesh mode there is no
 * generation, and the call is live while the room is joined. */
export type CallState =
  | { phase: "idle" }
  | { phase: "starting"; attempt: number; cause: string }
  | { phase: "waiting"; attempt: number; cause: string; ms: number }
  | { phase: "live"; generation: number | null }
  | { phase: "failed"; reason: string };

/** How large a stream is shown, in pixels of the screen; 0: nobody looks at it. What no wish names is
 * received as well as it comes. */
export interface Wish {
  participant: string;
  source: "camera" | "screen";
  height: number;
}

/** Somebody who is here, oneself among them. */
export interface Present {
  id: string;
  meta: PresenceMeta;
}

/** The handlers of an engine for what the server says. */
export type Hears = { readonly [E in keyof Events]?: (payload: Events[E]) => void };

export interface EngineOptions {
  wire: Wire;
  clock: Clock;
  history: History;
  media: LocalMedia;
  room: Room;
  /** Whether media may go by relay only. */
  relayOnly: boolean;
}

export interface MediaEngine {
  readonly mode: RoomMode;
  readonly state: Readable<CallState>;
  /** Tracks by participant. */
  readonly incoming: Readable<ReadonlyMap<string, Incoming>>;
  /** The generation that a rejoin may say it holds. */
  readonly held: number | null;
  readonly hears: Hears;
  /** Joined, anew or again. */
  joined(reply: JoinReply): void;
  /** The channel went and will be joined again: media goes on as far as it can. */
  lost(): void;
  /** Everybody who is here, after each change. */
  present(everybody: readonly Present[]): void;
  /** One's own devices give other tracks, or none. */
  tracksChanged(): void;
  /** What is looked at, and how large; replaces what was wished before. */
  prefer(wishes: readonly Wish[]): void;
  /** The machine woke, or has another network. */
  wake(cause: string): void;
  /** Once a second: looks whether what should flow does, and mends it. */
  tick(): void;
  /** A person wants the call again after it failed. */
  retry(): void;
  /** Ends the call for good, and every connection. */
  end(): Promise<void>;
  /** The connections' figures, one entry for each connection. */
  stats(): Promise<ConnectionStats[]>;
}
