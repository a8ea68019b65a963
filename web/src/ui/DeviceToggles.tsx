import type { JSX } from "preact";
import type { DeviceKind, LocalMedia } from "../client";
import { words } from "./i18n";
import { signalOf } from "./signals";
import { Toggle } from "./Toggle";

const KINDS: readonly { kind: DeviceKind; shortcut: string }[] = [
  { kind: "mic", shortcut: "M" },
  { kind: "camera", shortcut: "V" },
];

interface Props {
  media: LocalMedia;
  /** Whether the keys work here. */
  shortcuts?: boolean;
}

/** Switches microphone and camera. */
export function DeviceToggles({ media, shortcuts = false }: Props): JSX.Element {
  const state = signalOf(media.state).value;
  const t = words().devices;
  return (
    <div class="row">
      {KINDS.map(({ kind, shortcut }) => {
        const { phase } = state[kind];
        return (
          <Toggle
            key={kind}
            name={t[kind]}
            icon={phase === "on" ? kind : `${kind}-off`}
            pressed={phase === "on"}
            busy={phase === "asking"}
            off="alert"
            shortcut={shortcuts ? shortcut : undefined}
            testId={`${kind}-toggle`}
            onToggle={() => void media.toggle(kind)}
          />
        );
      })}
    </div>
  );
}
