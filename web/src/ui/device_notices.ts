// Says which device takes over where one was unplugged, and that a chosen one is back.
//
// What the person did by themselves needs no notice.

import type { Device, DeviceKind, Devices } from "../client";
import { words } from "./i18n";
import { notify } from "./notices";

/** What is watched: `Devices` fits. */
export type WatchedDevices = Pick<Devices, "lists" | "choices" | "inUse">;

const KINDS: readonly DeviceKind[] = ["mic", "camera"];
const LIST_OF = { mic: "mics", camera: "cameras" } as const;

/** Watches until stopped; `say` is for tests. */
export function watchDevices(
  devices: WatchedDevices,
  say: (text: string) => void = (text) => void notify(text),
): () => void {
  const labels = new Map<string, string>();
  const watches = KINDS.map((kind) => watchKind(kind, devices, labels, say));
  const look = () => {
    for (const watch of watches) watch();
  };
  const stops = [
    devices.lists.subscribe(({ mics, cameras }) => {
      // A device that is gone has its name here alone.
      for (const { id, label } of [...mics, ...cameras]) if (label) labels.set(id, label);
      look();
    }),
    devices.inUse.subscribe(look),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function watchKind(
  kind: DeviceKind,
  { lists, choices, inUse }: WatchedDevices,
  labels: ReadonlyMap<string, string>,
  say: (text: string) => void,
): () => void {
  let used: string | null = null;
  let chosen = choices.value[kind];
  /** The device that was used before, as long as it may turn out to be gone. */
  let before: string | null = null;

  return () => {
    const list: readonly Device[] = lists.value[LIST_OF[kind]];
    const now = inUse.value[kind];
    const choice = choices.value[kind];
    if (now !== null && now !== used) {
      const byHand = choice !== chosen && (choice === null || choice === now);
      before = byHand ? null : used;
      // Told when it comes back to the one that was chosen.
      if (!byHand && used !== null && now === choice) {
        before = null;
        const label = labels.get(now);
        if (label) say(words().devices.changed(label));
      }
      used = now;
    }
    if (now !== null) chosen = choice;
    const gone = before ?? (now === null ? used : null);
    // Before anything is allowed, and without a permission, lists have no ids: nothing is gone.
    if (gone === null || list.some(({ id }) => id === gone)) return;
    const label = labels.get(gone);
    if (now !== null && before !== null) {
      before = null;
      const other = labels.get(now);
      if (label && other) say(words().notices.gone(label, other));
    } else if (now === null && list.length === 0) {
      used = null;
      if (label) say(words().notices.goneAll(label));
    }
  };
}
