// The token of a link `/r/<room>#token=…`: what lets one into a room where not everybody may come in.

import type { ResumeStorage } from "../client";

/** The token in an address's fragment, which reaches no server and no log; null: there is none. */
export function tokenIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") || null;
}

/** Keeps tokens by room, so that a reload of the tab still comes in. */
export class Invitations {
  readonly #storage: ResumeStorage;
  #newest: string | null = null;

  /** `storage`: a tab's own. */
  constructor(storage: ResumeStorage) {
    this.#storage = storage;
  }

  /** The link of this room brought one; `room` is null if it named none. */
  keep(room: string | null, token: string): void {
    this.#newest = token;
    if (room !== null) this.#storage.setItem(key(room), token);
  }

  /** What to show at the door of a room; one of another link may be for several rooms. */
  of(room: string): string | undefined {
    return this.#storage.getItem(key(room)) ?? this.#newest ?? undefined;
  }
}

function key(room: string): string {
  return `parlour.token.${room}`;
}
