import type { JSX } from "preact";
import type { Participant } from "../../client";
import { Icon, type IconName } from "../Icon";
import { words } from "../i18n";
import { Panel } from "../room/Panel";
import type { RoomView } from "../room/view";
import { signalOf } from "../signals";
import { handsFirst } from "./hands";
import "./PeoplePanel.css";

/** Everybody who is here: who wants to speak first, then as they came. */
export function PeoplePanel({ view }: { view: RoomView }): JSX.Element {
  const t = words().people;
  const people = signalOf(view.session.room.participants).value;
  const hands = view.hands.value;
  return (
    <Panel view={view} name="people" title={t.count(people.length)}>
      {hands.length > 0 && <p class="hint">{t.handsRaised(hands.length)}</p>}
      {/* A list without markers is none to some screen readers, unless it says so. */}
      {/* biome-ignore lint/a11y/noRedundantRoles: see above. */}
      <ul class="people" role="list">
        {handsFirst(people, hands).map((person) => (
          <Person key={person.id} person={person} />
        ))}
      </ul>
    </Panel>
  );
}

function Person({ person }: { person: Participant }): JSX.Element {
  const { id, self, name, mic, camera, screen, hand, role } = person;
  const t = words();
  return (
    <li class="person" data-testid="person" data-participant={id}>
      <span class="person-name">
        <bdi>{self ? t.tile.you(name) : name}</bdi>
        {role === "moderator" && <span class="badge">{t.people.moderator}</span>}
      </span>
      <span class="person-signs">
        {hand && <Sign icon="hand" text={t.tile.handRaised} shows="hand" />}
        {screen && <Sign icon="screen" text={t.tile.sharing} shows="screen" />}
        {!mic && <Sign icon="mic-off" text={t.tile.micOff} shows="off" />}
        {!camera && <Sign icon="camera-off" text={t.tile.cameraOff} shows="off" />}
      </span>
    </li>
  );
}

interface SignProps {
  icon: IconName;
  text: string;
  shows: "hand" | "screen" | "off";
}

function Sign({ icon, text, shows }: SignProps): JSX.Element {
  return (
    <span class={`person-sign person-${shows}`} title={text}>
      <Icon name={icon} />
      <span class="unseen">{text}</span>
    </span>
  );
}
