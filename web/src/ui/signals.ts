// The client's observables as Preact signals.

import type { ReadonlySignal } from "@preact/signals";
import { signal } from "@preact/signals";
import type { Readable } from "../client";

const known = new WeakMap<object, ReadonlySignal<unknown>>();

/** The signal that follows a store; the same one each time, and it lives as long as the store. */
export function signalOf<T>(store: Readable<T>): ReadonlySignal<T> {
  const before = known.get(store);
  if (before) return before as ReadonlySignal<T>;
  const made = signal(store.value);
  store.subscribe((value) => {
    made.value = value;
  });
  known.set(store, made);
  return made;
}
