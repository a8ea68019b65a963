// Whoever works with the keyboard stays where they were: a part that goes away takes the focus with it.

/** When what has the focus inside `section` is taken away, the section gets it. Until stopped. */
export function keepFocus(section: HTMLElement): () => void {
  let focused: Element | null = null;
  const follow = ({ target }: FocusEvent) => {
    const inside = target instanceof Element && target !== section && section.contains(target);
    focused = inside ? target : null;
  };
  const observer = new MutationObserver(() => {
    if (!focused || focused.isConnected) return;
    focused = null;
    // Only if nobody else took it.
    if (document.activeElement === document.body) section.focus();
  });
  document.addEventListener("focusin", follow);
  observer.observe(section, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", follow);
    observer.disconnect();
  };
}
