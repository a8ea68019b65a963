// Parts of the page that most people never open: each comes with its own file, when it is asked for.

import { type Signal, signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";

/**
 * A component whose code is loaded when it is first rendered; nothing is shown until then. `onFailure`
 * is told when the file did not come; the next rendering asks again.
 */
export function lazily<P extends object>(
  load: () => Promise<ComponentType<P>>,
  onFailure: (props: P) => void,
): (props: P) => JSX.Element | null {
  const loaded: Signal<{ Part: ComponentType<P> } | null> = signal(null);
  return function Lazy(props: P) {
    useEffect(() => {
      if (loaded.peek()) return;
      load().then(
        (Part) => {
          loaded.value = { Part };
        },
        () => onFailure(props),
      );
    }, []);
    const Part = loaded.value?.Part;
    return Part ? <Part {...props} /> : null;
  };
}
