// The page's state: which screen, which session, which devices. No markup.

import { type ReadonlySignal, signal } from "@preact/signals";
import {
  type DeviceKind,
  Devices,
  History,
  isRoomName,
  LocalMedia,
  Meter,
  type Session,
  workerClock,
} from "../client";
import { watchDevices } from "./device_notices";
import { number, words } from "./i18n";
import { Invitations, tokenIn } from "./invitation";
import { type Meeting, meeting } from "./meeting";
import { notify } from "./notices";
import { offeredRoom } from "./room_name";
import { speaker } from "./speaker";
import { storageOf } from "./storage";
import { testRun } from "./test_run";
import { keepAwake } from "./wake_lock";

/** What is on the screen. */
export type Screen =
  | { screen: "problem"; problem: Problem }
  /** `wrong`: the server did not take it, another is asked for. */
  | { screen: "lobby"; wrong: "name" | "room" | null }
  | { screen: "room"; session: Session; RoomScreen: Meeting["RoomScreen"] }
  | { screen: "left"; reason: string };

/** Why there is nothing to do here. */
export type Problem =
  | { kind: "bad_room"; name: string }
  | { kind: "no_webrtc" }
  | { kind: "crash" };

const NAME_KEY = "parlour.name";
const KINDS: readonly DeviceKind[] = ["mic", "camera"];

export class Page {
  readonly history = new History();
  readonly media = new LocalMedia(undefined, this.history);
  readonly #kept = storageOf(() => localStorage);
  /** A tab's own: another tab is another participant. */
  readonly #tokens = storageOf(() => sessionStorage);
  readonly devices = new Devices({ media: this.media, storage: this.#kept });
  readonly meter = new Meter(this.media);
  readonly name = signal(this.#kept.getItem(NAME_KEY) ?? "");
  readonly room = signal("");
  /** The room of the page's address; null: it names none, and one is offered. */
  readonly invitedTo: string | null;
  readonly #screen = signal<Screen>({ screen: "lobby", wrong: null });
  readonly #entering = signal(false);
  readonly #clock = workerClock();
  readonly #invitations = new Invitations(this.#tokens);
  /** `?relay=1` in the address: whoever looks for a fault, or must not show their own, goes by relay. */
  readonly #relayOnly: boolean;
  #session: Session | null = null;
  /** Which devices were on when they were last let go. */
  #wishes: readonly DeviceKind[] = KINDS;
  #place = "";
  #unread = 0;

  constructor(location: Location) {
    this.#relayOnly = new URLSearchParams(location.search).get("relay") === "1";
    const named = roomOf(location);
    this.invitedTo = named;
    this.room.value = named ?? offeredRoom();
    this.#takeToken(location);
    // A newer link to the page that is open loads nothing.
    addEventListener("hashchange", () => {
      if (this.#takeToken(location)) this.#invitedAgain(roomOf(location));
    });
    if (named !== null && isRoomName(named)) this.#setPlace(named);
    if (named !== null && !isRoomName(named)) {
      this.fail({ kind: "bad_room", name: named });
    } else if (typeof RTCPeerConnection === "undefined") {
      this.fail({ kind: "no_webrtc" });
    } else {
      this.#wake();
    }
    watchDevices(this.devices);
    this.devices.output.subscribe((output) => {
      speaker.value = output;
    });
  }

  get screen(): ReadonlySignal<Screen> {
    return this.#screen;
  }

  /** What one would join the room with that is filled in. */
  get token(): string | undefined {
    return this.#invitations.of(this.room.value.trim());
  }

  /** Whether the meeting's half of the page is still waited for. */
  get entering(): ReadonlySignal<boolean> {
    return this.#entering;
  }

  get session(): Session | null {
    return this.#session;
  }

  /** The socket's endpoint, as the client wants it. */
  get endpoint(): string {
    return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/socket`;
  }

  /** Enters the room that is filled in. */
  join(): void {
    const name = this.name.value.trim();
    const room = this.room.value.trim();
    if (!name || !isRoomName(room) || this.#screen.value.screen === "room") return;
    if (this.#entering.value) return;
    this.#kept.setItem(NAME_KEY, name);
    if (meeting.now) this.#enter(meeting.now, name, room);
    else void this.#enterLater(name, room);
  }

  async #enterLater(name: string, room: string): Promise<void> {
    this.#entering.value = true;
    try {
      const half = await meeting.fetch();
      if (this.#screen.value.screen !== "problem") this.#enter(half, name, room);
    } catch (error) {
      this.history.add("part_missing", { error: String(error) });
      notify(words().problem.partMissing, "error");
    } finally {
      this.#entering.value = false;
    }
  }

  #enter({ Session, RoomScreen }: Meeting, name: string, room: string): void {
    testRun.prefetch();
    history.replaceState(null, "", `/r/${room}${this.#relayOnly ? "?relay=1" : ""}`);
    this.#setPlace(room);
    this.#wake();
    const session = new Session({
      endpoint: this.endpoint,
      room,
      name,
      token: this.#invitations.of(room),
      relayOnly: this.#relayOnly,
      media: this.media,
      storage: this.#tokens,
      hidden: () => document.visibilityState === "hidden",
      history: this.history,
      clock: this.#clock,
    });
    this.#session = session;
    this.#screen.value = { screen: "room", session, RoomScreen };
    const sleep = keepAwake();
    const stop = session.status.subscribe((status) => {
      if (status.state !== "ended") return;
      queueMicrotask(() => {
        stop();
        sleep();
        this.#left(status.reason);
      });
    });
    session.join();
  }

  leave(): void {
    this.#session?.leave();
  }

  /** From the left screen back to name and room; `wrong` is asked for anew. */
  back(wrong: "name" | "room" | null = null): void {
    if (wrong === "room") this.room.value = offeredRoom();
    this.#screen.value = { screen: "lobby", wrong };
    this.#wake();
  }

  /** Nothing can be done here any more. */
  fail(problem: Problem): void {
    this.#session?.leave();
    this.media.stop();
    this.#screen.value = { screen: "problem", problem };
  }

  /** How many messages are unread, in front of the window's title; 0: none. */
  setTitle(unread: number): void {
    this.#unread = unread;
    const place = this.#place ? `${this.#place} · Parlour` : "Parlour";
    document.title = unread > 0 ? `(${number(unread)}) ${place}` : place;
  }

  #setPlace(place: string): void {
    this.#place = place;
    this.setTitle(this.#unread);
  }

  #left(reason: string): void {
    this.setTitle(0);
    // Also what was refused or unplugged: it may be there at the next time.
    this.#wishes = KINDS.filter((kind) => {
      const { phase } = this.media.state.value[kind];
      return phase !== "off" && phase !== "muted";
    });
    // The camera's light goes out with the meeting.
    this.media.stop();
    if (this.#screen.value.screen === "room") this.#screen.value = { screen: "left", reason };
  }

  /** Whether the address held one. It must not stay there: from there it would be copied. */
  #takeToken(location: Location): boolean {
    const token = tokenIn(location.hash);
    if (token === null) return false;
    history.replaceState(null, "", location.pathname + location.search);
    this.#invitations.keep(roomOf(location), token);
    return true;
  }

  /** Who was shown the door has a better link now. */
  #invitedAgain(room: string | null): void {
    if (this.#screen.value.screen !== "left") return;
    if (room !== null) this.room.value = room;
    this.back();
  }

  #wake(): void {
    for (const kind of this.#wishes) void this.media.turnOn(kind);
    this.#wishes = [];
  }
}

/** The room that an address names, sound or not. */
function roomOf(location: Location): string | null {
  const path = /^\/r\/([^/]*)\/?$/.exec(location.pathname)?.[1];
  return path === undefined ? null : decode(path);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
