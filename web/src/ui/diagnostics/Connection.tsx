import type { JSX } from "preact";
import type { ConnectionStats, PathStats, StreamRate } from "../../client";
import { milliseconds, number, percent, words } from "../i18n";
import { type StreamRow, streamRows } from "./streams";
import { Table } from "./Table";

interface Props {
  connection: ConnectionStats;
  rates: readonly StreamRate[];
  /** What a participant is called. */
  nameOf: (id: string) => string;
}

/** One connection: its state, its way through the network, its streams. */
export function Connection({ connection, rates, nameOf }: Props): JSX.Element {
  const t = words().diagnostics;
  const { of, state, path } = connection;
  const title = titleOf(of, nameOf);
  return (
    <section class="diagnostics-part" data-testid="diagnostics-connection" data-of={of}>
      <h3>
        {title}
        {/* By which the history calls them. */}
        {title === nameOf(of) && title !== of && <span class="hint">{of}</span>}
        <span class={`pill ${state === "connected" ? "pill-good" : ""}`}>{state}</span>
      </h3>
      {path && <Path path={path} />}
      {connection.streams.length > 0 && (
        <Table
          caption={title}
          columns={[
            t.stream,
            t.speed,
            t.size,
            t.framesPerSecond,
            t.packetLoss,
            t.frozen,
            t.jitter,
            t.limitedBy,
          ]}
          rows={streamRows(connection, rates).map((row) => [
            `${row.direction}/${row.participant}/${row.source}`,
            cells(row, of, nameOf),
          ])}
        />
      )}
    </section>
  );
}

function Path({ path }: { path: PathStats }): JSX.Element {
  const t = words().diagnostics;
  const relayed = path.relay !== null || /^relay/.test(`${path.local} ${path.remote}`);
  const rates = [path.availableOut, path.availableIn];
  const capacity = rates.map((rate, at) => rate !== null && `${"↑↓"[at]} ${t.bitrate(rate)}`);
  return (
    <dl class="diagnostics-facts">
      <Fact name={t.path} value={relayed ? t.relayed : t.direct} />
      <Fact
        name={t.local}
        value={path.relay === null ? path.local : `${path.local} (${path.relay})`}
      />
      <Fact name={t.remote} value={path.remote} />
      <Fact
        name={t.roundTrip}
        value={path.roundTrip === null ? "–" : milliseconds(path.roundTrip * 1_000)}
      />
      <Fact name={t.available} value={capacity.filter(Boolean).join("  ") || "–"} />
    </dl>
  );
}

/** A name and its value, in a list of such. */
export function Fact({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function titleOf(of: string, nameOf: (id: string) => string): string {
  const t = words().diagnostics;
  if (of === "publisher") return t.sending;
  return of === "subscriber" ? t.receiving : nameOf(of);
}

function cells(row: StreamRow, of: string, nameOf: (id: string) => string): string[] {
  const { diagnostics: t, devices } = words();
  const source = { mic: devices.mic, camera: devices.camera, screen: t.screen }[row.source];
  const arrow = row.direction === "out" ? "↑" : "↓";
  // In mesh the connection's heading has the name already.
  const whose = row.participant === null || row.participant === of ? "" : nameOf(row.participant);
  const or = (value: number | null, shown: (value: number) => string) =>
    value === null ? "–" : shown(value);
  return [
    [arrow, whose, source].filter(Boolean).join(" "),
    or(row.bitrate, t.bitrate),
    row.width === null || row.height === null ? "–" : `${row.width}×${row.height}`,
    or(row.framesPerSecond, number),
    or(row.loss, percent),
    or(row.freezes, number),
    or(row.jitterMs, milliseconds),
    row.limited ?? "–",
  ];
}
