import type { JSX } from "preact";
import type { DeviceKind, LocalMedia } from "../client";
import { Icon } from "./Icon";
import { signalOf } from "./signals";

const KINDS: readonly { kind: DeviceKind; name: string }[] = [
  { kind: "mic", name: "Microphone" },
  { kind: "camera", name: "Camera" },
];

/** Switches microphone and camera. */
export function DeviceToggles({ media }: { media: LocalMedia }): JSX.Element {
  const state = signalOf(media.state).value;
  return (
    <div class="row">
      {KINDS.map(({ kind, name }) => {
        const { phase } = state[kind];
        return (
          <button
            key={kind}
            type="button"
            class="round"
            data-testid={`${kind}-toggle`}
            aria-label={name}
            aria-pressed={phase === "on"}
            aria-busy={phase === "asking"}
            title={`${name} ${phase === "on" ? "on" : "off"}`}
            onClick={() => void media.toggle(kind)}
          >
            <Icon name={phase === "on" ? kind : `${kind}-off`} />
          </button>
        );
      })}
    </div>
  );
}
