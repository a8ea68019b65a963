// What the page says of devices and of what is going on.

import { expect, test } from "vitest";
import type { ConnectionState } from "../src/client/connection";
import type { CallState } from "../src/client/engine";
import type { SourceState } from "../src/client/media";
import { statusOf } from "../src/client/status";
import { deviceHints } from "../src/ui/words";

const off: SourceState = { phase: "off" };
const blocked = (why: "denied" | "missing" | "busy"): SourceState => ({ phase: "blocked", why });

test("devices that are off by choice need no words", () => {
  expect(deviceHints({ mic: off, camera: off, screen: off })).toBe("");
});

test("what keeps both is said once, what differs by itself", () => {
  expect(deviceHints({ mic: blocked("denied"), camera: blocked("denied"), screen: off })).toBe(
    "This page may not use your microphone and camera. Allow them in the address bar.",
  );
  expect(deviceHints({ mic: { phase: "asking" }, camera: blocked("missing"), screen: off })).toBe(
    "Asking for your microphone… No camera found.",
  );
});

const joined: ConnectionState = { phase: "joined", participant: "p1" };
const stateOf = (connection: ConnectionState, call: CallState) => statusOf(connection, call).state;

test.each<[string, ConnectionState, CallState]>([
  ["connecting", { phase: "connecting", cause: null }, { phase: "idle" }],
  ["connecting", joined, { phase: "starting", attempt: 0, cause: "joined" }],
  ["connected", joined, { phase: "live", generation: 7 }],
  ["reconnecting", { phase: "reconnecting", cause: "x" }, { phase: "live", generation: 7 }],
  ["reconnecting", joined, { phase: "starting", attempt: 0, cause: "rejoined" }],
  ["restarting", joined, { phase: "starting", attempt: 1, cause: "poller_died" }],
  ["restarting", joined, { phase: "waiting", attempt: 1, cause: "janus_lost", ms: 300 }],
  ["failed", joined, { phase: "failed", reason: "gave_up" }],
])("it is %s with %o and %o", (state, connection, call) => {
  expect(stateOf(connection, call)).toBe(state);
});
