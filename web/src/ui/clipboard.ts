// Copying a text, also where the page may not use the clipboard (http, an older browser).

/** Whether it is in the clipboard now. Call it from a click: browsers want one. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedTheOldWay(text);
  }
}

/** What is selected in a field may be copied without asking anybody. */
function copiedTheOldWay(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "unseen";
  // What is behind an open dialog takes no selection.
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}

/** Which keys copy a selection here; null on a device that has none, as far as one can know. */
export function copyKeys(): string | null {
  if (matchMedia("(hover: none)").matches) return null;
  return /Mac/.test(navigator.platform) ? "⌘ C" : "Ctrl + C";
}
