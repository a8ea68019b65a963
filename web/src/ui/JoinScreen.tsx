import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { isRoomName } from "../client";
import { Brand } from "./Brand";
import { ConnectionTest } from "./ConnectionTest";
import { DeviceHints } from "./DeviceHints";
import { DevicePickers } from "./DevicePickers";
import { Footer } from "./Footer";
import { words } from "./i18n";
import { JoinStage } from "./JoinStage";
import "./JoinScreen.css";
import type { Page } from "./page";
import { RoomField } from "./RoomField";
import { sentence } from "./words";

const MAX_NAME = 64;

type Wrong = "nameMissing" | "roomWrong" | "nameRefused" | null;

/** Before joining: one's name, the room, one's own picture and devices. */
export function JoinScreen({
  page,
  wrong,
}: {
  page: Page;
  wrong: "name" | "room" | null;
}): JSX.Element {
  const t = words().join;
  const error = useSignal<Wrong>(wrong === "name" ? "nameRefused" : null);
  const offered = useRef(page.room.value).current;
  const invited = page.room.value !== "" && page.room.value === page.invitedTo;
  const starts = page.invitedTo === null && page.room.value === offered;
  const nameInput = useRef<HTMLInputElement>(null);
  const roomInput = useRef<HTMLInputElement>(null);
  const joinButton = useRef<HTMLButtonElement>(null);
  const errorId = useId();
  useEffect(() => {
    // Enter joins from either; on a phone no keyboard hides the picture of one whose name is known.
    if (wrong === "room") roomInput.current?.focus();
    else if (wrong === "name" || !page.name.value.trim()) nameInput.current?.focus();
    else joinButton.current?.focus();
  }, []);

  const join = (event: Event) => {
    event.preventDefault();
    if (!page.name.value.trim()) {
      error.value = "nameMissing";
      nameInput.current?.focus();
    } else if (!isRoomName(page.room.value.trim())) {
      error.value = "roomWrong";
      roomInput.current?.focus();
    } else page.join();
  };

  const nameWrong = error.value === "nameMissing" || error.value === "nameRefused";
  return (
    <main class="lobby" data-testid="join-screen">
      <header class="lobby-head">
        <Brand />
      </header>
      <form class="join" onSubmit={join} noValidate>
        <div class="join-devices">
          <JoinStage page={page} />
          <DevicePickers media={page.media} devices={page.devices} />
        </div>
        <div class="join-form">
          <div class="join-title">
            <h1>{invited ? t.ready : t.start}</h1>
            {!invited && <p>{t.tagline}</p>}
          </div>
          <label class="field">
            {t.name}
            <input
              ref={nameInput}
              data-testid="name-input"
              autocomplete="name"
              maxLength={MAX_NAME}
              aria-invalid={nameWrong}
              aria-describedby={errorId}
              value={page.name.value}
              onInput={(event) => {
                page.name.value = event.currentTarget.value;
                error.value = null;
              }}
            />
          </label>
          <RoomField
            inputRef={roomInput}
            room={page.room}
            known={invited}
            wrong={error.value === "roomWrong"}
            describedBy={errorId}
            onEdit={() => {
              error.value = null;
            }}
          />
          <p id={errorId} class="wrong" role="alert">
            {error.value === "nameRefused" ? sentence("bad_name") : error.value && t[error.value]}
          </p>
          <button
            ref={joinButton}
            type="submit"
            class="button button-primary button-wide join-button"
            aria-busy={page.entering.value}
            data-testid="join-button"
          >
            {page.entering.value ? words().status.connecting : starts ? t.startNow : t.join}
          </button>
          <DeviceHints media={page.media} guide />
          <ConnectionTest endpoint={page.endpoint} token={page.token} />
        </div>
      </form>
      <Footer />
    </main>
  );
}
