import type { JSX } from "preact";
import type { ChoosableKind, Device, Devices, LocalMedia } from "../client";
import "./DevicePickers.css";
import { Icon, type IconName } from "./Icon";
import { words } from "./i18n";
import { signalOf } from "./signals";
import { playTestSound } from "./test_sound";

interface Props {
  media: LocalMedia;
  devices: Devices;
}

/** Chrome lists its defaults once more under these ids. */
const DEFAULTS = ["default", "communications"];

/** Chooses camera, microphone and, where the browser can, speaker; follows what is plugged in. */
export function DevicePickers({ media, devices }: Props): JSX.Element {
  const { mics, cameras, speakers } = signalOf(devices.lists).value;
  const inUse = signalOf(devices.inUse).value;
  const state = signalOf(media.state).value;
  const missing = (kind: "mic" | "camera") => {
    const source = state[kind];
    return source.phase === "blocked" && source.why === "missing";
  };
  const t = words().devices;
  const output = signalOf(devices.output).value;
  return (
    <div class="device-pickers">
      <Picker
        kind="camera"
        devices={devices}
        list={cameras}
        inUse={inUse.camera}
        missing={missing("camera")}
      />
      <Picker kind="mic" devices={devices} list={mics} inUse={inUse.mic} missing={missing("mic")} />
      {devices.canChooseSpeaker && (
        <div class="device-speaker">
          <Picker kind="speaker" devices={devices} list={speakers} inUse={null} missing={false} />
          <button
            type="button"
            class="button button-square"
            data-testid="test-sound"
            aria-label={t.testSound}
            title={t.testSound}
            onClick={() => playTestSound(output)}
          >
            <Icon name="play" />
          </button>
        </div>
      )}
    </div>
  );
}

interface PickerProps {
  kind: ChoosableKind;
  devices: Devices;
  list: readonly Device[];
  inUse: string | null;
  /** There is none, as far as the browser tells. */
  missing: boolean;
}

const ICONS: Record<ChoosableKind, IconName> = { camera: "camera", mic: "mic", speaker: "sound" };

function Picker({ kind, devices, list, inUse, missing }: PickerProps): JSX.Element {
  const t = words().devices;
  const choice = signalOf(devices.choices).value[kind];
  const shown = list.filter(({ id }) => !DEFAULTS.includes(id));
  const has = (id: string | null): id is string => shown.some((device) => device.id === id);
  const value = has(choice) ? choice : has(inUse) ? inUse : "";
  return (
    <label class="device-picker">
      <Icon name={ICONS[kind]} />
      <span class="unseen">{t[kind]}</span>
      <select
        data-testid={`device-${kind}`}
        title={t[kind]}
        value={value}
        disabled={shown.length === 0}
        onChange={(event) => void devices.choose(kind, event.currentTarget.value || null)}
      >
        {/* A camera has no default but the first. */}
        {(kind !== "camera" || value === "") && (
          <option value="">{missing && shown.length === 0 ? t.none : t.default}</option>
        )}
        {shown.map(({ id, label }, index) => (
          <option key={id} value={id}>
            {label || t.unnamed(index + 1)}
          </option>
        ))}
      </select>
    </label>
  );
}
