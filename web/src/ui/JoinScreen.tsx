import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isRoomName } from "../client";
import { DeviceHints } from "./DeviceHints";
import { DeviceToggles } from "./DeviceToggles";
import "./JoinScreen.css";
import type { Page } from "./page";
import { signalOf } from "./signals";
import { Video } from "./Video";

const MAX_NAME = 64;

/** Before joining: one's name, the room, one's own picture. */
export function JoinScreen({ page }: { page: Page }): JSX.Element {
  const wrong = useSignal("");
  const nameInput = useRef<HTMLInputElement>(null);
  const { camera } = signalOf(page.media.state).value;
  // So that Enter joins, also right after a reload.
  useEffect(() => nameInput.current?.focus(), []);

  const join = (event: Event) => {
    event.preventDefault();
    if (!page.name.value.trim()) wrong.value = "Please say what you are called.";
    else if (!isRoomName(page.room.value.trim()))
      wrong.value = "A room's name has letters, digits, “-” and “_”, 64 at most.";
    else page.join();
  };

  return (
    <main class="centred">
      <form class="card join" onSubmit={join} noValidate>
        <h1>Parlour</h1>
        <div class="join-preview">
          {camera.phase === "on" ? (
            <Video track={camera.track} mirrored />
          ) : (
            <p class="hint">Your camera is off.</p>
          )}
          <div class="join-toggles">
            <DeviceToggles media={page.media} />
          </div>
        </div>
        <DeviceHints media={page.media} />
        <label class="field">
          Your name
          <input
            ref={nameInput}
            data-testid="name-input"
            autocomplete="name"
            maxLength={MAX_NAME}
            value={page.name.value}
            onInput={(event) => {
              page.name.value = event.currentTarget.value;
              wrong.value = "";
            }}
          />
        </label>
        <label class="field">
          Room
          <input
            data-testid="room-input"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={64}
            value={page.room.value}
            onInput={(event) => {
              page.room.value = event.currentTarget.value;
              wrong.value = "";
            }}
          />
        </label>
        <p class="wrong" role="alert">
          {wrong.value}
        </p>
        <button type="submit" class="button button-primary" data-testid="join-button">
          Join
        </button>
      </form>
    </main>
  );
}
