// What is tried of the network before joining: addresses, STUN, and each way to a relay.
//
// No call is made: a pair of connections within this page speaks through the relay with itself.

import {
  firstOf,
  type ProbeContext,
  type TestFailure,
  type TestOutcome,
} from "./connection_probes";

/** How one speaks with a relay. */
export type RelayWay = "udp" | "tcp" | "tls";

type MakePeer = (config: RTCConfiguration) => RTCPeerConnection;

/** A way that takes so long is as good as closed. Browsers ask for some 10 s. */
const ADDRESSES_MS = 10_000;
const RELAY_MS = 10_000;
/** An `icecandidateerror` from here on is no answer of a server, but the lack of one. */
const NOT_REACHED = 700;

/** Gathers addresses: the first of one's own, and the first that a STUN server tells. */
export function probeAddresses(
  probe: ProbeContext,
  makePeer: MakePeer,
  iceServers: readonly RTCIceServer[] | null,
): { host: Promise<TestOutcome>; stun: Promise<TestOutcome> } {
  const servers = only(iceServers ?? [], (url) => url.startsWith("stun"));
  const from = probe.clock.now();
  const late: TestOutcome = { state: "failed", detail: "timeout" };
  let peer: RTCPeerConnection;
  try {
    peer = makePeer({ iceServers: servers });
  } catch {
    const failed = Promise.resolve<TestOutcome>({ state: "failed", detail: "no_webrtc" });
    return { host: failed, stun: failed };
  }
  const ok = (): TestOutcome => ({ state: "ok", ms: probe.clock.now() - from });
  const host = firstOf(probe, ADDRESSES_MS, late, (done) => {
    peer.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.candidate) done(ok());
      else if (candidate === null) done({ state: "failed", detail: "no_address" });
    });
  });
  const stun: Promise<TestOutcome> =
    servers.length === 0
      ? Promise.resolve({ state: "skipped", detail: iceServers ? "none" : "not_told" })
      : firstOf(probe, ADDRESSES_MS, { state: "failed", detail: "no_answer" }, (done) => {
          let refused = false;
          peer.addEventListener("icecandidateerror", () => {
            refused = true;
          });
          peer.addEventListener("icecandidate", ({ candidate }) => {
            if (candidate?.type === "srflx") done(ok());
            // Without a NAT the answer is one's own address, which the browser does not tell twice.
            else if (candidate === null) {
              done(refused ? { state: "failed", detail: "no_answer" } : ok());
            }
          });
        });
  void begin(peer);
  void Promise.all([host, stun]).then(() => peer.close());
  return { host, stun };
}

/** The relays of the list that one speaks with that way; null without a list. */
export function relaysOf(
  iceServers: readonly RTCIceServer[] | null,
  way: RelayWay,
): RTCIceServer[] | null {
  if (iceServers === null) return null;
  return only(iceServers, (url) => {
    if (url.startsWith("turns:")) return way === "tls";
    if (!url.startsWith("turn:")) return false;
    return way === (/[?&]transport=tcp\b/.test(url) ? "tcp" : "udp");
  });
}

/** Sends something through the relays, from a connection to another, both of this page. */
export function probeRelay(
  probe: ProbeContext,
  makePeer: MakePeer,
  iceServers: RTCIceServer[] | null,
): Promise<TestOutcome> {
  if (iceServers === null) return Promise.resolve({ state: "skipped", detail: "not_told" });
  if (iceServers.length === 0) return Promise.resolve({ state: "skipped", detail: "none" });
  const from = probe.clock.now();
  const peers: RTCPeerConnection[] = [];
  let relayed = false;
  let refused: TestFailure = "no_answer";
  const why = (): TestOutcome => ({ state: "failed", detail: relayed ? "not_relayed" : refused });

  const begin = (done: (outcome: TestOutcome) => void) => {
    const config: RTCConfiguration = { iceServers, iceTransportPolicy: "relay" };
    try {
      peers.push(makePeer(config), makePeer(config));
    } catch {
      done({ state: "failed", detail: "no_webrtc" });
      return;
    }
    const [one, other] = peers as [RTCPeerConnection, RTCPeerConnection];
    const connect = (of: RTCPeerConnection, to: RTCPeerConnection) => {
      of.addEventListener("icecandidateerror", ({ errorCode }) => {
        if (errorCode < NOT_REACHED) refused = "unauthorized";
      });
      of.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate?.candidate) {
          relayed = true;
          to.addIceCandidate(candidate).catch(() => {});
        } else if (candidate === null && !relayed) done(why());
      });
      of.addEventListener("connectionstatechange", () => {
        if (of.connectionState === "failed") done(why());
      });
    };
    connect(one, other);
    connect(other, one);
    const channel = one.createDataChannel("test");
    channel.addEventListener("open", () => channel.send("hello"));
    other.addEventListener("datachannel", (event) => {
      event.channel.addEventListener("message", () =>
        done({ state: "ok", ms: probe.clock.now() - from }),
      );
    });
    negotiate(one, other).catch(() => done(why()));
  };
  return new Promise((resolve) => {
    const ended = firstOf(probe, RELAY_MS, { state: "failed", detail: "timeout" }, begin);
    void ended.then((outcome) => {
      for (const peer of peers) peer.close();
      // What came until then says more than that the time was up.
      resolve("detail" in outcome && outcome.detail === "timeout" ? why() : outcome);
    });
  });
}

async function begin(peer: RTCPeerConnection): Promise<void> {
  peer.createDataChannel("test");
  await peer.setLocalDescription(await peer.createOffer());
}

async function negotiate(one: RTCPeerConnection, other: RTCPeerConnection): Promise<void> {
  const offer = await one.createOffer();
  // Known on both sides before the first candidate comes out.
  await other.setRemoteDescription(offer);
  await one.setLocalDescription(offer);
  const answer = await other.createAnswer();
  await one.setRemoteDescription(answer);
  await other.setLocalDescription(answer);
}

/** The servers with only those of their URLs. */
function only(
  iceServers: readonly RTCIceServer[],
  wanted: (url: string) => boolean,
): RTCIceServer[] {
  return iceServers
    .map((server) => ({ ...server, urls: [server.urls].flat().filter(wanted) }))
    .filter(({ urls }) => urls.length > 0);
}
