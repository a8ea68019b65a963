// Components that are a file of their own: fetched when they are first shown, if nobody did before.

import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Part } from "./part";

type Found<P> = { Shown: ComponentType<P> } | { error: unknown } | null;

/**
 * A component that may still be on its way: until then it shows nothing. `onFailure`: its file did not
 * come; it should be taken off the screen, the next time it is shown asks again.
 */
export function lazily<P extends object>(
  part: Part<ComponentType<P>>,
  onFailure: (props: P) => void,
): (props: P) => JSX.Element | null {
  const found = signal<Found<P>>(null);
  return function Lazy(props: P): JSX.Element | null {
    const now = found.value;
    useEffect(() => {
      if (part.now) {
        found.value = { Shown: part.now };
        return;
      }
      found.value = null;
      part.fetch().then(
        (Shown) => {
          found.value = { Shown };
        },
        (error: unknown) => {
          found.value = { error };
        },
      );
    }, []);
    useEffect(() => {
      if (now && "error" in now) onFailure(props);
    }, [now]);
    return now && "Shown" in now ? <now.Shown {...props} /> : null;
  };
}
