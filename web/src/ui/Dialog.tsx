import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import "./Dialog.css";
import { CloseButton } from "./CloseButton";
import { Live } from "./Live";

interface Props {
  title: string;
  /** It closed, by Escape, the button, or a click beside it: render it no more. */
  onClose: () => void;
  children: ComponentChildren;
  testId?: string;
}

/**
 * A modal dialog, open while it is rendered. What is behind it is out of reach; the focus returns
 * to where it was.
 */
export function Dialog({ title, onClose, children, testId }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = () => dialog.current?.close();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the key, by the browser.
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby={titleId}
      data-testid={testId}
      // Also told late of a dialog that its owner took away: that one has no element any more.
      onClose={() => {
        if (dialog.current) onClose();
      }}
      onClick={(event) => {
        // Inside lies the box: the element itself is hit beside it only.
        if (event.target === dialog.current) close();
      }}
    >
      {/* The page's own is out of reach of screen readers while this is open. */}
      <Live />
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <CloseButton onClose={close} />
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a small screen it scrolls, also by keys. */}
        <div class="dialog-body" tabIndex={0}>
          {children}
        </div>
      </div>
    </dialog>
  );
}
