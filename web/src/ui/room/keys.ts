// The keys of the meeting: listens, and does what they say.

import { announce } from "../announce";
import { words } from "../i18n";
import { PushToTalk } from "./push_to_talk";
import { type Action, actionOf, isTalkKey, placeOf } from "./shortcuts";
import type { RoomView } from "./view";

/** Listens until stopped. */
export function listenToKeys(view: RoomView): () => void {
  const ends = new AbortController();
  const { signal } = ends;
  const talk = new PushToTalk();
  const { media } = view.page;

  const obey = (order: "on" | "off" | null) => {
    view.holdsToTalk.value = talk.held;
    if (order === "on") void media.turnOn("mic");
    if (order === "off") media.turnOff("mic");
  };
  const release = () => obey(talk.up());

  // What has the focus from a click; the keyboard's own clicks have no detail.
  let clicked: Element | null = null;
  addEventListener(
    "click",
    (event) => {
      clicked = event.detail > 0 ? document.activeElement : null;
    },
    { signal, capture: true },
  );
  addEventListener(
    "focusout",
    () => {
      clicked = null;
    },
    { signal },
  );

  addEventListener(
    "keydown",
    (event) => {
      const place = placeOf(document.activeElement, {
        dialogOpen: document.querySelector("dialog[open]") !== null,
        clicked: document.activeElement === clicked,
      });
      if (isTalkKey(event, place)) {
        obey(talk.down(media.state.value.mic.phase));
        // Or it would scroll, or press what was clicked last.
        if (talk.held) event.preventDefault();
        return;
      }
      const action = actionOf(event, place);
      if (!action || (action === "close" && view.panel.value === null)) return;
      event.preventDefault();
      if (action === "mic" && talk.held) {
        // On for the moment: now to stay on.
        talk.overruled();
        obey(null);
        announce(words().announce.micOn);
        return;
      }
      void act(view, action);
    },
    { signal },
  );
  addEventListener(
    "keyup",
    (event) => {
      if (event.key !== " " || !talk.held) return;
      event.preventDefault();
      release();
    },
    { signal },
  );
  addEventListener("blur", release, { signal });
  document.addEventListener("visibilitychange", release, { signal });
  return () => {
    ends.abort();
    release();
  };
}

async function act(view: RoomView, action: Action): Promise<void> {
  const { media } = view.page;
  const t = words();
  switch (action) {
    // A button that is not focused does not say that it changed.
    case "mic":
    case "camera":
      await media.toggle(action);
      // What is blocked is told with its reason, by the hint.
      if (media.state.value[action].phase === "blocked") return;
      announce(t.announce[`${action}${media.isOn(action) ? "On" : "Off"}`]);
      return;
    case "hand": {
      const up = !view.session.hand.value;
      view.session.raiseHand(up);
      announce(up ? t.announce.handUp : t.announce.handDown);
      return;
    }
    case "chat":
    case "people":
      view.togglePanel(action);
      return;
    case "list":
      view.dialog.value = "keys";
      return;
    case "close":
      view.panel.value = null;
      return;
  }
}
