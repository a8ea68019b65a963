// What a report of a problem tells: rates between looks, sums, and what was heard without its words.

import { expect, test } from "vitest";
import { counted, withRates } from "../src/client/debug";
import { Heard } from "../src/client/heard";
import { Looks } from "../src/client/looks";
import type { ConnectionStats } from "../src/client/stats";
import { streamStats } from "./support";

function connection(bytes: number): ConnectionStats[] {
  const streams = [streamStats({ bytes, packets: bytes / 1_000, frames: bytes / 4_000 })];
  return [{ of: "subscriber", state: "connected", path: null, streams }];
}

test("a rate is of the time since a look that is long enough ago", () => {
  const looks = new Looks();
  expect(looks.look(0, connection(0))).toEqual([]);
  expect(looks.look(990, connection(90_000))).toEqual([]);
  // 2 s after the first, 1.01 s after the second.
  expect(looks.look(2_000, connection(191_000))[0]?.bitrate).toBe(800_000);
  // A look that follows at once measures from the same base, not from a moment ago.
  expect(looks.look(2_010, connection(192_000))[0]?.bitrate).toBe(800_000);
  expect(looks.look(4_010, connection(292_000))[0]?.bitrate).toBe(400_000);
});

test("each stream is told with its rates, and one without a rate with none", () => {
  const looks = new Looks();
  looks.look(0, connection(0));
  const now = connection(100_000);
  const rates = looks.look(1_000, now);
  expect(withRates(now, rates)).toMatchObject([
    { streams: [{ bytes: 100_000, bitrate: 800_000 }] },
  ]);
  expect(withRates(now, [])).toMatchObject([{ streams: [{ bitrate: null, lossPercent: null }] }]);
});

test("frames are of pictures, packets of sound, and one's own are not counted", () => {
  const streams = [
    streamStats({ frames: 5, packets: 50 }),
    streamStats({ source: "screen", frames: 7 }),
    streamStats({ source: "mic", kind: "audio", frames: null, packets: 30 }),
    streamStats({ participant: null, direction: "out", frames: 100 }),
  ];
  expect(counted([{ of: "p2", state: "connected", path: null, streams }])).toEqual({
    framesDecoded: { p2: 12 },
    packetsReceived: { p2: 30 },
  });
});

test("of what was heard neither the words nor the names are kept", () => {
  const heard = new Heard();
  heard.add("chat", { from: "p2", name: "Ann", text: "secret", id: 4 });
  heard.add("signal", { from: "p2", description: { sdp: "v=0" } });
  heard.add("stop_call", { generation: 3, reason: "panicked" });
  expect(heard.list().map(({ what, detail }) => [what, detail])).toEqual([
    ["chat", { from: "p2" }],
    ["signal", { from: "p2" }],
    ["stop_call", { generation: 3, reason: "panicked" }],
  ]);
});

test("only the last hundred events are kept", () => {
  const heard = new Heard();
  for (let n = 0; n < 250; n += 1) heard.add("talking", { generation: n });
  const list = heard.list();
  expect(list).toHaveLength(100);
  expect(list[99]?.detail).toEqual({ generation: 249 });
});
