// What `Session.debug` tells: everything worth knowing when something went wrong, as plain JSON.

import type { StreamRate } from "./quality";
import type { ConnectionStats, StreamStats } from "./stats";

/** Sums over what comes in, by participant. */
export interface Counted {
  framesDecoded: Record<string, number>;
  packetsReceived: Record<string, number>;
}

/** Frames of pictures, and packets of sound. */
export function counted(connections: readonly ConnectionStats[]): Counted {
  const streams = connections.flatMap((one) => one.streams).filter((s) => s.direction === "in");
  return {
    framesDecoded: sums(streams, ({ source }) => source !== "mic", "frames"),
    packetsReceived: sums(streams, ({ source }) => source === "mic", "packets"),
  };
}

function sums(
  streams: readonly StreamStats[],
  counts: (stream: StreamStats) => boolean,
  field: "frames" | "packets",
): Record<string, number> {
  const result: Record<string, number> = {};
  for (const stream of streams) {
    const { participant } = stream;
    if (participant === null || !counts(stream)) continue;
    result[participant] = (result[participant] ?? 0) + (stream[field] ?? 0);
  }
  return result;
}

/** The counters of each stream together with what it did lately. */
export function withRates(
  connections: readonly ConnectionStats[],
  rates: readonly StreamRate[],
): unknown[] {
  return connections.map((connection) => ({
    ...connection,
    streams: connection.streams.map((stream) => {
      const lately = rateOf(rates, connection.of, stream);
      return {
        ...stream,
        bitrate: lately?.bitrate ?? null,
        lossPercent: lately?.lossPercent ?? null,
      };
    }),
  }));
}

/** What a stream did lately, of all rates. */
export function rateOf(
  rates: readonly StreamRate[],
  of: string,
  stream: StreamStats,
): StreamRate | undefined {
  const { direction, participant, source } = stream;
  return rates.find(
    (rate) =>
      rate.of === of &&
      rate.direction === direction &&
      rate.participant === participant &&
      rate.source === source,
  );
}
