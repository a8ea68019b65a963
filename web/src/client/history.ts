// What happened, when and why: a bounded list for whoever has to find out.

/** One thing that happened; `at` in Unix ms. */
export interface Happening {
  at: number;
  what: string;
  detail: Record<string, unknown>;
}

const KEPT = 300;

/** The last 300 happenings. */
export class History {
  readonly #list: Happening[] = [];

  add(what: string, detail: Record<string, unknown> = {}): void {
    this.#list.push({ at: Date.now(), what, detail });
    if (this.#list.length > KEPT) this.#list.shift();
  }

  list(): Happening[] {
    return [...this.#list];
  }
}
