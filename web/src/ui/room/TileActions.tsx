import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { Icon, type IconName } from "../Icon";
import { words } from "../i18n";

interface Props {
  figure: RefObject<HTMLElement | null>;
  /** Whose tile it is. */
  name: string;
  /** There is a picture to be seen apart. */
  picture: boolean;
  pinned: boolean;
  onPin: () => void;
}

/** What one can do with a tile: seen where the pointer or the focus is, always there for keyboards. */
export function TileActions({ figure, name, picture, pinned, onPin }: Props): JSX.Element {
  const t = words();
  const full = useSignal(false);
  const apart = useSignal(false);
  useEffect(() => {
    const look = () => {
      const { fullscreenElement, pictureInPictureElement = null } = document;
      full.value = fullscreenElement !== null && fullscreenElement === figure.current;
      apart.value = figure.current?.contains(pictureInPictureElement) ?? false;
    };
    for (const event of EVENTS) document.addEventListener(event, look);
    return () => {
      for (const event of EVENTS) document.removeEventListener(event, look);
    };
  }, []);
  return (
    <div class="tile-actions">
      <Action
        name={t.tile.pin(name)}
        title={pinned ? t.tile.unpin(name) : t.tile.pin(name)}
        icon={pinned ? "pin-off" : "pin"}
        pressed={pinned}
        onClick={onPin}
      />
      {document.fullscreenEnabled && (
        <Action
          name={t.room.fullScreen}
          title={full.value ? t.room.exitFullScreen : t.room.fullScreen}
          icon={full.value ? "fullscreen-exit" : "fullscreen"}
          pressed={full.value}
          onClick={() => toggleFullScreen(figure.current)}
        />
      )}
      {picture && document.pictureInPictureEnabled && (
        <Action
          name={t.room.pictureInPicture}
          title={t.room.pictureInPicture}
          icon="pip"
          pressed={apart.value}
          onClick={() => togglePictureInPicture(figure.current)}
        />
      )}
    </div>
  );
}

const EVENTS = ["fullscreenchange", "enterpictureinpicture", "leavepictureinpicture"];

interface ActionProps {
  /** Always the same: what is on is said by `pressed`. */
  name: string;
  title: string;
  icon: IconName;
  pressed: boolean;
  onClick: () => void;
}

function Action({ name, title, icon, pressed, onClick }: ActionProps): JSX.Element {
  return (
    <button
      type="button"
      class="tile-action"
      aria-label={name}
      aria-pressed={pressed}
      title={title}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

// Both are refused when the gesture is too long ago or a policy forbids it: all stays as it is.

function toggleFullScreen(figure: HTMLElement | null): void {
  const leaving = figure !== null && document.fullscreenElement === figure;
  void (leaving ? document.exitFullscreen() : figure?.requestFullscreen())?.catch(() => {});
}

function togglePictureInPicture(figure: HTMLElement | null): void {
  const video = figure?.querySelector("video");
  const leaving = video && document.pictureInPictureElement === video;
  void (leaving ? document.exitPictureInPicture() : video?.requestPictureInPicture())?.catch(
    () => {},
  );
}
