// What the page says of devices and of what is going on.

import { expect, test } from "vitest";
import type { ConnectionState } from "../src/client/connection";
import type { CallState } from "../src/client/engine";
import type { MediaState, SourceState } from "../src/client/media";
import { type Status, statusOf } from "../src/client/status";
import { askingHint, bannerText, blockedHints, deviceHints } from "../src/ui/words";

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

test("a loss is counted in seconds once it lasts, and says what it means for oneself", () => {
  const lost: Status = { state: "reconnecting", cause: "transport" };
  expect(bannerText(lost, { ms: 2_900, silenced: false })).toBe("Connection lost. Reconnecting…");
  expect(bannerText(lost, { ms: 7_100, silenced: false })).toBe(
    "Connection lost for 7 seconds. Reconnecting…",
  );
  expect(bannerText(lost, { ms: 12_000, silenced: true })).toBe(
    "No connection for 12 seconds. Nobody sees or hears you until it is back.",
  );
});

test("a refusal that does not last says that the page keeps trying", () => {
  expect(bannerText({ state: "connecting", cause: "draining" })).toBe(
    "The server is restarting. Trying again by itself…",
  );
  expect(bannerText({ state: "connecting", cause: "transport" })).toBe("Connecting…");
});

test("what is asked for and what is blocked are told apart", () => {
  const media: MediaState = {
    mic: { phase: "asking" },
    camera: { phase: "blocked", why: "denied" },
    screen: { phase: "off" },
  };
  expect(askingHint(media)).toBe("Asking for your microphone…");
  expect(blockedHints(media)).toContain("may not use your camera");
  expect(blockedHints(media)).not.toContain("microphone");
});
