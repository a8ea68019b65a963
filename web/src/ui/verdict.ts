// What a connection test comes to, as the one sentence that says what to do.

import type { TestStep, TestStepName, TestStepState } from "../client";
import { words } from "./i18n";

/** The steps are those of a test that is done. */
export function verdict(steps: readonly TestStep[]): string {
  const { check, problem, reasons } = words();
  const step = (name: TestStepName) => steps.find((one) => one.step === name);
  const is = (name: TestStepName, state: TestStepState) => step(name)?.state === state;

  if (is("signalling", "failed")) {
    return is("server", "ok") ? check.noSocket : check.noServer;
  }
  if (is("server", "failed")) {
    if (step("server")?.detail === "draining") return reasons.draining;
    if (step("server")?.detail === "gateway_down") return check.gatewayDown;
  }
  if (is("candidates", "failed")) {
    return step("candidates")?.detail === "no_webrtc" ? problem.noWebRtc : check.noAddress;
  }
  const ways = (["turn_udp", "turn_tcp", "turn_tls"] as const).filter((way) => !is(way, "skipped"));
  const open = ways.filter((way) => is(way, "ok"));
  if (ways.length === 0) {
    // Without a relay sound and picture need UDP, of which STUN is all that was tried.
    if (is("stun", "failed")) return check.noMedia;
    return is("stun", "ok") ? check.allGood : check.serverGood;
  }
  if (open.length === 0) return is("stun", "ok") ? check.relayClosed : check.noMedia;
  if (open.length === ways.length) return check.allGood;
  if (is("turn_udp", "failed")) return is("turn_tcp", "failed") ? check.onlyTls : check.udpClosed;
  return check.someClosed(ways.filter((way) => is(way, "failed")).map(stepName));
}

/** Whether nothing that was tried failed. */
export function allOpen(steps: readonly TestStep[]): boolean {
  return steps.every(({ state }) => state !== "failed");
}

/** What a step is called. */
export function stepName(step: TestStepName): string {
  const t = words().check;
  const names: Record<TestStepName, string> = {
    signalling: t.signalling,
    server: t.gateway,
    candidates: t.network,
    stun: t.peers,
    turn_udp: t.relayUdp,
    turn_tcp: t.relayTcp,
    turn_tls: t.relayTls,
  };
  return names[step];
}

/** How a step went, in a few words; empty before it began. */
export function stepResult({ state, detail, ms }: TestStep): string {
  const t = words().check;
  switch (state) {
    case "waiting":
      return "";
    case "running":
      return t.running;
    case "ok":
      if (detail === "mesh") return t.meetDirectly;
      return ms === null ? t.open : t.openIn(ms);
    case "skipped":
      if (detail === "none") return t.notSetUp;
      return why(detail) ?? t.skipped;
    case "failed":
      return why(detail) ?? t.closed;
  }
}

function why(detail: TestStep["detail"]): string | null {
  const t = words().check;
  return detail !== null && Object.hasOwn(t.why, detail)
    ? t.why[detail as keyof typeof t.why]
    : null;
}
