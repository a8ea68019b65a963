import type { JSX } from "preact";
import { DevicePickers } from "../DevicePickers";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { words } from "../i18n";
import { LanguagePicker } from "../LanguagePicker";
import { ThemePicker } from "../ThemePicker";
import "./SettingsDialog.css";
import type { Layout, RoomView } from "./view";

/** Devices, language, theme, layout. */
export function SettingsDialog({ view }: { view: RoomView }): JSX.Element {
  const { settings, common, keys, diagnostics } = words();
  const { media, devices } = view.page;
  const open = (dialog: "keys" | "diagnostics") => () => {
    view.dialog.value = dialog;
  };
  return (
    <Dialog
      title={settings.title}
      testId="settings-dialog"
      onClose={() => {
        view.dialog.value = null;
      }}
    >
      <section class="settings-part">
        <h3>{settings.devices}</h3>
        <DevicePickers media={media} devices={devices} />
      </section>
      <section class="settings-part">
        <h3>{settings.appearance}</h3>
        <dl class="settings-choices">
          <dt>{common.language}</dt>
          <dd>
            <LanguagePicker />
          </dd>
          <dt>{common.theme}</dt>
          <dd>
            <ThemePicker />
          </dd>
          <dt>{settings.layout}</dt>
          <dd>
            <LayoutPicker view={view} />
          </dd>
        </dl>
      </section>
      <div class="row settings-more">
        <button type="button" class="button" data-testid="keys-open" onClick={open("keys")}>
          <Icon name="keyboard" />
          {keys.open}
        </button>
        <button
          type="button"
          class="button"
          data-testid="diagnostics-open"
          onClick={open("diagnostics")}
        >
          <Icon name="bug" />
          {diagnostics.open}
        </button>
      </div>
    </Dialog>
  );
}

function LayoutPicker({ view }: { view: RoomView }): JSX.Element {
  const { settings, room } = words();
  return (
    <select
      class="picker"
      data-testid="layout-picker"
      aria-label={settings.layout}
      value={view.layout.value}
      onChange={(event) => view.setLayout(event.currentTarget.value as Layout)}
    >
      <option value="grid">{room.gridView}</option>
      <option value="speaker">{room.speakerView}</option>
    </select>
  );
}
