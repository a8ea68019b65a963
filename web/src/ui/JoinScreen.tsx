import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { isRoomName } from "../client";
import { Brand } from "./Brand";
import { DeviceHints } from "./DeviceHints";
import { DeviceToggles } from "./DeviceToggles";
import { Footer } from "./Footer";
import { words } from "./i18n";
import "./JoinScreen.css";
import type { Page } from "./page";
import { signalOf } from "./signals";
import { Video } from "./Video";

const MAX_NAME = 64;

/** Before joining: one's name, the room, one's own picture. */
export function JoinScreen({ page }: { page: Page }): JSX.Element {
  const t = words().join;
  const wrong = useSignal<"" | "nameMissing" | "roomWrong">("");
  /** Whether the room came with the link. */
  const invited = useRef(page.room.value !== "").current;
  const nameInput = useRef<HTMLInputElement>(null);
  const roomInput = useRef<HTMLInputElement>(null);
  const wrongId = useId();
  const { camera } = signalOf(page.media.state).value;
  // So that Enter joins, also right after a reload.
  useEffect(() => nameInput.current?.focus(), []);

  const join = (event: Event) => {
    event.preventDefault();
    if (!page.name.value.trim()) {
      wrong.value = "nameMissing";
      nameInput.current?.focus();
    } else if (!isRoomName(page.room.value.trim())) {
      wrong.value = "roomWrong";
      roomInput.current?.focus();
    } else page.join();
  };

  return (
    <main class="centred">
      <Brand />
      <form class="card join" onSubmit={join} noValidate>
        <div class="join-preview">
          {camera.phase === "on" ? (
            <Video track={camera.track} mirrored label={t.preview} testId="preview-video" />
          ) : (
            <p class="join-dark">{t.cameraOff}</p>
          )}
          <div class="join-toggles">
            <DeviceToggles media={page.media} />
          </div>
        </div>
        <div class="join-form">
          <h1>{invited ? t.ready : t.start}</h1>
          <label class="field">
            {t.name}
            <input
              ref={nameInput}
              data-testid="name-input"
              autocomplete="name"
              maxLength={MAX_NAME}
              aria-invalid={wrong.value === "nameMissing"}
              aria-describedby={wrongId}
              value={page.name.value}
              onInput={(event) => {
                page.name.value = event.currentTarget.value;
                wrong.value = "";
              }}
            />
          </label>
          <label class="field">
            {t.room}
            <input
              ref={roomInput}
              data-testid="room-input"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              maxLength={64}
              aria-invalid={wrong.value === "roomWrong"}
              aria-describedby={wrongId}
              value={page.room.value}
              onInput={(event) => {
                page.room.value = event.currentTarget.value;
                wrong.value = "";
              }}
            />
          </label>
          <p id={wrongId} class="wrong" role="alert">
            {wrong.value && t[wrong.value]}
          </p>
          <DeviceHints media={page.media} />
          <button type="submit" class="button button-primary button-wide" data-testid="join-button">
            {t.join}
          </button>
        </div>
      </form>
      <Footer />
    </main>
  );
}
