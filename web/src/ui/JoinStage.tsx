import type { JSX } from "preact";
import { DeviceToggles } from "./DeviceToggles";
import { Icon } from "./Icon";
import { words } from "./i18n";
import "./JoinStage.css";
import { Meter } from "./Meter";
import type { Page } from "./page";
import { signalOf, useFollowed } from "./signals";
import { Video } from "./Video";
import { askingHint } from "./words";

/** One's own picture as the others will see it, how loud one is, and the two switches. */
export function JoinStage({ page }: { page: Page }): JSX.Element {
  const { join, devices } = words();
  const state = signalOf(page.media.state).value;
  const { camera, mic } = state;
  const level = useFollowed(page.meter.level);
  const asking = askingHint(state);
  return (
    <div class="stage">
      {camera.phase === "on" ? (
        <Video track={camera.track} mirrored label={join.preview} testId="preview-video" />
      ) : (
        <div class="stage-dark">
          <span class={`stage-face ${asking ? "stage-asking" : ""}`}>
            <Icon name={asking ? "camera" : "camera-off"} />
          </span>
          <p data-testid="stage-text">{asking || join.cameraOff}</p>
        </div>
      )}
      <div class="stage-controls">
        <div class={`stage-level ${mic.phase === "on" ? "" : "stage-mute"}`}>
          <Icon name={mic.phase === "on" ? "mic" : "mic-off"} />
          <Meter label={devices.micLevel} level={level} testId="mic-meter" />
        </div>
        <DeviceToggles media={page.media} />
      </div>
    </div>
  );
}
