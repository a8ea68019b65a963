// A connection's counters as rows of what its streams do now. Pure.

import { type ConnectionStats, rateOf, type Source, type StreamRate } from "../../client";

/** One stream; null: not counted, or not known yet. */
export interface StreamRow {
  /** Null: oneself. */
  participant: string | null;
  source: Source;
  direction: "in" | "out";
  /** Bits per second. */
  bitrate: number | null;
  width: number | null;
  height: number | null;
  framesPerSecond: number | null;
  /** 0 to 1, lately. */
  loss: number | null;
  /** Since the connection began. */
  freezes: number | null;
  jitterMs: number | null;
  /** What keeps the encoder back; null: nothing. */
  limited: string | null;
}

const SOURCES: readonly Source[] = ["mic", "camera", "screen"];

/** What goes out first, then by participant; sound before picture. */
export function streamRows(
  { of, streams }: ConnectionStats,
  rates: readonly StreamRate[],
): StreamRow[] {
  const rows = streams.map((stream): StreamRow => {
    const lately = rateOf(rates, of, stream);
    const { participant, source, direction, width, height, freezes, jitter, limited } = stream;
    const fps = stream.framesPerSecond ?? lately?.fps ?? null;
    const lossPercent = lately?.lossPercent ?? null;
    return {
      participant,
      source,
      direction,
      width,
      height,
      freezes,
      bitrate: lately?.bitrate ?? null,
      framesPerSecond: fps === null ? null : Math.round(fps),
      loss: lossPercent === null ? null : lossPercent / 100,
      jitterMs: jitter === null ? null : Math.round(jitter * 1_000),
      limited: limited === "none" ? null : limited,
    };
  });
  return rows.sort(
    (a, b) =>
      b.direction.localeCompare(a.direction) ||
      (a.participant ?? "").localeCompare(b.participant ?? "") ||
      SOURCES.indexOf(a.source) - SOURCES.indexOf(b.source),
  );
}
