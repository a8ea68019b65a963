// What a peer connection counts, as plain numbers with names.
//
// From getStats (W3C webrtc-stats); what a browser does not tell is null. Counters only: whoever wants
// rates looks twice.

import type { Source } from "./protocol";

/** Which stream runs on a line of a connection. */
export interface LineOwner {
  /** Null: oneself. */
  participant: string | null;
  source: Source;
}

/** One stream of one connection. */
export interface StreamStats extends LineOwner {
  direction: "in" | "out";
  kind: "audio" | "video";
  bytes: number;
  packets: number;
  /** Lost on the way; of what goes out as its receiver reports it. */
  lost: number;
  /** Decoded or encoded. */
  frames: number | null;
  framesPerSecond: number | null;
  width: number | null;
  height: number | null;
  freezes: number | null;
  freezeSeconds: number | null;
  /** Seconds. */
  jitter: number | null;
  /** Of what goes out: why the encoder holds back (`cpu`, `bandwidth`, `none`). */
  limited: string | null;
}

/** The path in use. */
export interface PathStats {
  /** Seconds. */
  roundTrip: number | null;
  /** `host`, `srflx`, `prflx` or `relay`, and `udp` or `tcp`. */
  local: string;
  remote: string;
  /** How one speaks with the relay, if there is one: `udp`, `tcp` or `tls`. */
  relay: string | null;
  /** Bits per second, as the browser estimates them. */
  availableOut: number | null;
  availableIn: number | null;
}

/** One connection. `of`: `publisher`, `subscriber`, or the participant at the other end of a leg. */
export interface ConnectionStats {
  of: string;
  state: RTCPeerConnectionState;
  path: PathStats | null;
  streams: StreamStats[];
}

/** Reads a connection; `owner` says whose a line is, by its mid. */
export async function readStats(
  of: string,
  peer: RTCPeerConnection,
  owner: (mid: string, direction: "in" | "out") => LineOwner | undefined,
): Promise<ConnectionStats> {
  const stats: ConnectionStats = { of, state: peer.connectionState, path: null, streams: [] };
  if (peer.connectionState === "closed") return stats;
  const report = await peer.getStats();
  const all = new Map<string, Record<string, unknown>>();
  report.forEach((stat: Record<string, unknown>, id: string) => {
    all.set(id, stat);
  });
  for (const stat of all.values()) {
    if (stat.type === "inbound-rtp" || stat.type === "outbound-rtp") {
      addStream(stats.streams, stat, all, owner);
    }
  }
  stats.path = pathOf(all);
  return stats;
}

function addStream(
  streams: StreamStats[],
  stat: Record<string, unknown>,
  all: Map<string, Record<string, unknown>>,
  owner: (mid: string, direction: "in" | "out") => LineOwner | undefined,
): void {
  const direction = stat.type === "inbound-rtp" ? "in" : "out";
  const mid = stat.mid;
  const whose = typeof mid === "string" ? owner(mid, direction) : undefined;
  if (!whose) return;
  const [counted, bytes, frames] =
    direction === "in"
      ? (["packetsReceived", "bytesReceived", "framesDecoded"] as const)
      : (["packetsSent", "bytesSent", "framesEncoded"] as const);
  const far = typeof stat.remoteId === "string" ? all.get(stat.remoteId) : undefined;
  const of: StreamStats = {
    ...whose,
    direction,
    kind: stat.kind === "audio" ? "audio" : "video",
    bytes: number(stat[bytes]) ?? 0,
    packets: number(stat[counted]) ?? 0,
    lost: number(direction === "in" ? stat.packetsLost : far?.packetsLost) ?? 0,
    frames: number(stat[frames]),
    framesPerSecond: number(stat.framesPerSecond),
    width: number(stat.frameWidth),
    height: number(stat.frameHeight),
    freezes: number(stat.freezeCount),
    freezeSeconds: number(stat.totalFreezesDuration),
    jitter: number(direction === "in" ? stat.jitter : far?.jitter),
    limited: typeof stat.qualityLimitationReason === "string" ? stat.qualityLimitationReason : null,
  };
  const same = streams.find(
    (s) => s.direction === direction && s.participant === of.participant && s.source === of.source,
  );
  if (same) merge(same, of);
  else streams.push(of);
}

/** Layers of one stream are counted as one. */
function merge(into: StreamStats, of: StreamStats): void {
  into.bytes += of.bytes;
  into.packets += of.packets;
  into.lost += of.lost;
  into.frames = most(into.frames, of.frames);
  into.framesPerSecond = most(into.framesPerSecond, of.framesPerSecond);
  into.width = most(into.width, of.width);
  into.height = most(into.height, of.height);
  if (of.limited !== null && of.limited !== "none") into.limited = of.limited;
}

function pathOf(all: Map<string, Record<string, unknown>>): PathStats | null {
  const transport = [...all.values()].find((stat) => stat.type === "transport");
  const chosen = transport?.selectedCandidatePairId;
  const pair =
    (typeof chosen === "string" ? all.get(chosen) : undefined) ??
    // Firefox names the pair on the pair.
    [...all.values()].find((s) => s.type === "candidate-pair" && s.selected === true);
  if (!pair) return null;
  const local = all.get(String(pair.localCandidateId));
  const remote = all.get(String(pair.remoteCandidateId));
  return {
    roundTrip: number(pair.currentRoundTripTime),
    local: candidate(local),
    remote: candidate(remote),
    relay: typeof local?.relayProtocol === "string" ? local.relayProtocol : null,
    availableOut: number(pair.availableOutgoingBitrate),
    availableIn: number(pair.availableIncomingBitrate),
  };
}

function candidate(of: Record<string, unknown> | undefined): string {
  return of ? `${String(of.candidateType)} ${String(of.protocol)}` : "unknown";
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function most(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}
