// A part of the page that is a file of its own: fetched once, and again after it did not come.

export class Part<T> {
  readonly #load: () => Promise<T>;
  #now: T | null = null;
  #fetching: Promise<T> | null = null;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Null: not here yet. */
  get now(): T | null {
    return this.#now;
  }

  /** Fetches it, if that has not begun. */
  fetch(): Promise<T> {
    this.#fetching ??= this.#load().then(
      (part) => {
        this.#now = part;
        return part;
      },
      (error: unknown) => {
        this.#fetching = null;
        throw error;
      },
    );
    return this.#fetching;
  }

  /** The same ahead of time: nobody waits for it, and it is asked for again when somebody does. */
  prefetch(): void {
    this.fetch().catch(() => {});
  }
}
