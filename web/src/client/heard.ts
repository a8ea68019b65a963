// What the server told last, without what was said: for whoever has to find out.

import type { Happening } from "./history";

/** What of an event is kept: whom it is about and why. Never a text, a name or an address. */
const KEPT_FIELDS = ["participant", "from", "of", "generation", "source", "reason", "mode"];
const KEPT = 100;

export class Heard {
  #list: Happening[] = [];

  add(event: string, payload: object): void {
    const detail = Object.fromEntries(
      Object.entries(payload).filter(
        ([name, value]) => KEPT_FIELDS.includes(name) && typeof value !== "object",
      ),
    );
    this.#list = [...this.#list.slice(1 - KEPT), { at: Date.now(), what: event, detail }];
  }

  /** The last hundred, the newest last. */
  list(): Happening[] {
    return [...this.#list];
  }
}
