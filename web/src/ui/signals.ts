// The client's observables as Preact signals.

import type { ReadonlySignal } from "@preact/signals";
import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
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

/** The same for a store that works only while it is watched: followed while the component is there. */
export function useFollowed<T>(store: Readable<T>): ReadonlySignal<T> {
  const followed = useSignal(store.value);
  useEffect(
    () =>
      store.subscribe((value) => {
        followed.value = value;
      }),
    [store],
  );
  return followed;
}
