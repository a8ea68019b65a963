// A value that can be watched. The client's only notion of observable state: no framework.

/** What a watcher may do: read, and be told. */
export interface Readable<T> {
  readonly value: T;
  /** Calls `watcher` now and after each change; returns how to stop. */
  subscribe(watcher: (value: T) => void): () => void;
}

/** A readable value that its owner sets. */
export class Store<T> implements Readable<T> {
  #value: T;
  readonly #watchers = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of [...this.#watchers]) {
      // A watcher set another: all were told of that one.
      if (!Object.is(value, this.#value)) return;
      watcher(value);
    }
  }

  subscribe(watcher: (value: T) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.#value);
    return () => {
      this.#watchers.delete(watcher);
    };
  }
}
