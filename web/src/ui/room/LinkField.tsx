import type { JSX, Ref } from "preact";
import { words } from "../i18n";
import { inviteLink } from "./invite";
import type { RoomView } from "./view";

interface Props {
  view: RoomView;
  testId: string;
  field?: Ref<HTMLInputElement>;
}

/** The link, to be read and selected. */
export function LinkField({ view, testId, field }: Props): JSX.Element {
  return (
    <input
      ref={field ?? null}
      class="invite-link"
      data-testid={testId}
      aria-label={words().invite.link}
      readOnly
      dir="ltr"
      value={inviteLink(view)}
      onFocus={(event) => event.currentTarget.select()}
    />
  );
}
