// The page's state: which screen, which session, which devices. No markup.

import { type ReadonlySignal, signal } from "@preact/signals";
import { type DeviceKind, History, isRoomName, LocalMedia, Session, workerClock } from "../client";
import { storageOf } from "./storage";

/** What is on the screen. */
export type Screen =
  | { screen: "problem"; problem: Problem }
  | { screen: "lobby" }
  | { screen: "room"; session: Session }
  | { screen: "left"; reason: string };

/** Why there is nothing to do here. */
export type Problem = { kind: "bad_room"; name: string } | { kind: "no_webrtc" };

const NAME_KEY = "parlour.name";

export class Page {
  readonly history = new History();
  readonly media = new LocalMedia(undefined, this.history);
  readonly #names = storageOf(() => localStorage);
  /** A tab's own: another tab is another participant. */
  readonly #tokens = storageOf(() => sessionStorage);
  readonly name = signal(this.#names.getItem(NAME_KEY) ?? "");
  readonly room = signal("");
  readonly #screen = signal<Screen>({ screen: "lobby" });
  readonly #clock = workerClock();
  readonly #token: string | undefined;
  #session: Session | null = null;
  /** Which devices were on when they were last let go. */
  #wishes: DeviceKind[] = ["mic", "camera"];

  constructor(location: Location) {
    this.#token = takeToken(location);
    const path = /^\/r\/([^/]*)\/?$/.exec(location.pathname)?.[1];
    if (path !== undefined) this.room.value = decode(path);
    if (path !== undefined && !isRoomName(this.room.value)) {
      this.#problem({ kind: "bad_room", name: this.room.value });
    } else if (typeof RTCPeerConnection === "undefined") {
      this.#problem({ kind: "no_webrtc" });
    } else {
      this.#wake();
    }
  }

  get screen(): ReadonlySignal<Screen> {
    return this.#screen;
  }

  get session(): Session | null {
    return this.#session;
  }

  /** Enters the room that is filled in. */
  join(): void {
    const name = this.name.value.trim();
    const room = this.room.value.trim();
    if (!name || !isRoomName(room) || this.#screen.value.screen === "room") return;
    this.#names.setItem(NAME_KEY, name);
    history.replaceState(null, "", `/r/${room}`);
    document.title = `${room} · Parlour`;
    this.#wake();
    const session = new Session({
      endpoint: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/socket`,
      room,
      name,
      token: this.#token,
      media: this.media,
      storage: this.#tokens,
      hidden: () => document.visibilityState === "hidden",
      history: this.history,
      clock: this.#clock,
    });
    this.#session = session;
    this.#screen.value = { screen: "room", session };
    const stop = session.status.subscribe((status) => {
      if (status.state === "ended") queueMicrotask(() => this.#left(stop, status.reason));
    });
    session.join();
  }

  leave(): void {
    this.#session?.leave();
  }

  /** From the left screen back to name and room. */
  back(): void {
    this.#screen.value = { screen: "lobby" };
    this.#wake();
  }

  #problem(problem: Problem): void {
    this.#screen.value = { screen: "problem", problem };
  }

  #left(stop: () => void, reason: string): void {
    stop();
    this.#wishes = (["mic", "camera"] as const).filter((kind) => this.media.isOn(kind));
    // The camera's light goes out with the meeting.
    this.media.stop();
    this.#screen.value = { screen: "left", reason };
  }

  #wake(): void {
    for (const kind of this.#wishes) void this.media.turnOn(kind);
    this.#wishes = [];
  }
}

function takeToken(location: Location): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? undefined;
  // It must not stay in the address bar, from where it would be copied.
  if (token !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
