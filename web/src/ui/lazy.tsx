// Parts of the page that are a file of their own: fetched while there is nothing else to do, shown when
// they are there.

import { signal } from "@preact/signals";
import type { FunctionComponent, JSX } from "preact";
import { useEffect } from "preact/hooks";

/** A component that may still be on its way. */
export interface Lazy<P> {
  /** Shows nothing until the part is there; then calls `onShown` once. One that cannot be fetched
   * throws while rendering, for the error boundary above. */
  Part: (props: P & { onShown?: () => void }) => JSX.Element | null;
  /** Begins to fetch it, if that has not begun. */
  fetch: () => void;
}

export function lazy<P extends object>(load: () => Promise<FunctionComponent<P>>): Lazy<P> {
  const found = signal<{ Component: FunctionComponent<P> } | { error: unknown } | null>(null);
  let begun = false;
  const fetch = () => {
    if (begun) return;
    begun = true;
    load().then(
      (Component) => {
        found.value = { Component };
      },
      (error: unknown) => {
        found.value = { error };
      },
    );
  };
  const Part = (props: P & { onShown?: () => void }) => {
    const now = found.value;
    useEffect(fetch, []);
    useEffect(() => {
      if (now) props.onShown?.();
    }, [now]);
    if (!now) return null;
    if ("error" in now) throw now.error;
    return <now.Component {...props} />;
  };
  return { Part, fetch };
}
