// Parts of the page that are a file of their own: fetched while there is nothing else to do, or when
// they are asked for, and shown when they are there.

import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";

interface Options<P> {
  /** It is on the screen now. */
  onShown?: () => void;
  /** Its file did not come; the next rendering asks again. Without this the rendering throws, for the
   * error boundary above. */
  onFailure?: (props: P) => void;
}

/** A component that may still be on its way: until then it shows nothing. */
export interface Lazily<P> {
  (props: P): JSX.Element | null;
  /** Fetches its file, if that has not begun. */
  fetch: () => void;
}

type Found<P> = { Part: ComponentType<P> } | { error: unknown } | null;

export function lazily<P extends object>(
  load: () => Promise<ComponentType<P>>,
  { onShown, onFailure }: Options<P> = {},
): Lazily<P> {
  const found = signal<Found<P>>(null);
  let loading: Promise<void> | null = null;
  const get = (failed: (error: unknown) => void) => {
    loading ??= load().then((Part) => {
      found.value = { Part };
    });
    loading.catch((error: unknown) => {
      loading = null;
      failed(error);
    });
  };
  function Lazy(props: P): JSX.Element | null {
    const now = found.value;
    useEffect(() => {
      if (now && "Part" in now) return;
      found.value = null;
      get((error) => {
        found.value = { error };
      });
    }, []);
    useEffect(() => {
      if (!now) return;
      if ("Part" in now) onShown?.();
      else onFailure?.(props);
    }, [now]);
    if (!now) return null;
    if ("Part" in now) return <now.Part {...props} />;
    if (!onFailure) throw now.error;
    return null;
  }
  // Ahead of time nobody waits for it: it is asked for again when it is shown.
  return Object.assign(Lazy, { fetch: () => get(() => {}) });
}
