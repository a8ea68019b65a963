import type { JSX } from "preact";
import { Dialog } from "../Dialog";
import { words } from "../i18n";
import "./KeysDialog.css";
import { KEYS } from "./shortcuts";
import type { RoomView } from "./view";

/** Which keys do what. */
export function KeysDialog({ view }: { view: RoomView }): JSX.Element {
  const t = words().keys;
  const rows: readonly (readonly [key: string, does: string, hint?: string])[] = [
    [KEYS.mic, t.mic],
    [t.space, t.talk, t.talkHint],
    [KEYS.camera, t.camera],
    [KEYS.hand, t.hand],
    [KEYS.chat, t.chat],
    [KEYS.people, t.people],
    [t.escape, t.closePanel],
    [KEYS.list, t.list],
  ];
  return (
    <Dialog
      title={t.title}
      testId="keys-dialog"
      onClose={() => {
        view.dialog.value = null;
      }}
    >
      <table class="keys">
        <tbody>
          {rows.map(([key, does, hint]) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td>
                {does}
                {hint && <span class="hint keys-hint">{hint}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
