// Small decisions before and after a meeting: which room is offered, whose guide is shown, what there
// is to do after the end, what a test of the connection comes to.

import { expect, test } from "vitest";
import { isRoomName, type TestStep, type TestStepName, type TestStepState } from "../src/client";
import { browserFamily } from "../src/ui/browser_family";
import { words } from "../src/ui/i18n";
import { offeredRoom } from "../src/ui/room_name";
import { storageOf } from "../src/ui/storage";
import { stepResult, verdict } from "../src/ui/verdict";
import { mayComeAgain, wayBack } from "../src/ui/way_back";

test("an offered room is a sound name, said in three groups, and never the same", () => {
  const offered = Array.from({ length: 200 }, () => offeredRoom());
  for (const room of offered) {
    expect(room).toMatch(/^[a-z]{3}-[a-z]{4}-[a-z]{3}$/);
    expect(isRoomName(room)).toBe(true);
  }
  expect(new Set(offered).size).toBe(200);
});

const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
test.each([
  ["chromium", `${MAC} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36`, 0],
  ["chromium", "Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", 5],
  ["firefox", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", 0],
  ["safari", `${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15`, 0],
  ["ios", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", 5],
  ["ios", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/130.0 Safari/604.1", 5],
  // An iPad says that it is a Mac.
  ["ios", `${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15`, 5],
  ["other", "Lynx/2.9", 0],
] as const)("guides for %s: %s", (family, agent, touchPoints) => {
  expect(browserFamily(agent, touchPoints)).toBe(family);
});

test.each([
  ["left", "rejoin", true],
  ["room_closed", "rejoin", true],
  ["replaced", "here", true],
  ["full", "retry", true],
  ["bad_name", "name", false],
  ["kicked", "room", false],
  ["unauthorised", "room", false],
  ["bad_payload", "reload", true],
  // Of a newer server.
  ["out_of_tea", "rejoin", true],
  ["constructor", "rejoin", true],
])("after %s the way back is %s", (reason, way, again) => {
  expect(wayBack(reason)).toBe(way);
  expect(mayComeAgain(reason)).toBe(again);
});

const ALL: readonly TestStepName[] = [
  "signalling",
  "server",
  "candidates",
  "stun",
  "turn_udp",
  "turn_tcp",
  "turn_tls",
];

/** Everything is open, but for what is named. */
function steps(but: Partial<Record<TestStepName, TestStepState | TestStep["detail"]>>): TestStep[] {
  return ALL.map((step) => {
    const said = but[step];
    if (said === undefined) return { step, state: "ok", detail: null, ms: 5 };
    if (said === "skipped") return { step, state: "skipped", detail: "none", ms: null };
    const detail = said === "failed" || said === null ? "timeout" : (said as TestStep["detail"]);
    return { step, state: "failed", detail, ms: null };
  });
}

const NO_RELAYS = { turn_udp: "skipped", turn_tcp: "skipped", turn_tls: "skipped" } as const;

test.each<[Parameters<typeof steps>[0], string]>([
  [{}, words().check.allGood],
  [{ ...NO_RELAYS }, words().check.allGood],
  [{ ...NO_RELAYS, stun: "skipped" }, words().check.serverGood],
  [{ ...NO_RELAYS, stun: "no_answer" }, words().check.noMedia],
  [{ signalling: "unreachable" }, words().check.noSocket],
  [{ signalling: "unreachable", server: "unreachable" }, words().check.noServer],
  [{ server: "gateway_down" }, words().check.gatewayDown],
  [{ server: "draining" }, words().reasons.draining],
  // A proxy that passes the socket on, and nothing else.
  [{ server: "bad_answer" }, words().check.allGood],
  [{ candidates: "no_address" }, words().check.noAddress],
  [{ candidates: "no_webrtc" }, words().problem.noWebRtc],
  [{ stun: "no_answer", turn_udp: "no_answer" }, words().check.udpClosed],
  [{ stun: "no_answer", turn_udp: "no_answer", turn_tcp: "timeout" }, words().check.onlyTls],
  [{ turn_udp: "failed", turn_tcp: "failed", turn_tls: "failed" }, words().check.relayClosed],
  [
    { stun: "failed", turn_udp: "failed", turn_tcp: "failed", turn_tls: "failed" },
    words().check.noMedia,
  ],
  [{ turn_tcp: "failed" }, words().check.someClosed(["Relay over TCP"])],
  [
    { turn_tcp: "failed", turn_tls: "failed" },
    "You can join. Closed from here: Relay over TCP and Relay over TLS.",
  ],
])("a test with %o says: %s", (but, said) => {
  expect(verdict(steps(but))).toBe(said);
});

test("a relay that the server did not tell of is not tried; one that there is not is not set up", () => {
  const relay = { step: "turn_udp", state: "skipped", ms: null } as const;
  expect(stepResult({ ...relay, detail: "not_told" })).toBe("not tried");
  expect(stepResult({ ...relay, detail: "none" })).toBe("not set up");
});

test("storage that throws, or keeps nothing, is the page's memory", () => {
  const blocked = storageOf(() => {
    throw new DOMException("no", "SecurityError");
  });
  blocked.setItem("name", "Ann");
  expect(blocked.getItem("name")).toBe("Ann");

  const full = storageOf(
    () =>
      ({
        getItem: () => null,
        setItem: () => {
          throw new DOMException("full", "QuotaExceededError");
        },
      }) as unknown as Storage,
  );
  full.setItem("name", "Ben");
  expect(full.getItem("name")).toBe("Ben");
});
