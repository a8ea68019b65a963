// What the panel of diagnostics makes of history and counters.

import { expect, test } from "vitest";
import type { ConnectionStats, StreamRate, StreamStats } from "../src/client";
import { eventRows, stateRows } from "../src/ui/diagnostics/happenings";
import { streamRows } from "../src/ui/diagnostics/streams";

const happening = (at: number, what: string, detail: Record<string, unknown> = {}) => ({
  at,
  what,
  detail,
});

test("states are told with their causes, the newest first", () => {
  const rows = stateRows([
    happening(1, "connection", { phase: "reconnecting", cause: "silence" }),
    happening(2, "wake", { cause: "online" }),
    happening(3, "call", { phase: "failed", reason: "janus_timeout" }),
    happening(4, "device", { kind: "mic", phase: "blocked", why: "denied" }),
    happening(5, "leg", { participant: "p7", state: "connected" }),
  ]);
  expect(rows).toEqual([
    { at: 5, of: "leg p7", state: "connected", cause: "" },
    { at: 4, of: "device mic", state: "blocked", cause: "denied" },
    { at: 3, of: "call", state: "failed", cause: "janus_timeout" },
    { at: 1, of: "connection", state: "reconnecting", cause: "silence" },
  ]);
});

test("the rest is told in the order it happened, whoever told it", () => {
  const history = [
    happening(1, "wake", { cause: "online" }),
    happening(2, "call", { phase: "live", generation: 3 }),
    happening(5, "update_failed", { answer: { kind: "lost" }, turn: null }),
  ];
  const heard = [happening(3, "stop_call", { generation: 3, reason: "panicked" })];
  expect(eventRows(history, heard)).toEqual([
    { at: 5, what: "update_failed", detail: 'answer: {"kind":"lost"}, turn: ' },
    { at: 3, what: "stop_call", detail: "generation: 3, reason: panicked" },
    { at: 1, what: "wake", detail: "cause: online" },
  ]);
});

test("of many the last fifty are shown", () => {
  const many = Array.from({ length: 80 }, (_, at) => happening(at, "wake"));
  const rows = eventRows(many, []);
  expect(rows).toHaveLength(50);
  expect(rows[0]?.at).toBe(79);
});

function stream(more: Partial<StreamStats>): StreamStats {
  return {
    participant: null,
    source: "camera",
    direction: "out",
    kind: "video",
    bytes: 0,
    packets: 0,
    lost: 0,
    frames: 0,
    framesPerSecond: null,
    width: null,
    height: null,
    freezes: null,
    freezeSeconds: null,
    jitter: null,
    limited: null,
    ...more,
  };
}

const connection: ConnectionStats = {
  of: "p7",
  state: "connected",
  path: null,
  streams: [
    stream({ participant: "p7", direction: "in", jitter: 0.0124, framesPerSecond: 24.4 }),
    stream({ participant: "p7", direction: "in", source: "mic", kind: "audio" }),
    stream({ limited: "bandwidth" }),
    stream({ source: "mic", kind: "audio", limited: "none" }),
  ],
};

test("streams are told in order, with what they did lately", () => {
  const rate: StreamRate = {
    of: "p7",
    participant: "p7",
    source: "camera",
    direction: "in",
    lossPercent: 2.5,
    bitrate: 800_000,
    packets: 200,
    width: 640,
    height: 360,
    fps: 20,
    freezes: 0,
  };
  const rows = streamRows(connection, [rate]);
  expect(rows.map(({ direction, source }) => `${direction} ${source}`)).toEqual([
    "out mic",
    "out camera",
    "in mic",
    "in camera",
  ]);
  expect(rows[3]).toMatchObject({
    bitrate: 800_000,
    loss: 0.025,
    framesPerSecond: 24,
    jitterMs: 12,
  });
  // Of another connection's, or none yet: not known, which is not nothing.
  expect(streamRows(connection, [{ ...rate, of: "p8" }])[3]).toMatchObject({
    bitrate: null,
    loss: null,
  });
});

test("an encoder that is not kept back says nothing", () => {
  const [mic, camera] = streamRows(connection, []);
  expect(mic?.limited).toBeNull();
  expect(camera?.limited).toBe("bandwidth");
});
