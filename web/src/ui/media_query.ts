// Media queries where styles alone do not do.

import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/** Whether a media query holds, followed while the component is there. */
export function useMedia(query: string): boolean {
  const holds = useSignal(matchMedia(query).matches);
  useLayoutEffect(() => {
    const list = matchMedia(query);
    const look = () => {
      holds.value = list.matches;
    };
    list.addEventListener("change", look);
    look();
    return () => list.removeEventListener("change", look);
  }, [query]);
  return holds.value;
}
