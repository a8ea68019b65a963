// Which key means what, and where it means nothing. Pure.

/** What a key of the meeting does. */
export type Action = "mic" | "camera" | "hand" | "chat" | "people" | "list" | "close";

/** The keys as they are written on the keyboard, in the order of their list. */
export const KEYS: Readonly<Record<Action, string>> = {
  mic: "M",
  camera: "V",
  hand: "H",
  chat: "C",
  people: "P",
  list: "?",
  close: "Escape",
};

/**
 * Where the focus is: `text` takes letters, `control` has a use for the space bar (a button, a link),
 * `dialog` is over everything, `page` is anywhere else.
 */
export type Place = "page" | "control" | "text" | "dialog";

/** The part of a KeyboardEvent that decides. */
export type KeyPress = Pick<
  KeyboardEvent,
  | "key"
  | "code"
  | "shiftKey"
  | "ctrlKey"
  | "altKey"
  | "metaKey"
  | "repeat"
  | "isComposing"
  | "defaultPrevented"
>;

const TEXT = "input, textarea, select, [contenteditable]:not([contenteditable='false'])";
const CONTROL =
  "button, a[href], summary, [role='button'], [role='menuitem'], [role='slider'], video[controls]";

/**
 * Where an element is; null: nothing has the focus. `clicked`: it has the focus from a click. Nobody
 * means such a button by the space bar, least of all who has just muted with it.
 */
export function placeOf(
  element: Pick<Element, "closest"> | null,
  { dialogOpen, clicked }: { dialogOpen: boolean; clicked: boolean },
): Place {
  if (dialogOpen) return "dialog";
  if (element?.closest(TEXT)) return "text";
  return element?.closest(CONTROL) && !clicked ? "control" : "page";
}

/** What a key does there; null: nothing of ours. */
export function actionOf(press: KeyPress, place: Place): Action | null {
  if (place === "text" || place === "dialog" || press.repeat || !isPlain(press)) return null;
  const key = keyOf(press);
  const found = Object.entries(KEYS).find(([, of]) => of.toLowerCase() === key);
  return found ? (found[0] as Action) : null;
}

/** Whether holding this key is holding the space bar to talk. */
export function isTalkKey(press: KeyPress, place: Place): boolean {
  return place === "page" && press.key === " " && !press.shiftKey && isPlain(press);
}

function isPlain(press: KeyPress): boolean {
  const { ctrlKey, altKey, metaKey, isComposing, defaultPrevented } = press;
  return !(ctrlKey || altKey || metaKey || isComposing || defaultPrevented);
}

/**
 * What the key says; where the layout has no Latin letters, what it would say at the same place of a
 * US keyboard: on a Hindi or Russian one, too, M is the key with the M on it.
 */
function keyOf({ key, code, shiftKey }: KeyPress): string {
  if (/^[\0-\x7f]*$/.test(key)) return key.toLowerCase();
  if (code === "Slash" && shiftKey) return "?";
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? "";
}
