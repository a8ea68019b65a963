import type { Signal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { Icon } from "./Icon";
import { words } from "./i18n";
import "./RoomField.css";

interface Props {
  room: Signal<string>;
  /** The link says which: it reads as text, and can be changed all the same. */
  known: boolean;
  wrong: boolean;
  describedBy: string;
  inputRef: RefObject<HTMLInputElement | null>;
  onEdit: () => void;
}

/** Which room. */
export function RoomField(props: Props): JSX.Element {
  const { room, known, wrong, describedBy, inputRef, onEdit } = props;
  const t = words().join;
  return (
    <div class={`field room-field ${known ? "room-known" : ""}`}>
      <label class="field">
        {t.room}
        <input
          ref={inputRef}
          data-testid="room-input"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          maxLength={64}
          aria-invalid={wrong}
          aria-describedby={describedBy}
          value={room.value}
          onInput={(event) => {
            room.value = event.currentTarget.value;
            onEdit();
          }}
        />
      </label>
      {known ? (
        <button
          type="button"
          class="button button-small button-quiet room-change"
          onClick={() => {
            inputRef.current?.focus();
            inputRef.current?.select();
          }}
        >
          <Icon name="edit" />
          {t.change}
        </button>
      ) : (
        <p class="hint">{t.roomHint}</p>
      )}
    </div>
  );
}
