import type { JSX } from "preact";
import type { Happening } from "../../client";
import { Dialog } from "../Dialog";
import { time, words } from "../i18n";
import type { RoomView } from "../room/view";
import { signalOf } from "../signals";
import { bannerText } from "../words";
import { Connection, Fact } from "./Connection";
import { CopyReport } from "./CopyReport";
import "./Diagnostics.css";
import { eventRows, stateRows } from "./happenings";
import { Table } from "./Table";
import { useLooks } from "./watch";

/** What is going on underneath. */
export function DiagnosticsBody({ view }: { view: RoomView }): JSX.Element {
  const { session } = view;
  const { diagnostics: t, room, tile } = words();
  const seen = useLooks(session).value;
  const info = signalOf(session.info).value;
  const status = signalOf(session.status).value;
  const people = signalOf(session.room.participants).value;
  const nameOf = (id: string) => {
    const person = people.find((one) => one.id === id);
    if (!person) return id;
    return person.self ? tile.you(person.name) : person.name;
  };
  const mode = info?.room.mode === "mesh" ? room.modeMesh : room.modeGateway;
  return (
    <Dialog
      title={t.title}
      testId="diagnostics-dialog"
      onClose={() => {
        view.dialog.value = null;
      }}
    >
      <div class="diagnostics">
        <CopyReport />
        <dl class="diagnostics-facts">
          <Fact name={t.state} value={bannerText(status)} />
          <Fact name={t.path} value={info ? mode : "–"} />
          <Fact name={t.version} value={info?.server.version ?? "–"} />
          <Fact name={t.browser} value={browserName()} />
        </dl>
        {seen?.connections.map((connection) => (
          <Connection
            key={connection.of}
            connection={connection}
            rates={seen.rates}
            nameOf={nameOf}
          />
        ))}
        {seen?.connections.length === 0 && <p class="hint">{t.noConnections}</p>}
        <Happenings history={session.history.list()} heard={session.heard.list()} />
      </div>
    </Dialog>
  );
}

interface Happened {
  history: readonly Happening[];
  heard: readonly Happening[];
}

/** Rendered anew at each look: the history tells nobody that it grew. */
function Happenings({ history, heard }: Happened): JSX.Element {
  const t = words().diagnostics;
  const states = stateRows(history);
  const events = eventRows(history, heard);
  return (
    <>
      <section class="diagnostics-part" data-testid="diagnostics-history">
        <h3>{t.history}</h3>
        <Table
          caption={t.history}
          columns={[t.time, t.event, t.state, t.cause]}
          rows={states.map(({ at, of, state, cause }, index) => [
            `${at}/${states.length - index}`,
            [time(at, true), of, state, cause],
          ])}
        />
      </section>
      <section class="diagnostics-part" data-testid="diagnostics-events">
        <h3>{t.lastEvents}</h3>
        {events.length === 0 && <p class="hint">{t.nothing}</p>}
        {events.length > 0 && (
          <Table
            caption={t.lastEvents}
            columns={[t.time, t.event, t.detail]}
            rows={events.map(({ at, what, detail }, index) => [
              `${at}/${events.length - index}`,
              [time(at, true), what, detail],
            ])}
          />
        )}
      </section>
    </>
  );
}

/** The last `Name/version` of the user agent, without its system. */
function browserName(): string {
  const names = navigator.userAgent.match(
    /\b(?:Firefox|FxiOS|Edg|OPR|CriOS|(?:Headless)?Chrome|Version)\/\d+/g,
  );
  return names?.at(-1)?.replace("/", " ").replace("Version", "Safari") ?? navigator.userAgent;
}
