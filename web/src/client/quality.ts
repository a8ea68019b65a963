// How good the connection to everybody is, whose fault it is if it is not, and one's own. Pure.
//
//   qualities(view)   Map<participant id, Quality>, oneself under one's own id
//   type Quality = { level, cause, lossPercent, roundTripMs, lostForSeconds, bitrate, width, height,
//                    fps, freezes }
// Of others it tells what comes in, of oneself what goes out. `QualityWatch` feeds it.

import type { RoomMode, Source } from "./protocol";
import type { Participant } from "./room";
import type { ConnectionStats, StreamStats } from "./stats";

/** `lost`: nothing arrives, though it should. */
export type QualityLevel = "good" | "fair" | "poor" | "lost";

/** Whose fault: my network, theirs, the media gateway, somewhere between us, their call restarting. */
export type QualityCause = "none" | "mine" | "theirs" | "gateway" | "between" | "restarting";

export interface Quality {
  level: QualityLevel;
  /** `none` if, and only if, the level is good. */
  cause: QualityCause;
  /** Of the worst stream, since the last look; null: nothing to count. */
  lossPercent: number | null;
  /** To the gateway, or in mesh to them. */
  roundTripMs: number | null;
  /** For how long the stream that is silent longest has been so; 0: all flow. */
  lostForSeconds: number;
  /** Bits per second, all streams. */
  bitrate: number;
  /** Of the camera, else of the screen. */
  width: number | null;
  height: number | null;
  fps: number | null;
  /** How often pictures froze since the last look. */
  freezes: number;
}

/** What a stream did between two looks. */
export interface StreamRate {
  /** The connection, as `ConnectionStats.of`. */
  of: string;
  participant: string | null;
  source: Source;
  direction: "in" | "out";
  /** Null: too few packets to say. */
  lossPercent: number | null;
  bitrate: number;
  packets: number;
  width: number | null;
  height: number | null;
  fps: number | null;
  freezes: number;
}

/** How long an expected stream has brought nothing. */
export interface Silence {
  ms: number;
  /** The gateway says that it gets nothing of it either. */
  told: boolean;
}

/** All that is known at one look. */
export interface View {
  mode: RoomMode;
  self: string;
  people: readonly Participant[];
  rates: readonly StreamRate[];
  connections: readonly ConnectionStats[];
  /** How long each expected stream has been silent, by participant. Only expected ones. */
  silent: ReadonlyMap<string, readonly Silence[]>;
  /** Of whom the gateway gets less than they say they send: nothing to do with my network. */
  unsent: ReadonlySet<string>;
  /** What one's own session knows: `mine`: no signalling; `gateway`: calls are made anew. */
  trouble: "none" | "mine" | "gateway";
}

/** Below that many packets a loss is chance. */
const FEW_PACKETS = 20;
/** So long without packets a stream counts as lost, unless told: a new one needs some time, too. */
const SILENT_MS = 3_000;
const LOSS_PERCENT = { fair: 2.5, poor: 8 };
const ROUND_TRIP_MS = { fair: 300, poor: 600 };
const ORDER: readonly QualityLevel[] = ["good", "fair", "poor", "lost"];

/** What each stream did between two looks. Streams that are new since then are not in it. */
export function ratesOf(
  before: readonly ConnectionStats[],
  now: readonly ConnectionStats[],
  ms: number,
): StreamRate[] {
  if (ms <= 0) return [];
  return now.flatMap(({ of, streams }) => {
    const old = before.find((connection) => connection.of === of)?.streams ?? [];
    return streams.flatMap((stream) => {
      const same = old.find((other) => isSame(stream, other));
      // A count that went back is another connection of the same name.
      return same && stream.packets >= same.packets ? [rate(of, same, stream, ms)] : [];
    });
  });
}

function isSame(a: StreamStats, b: StreamStats): boolean {
  return a.direction === b.direction && a.participant === b.participant && a.source === b.source;
}

function rate(of: string, before: StreamStats, now: StreamStats, ms: number): StreamRate {
  const packets = now.packets - before.packets;
  // Less than before: what was thought lost came late, or again.
  const lost = Math.max(0, now.lost - before.lost);
  // What went out includes what was lost on the way; what came in does not.
  const all = now.direction === "in" ? packets + lost : packets;
  const frames = (now.frames ?? 0) - (before.frames ?? 0);
  return {
    of,
    participant: now.participant,
    source: now.source,
    direction: now.direction,
    lossPercent: all < FEW_PACKETS ? null : Math.min(100, (lost / all) * 100),
    bitrate: Math.round((Math.max(0, now.bytes - before.bytes) * 8_000) / ms),
    packets,
    width: now.width,
    height: now.height,
    fps: now.frames === null ? null : (Math.max(0, frames) * 1_000) / ms,
    freezes: Math.max(0, (now.freezes ?? 0) - (before.freezes ?? 0)),
  };
}

/** How good it is, of everybody in the room. */
export function qualities(view: View): Map<string, Quality> {
  const others = view.people.filter(({ self }) => !self);
  const measured = others.map((person) => ({ person, quality: measure(view, person.id) }));
  // Who is restarting says nothing of my network; nor does who sends nothing.
  const telling = measured.filter(
    ({ person, quality }) =>
      person.call !== "restarting" &&
      !view.unsent.has(person.id) &&
      (quality.bitrate > 0 || quality.lostForSeconds > 0),
  );
  const allBad = telling.length > 0 && telling.every(({ quality }) => quality.level !== "good");
  const result = new Map<string, Quality>();
  for (const { person, quality } of measured) {
    result.set(person.id, blame(view, person, quality, allBad, telling.length));
  }
  const mine = telling.filter(({ person }) => result.get(person.id)?.cause === "mine");
  const leastBad = best(mine.map(({ quality }) => quality.level));
  result.set(view.self, own(view, leastBad));
  return result;
}

/** What comes in of somebody, whoever's fault it is. */
function measure(view: View, id: string): Quality {
  const rates = view.rates.filter((r) => r.direction === "in" && r.participant === id);
  const silent = view.silent.get(id) ?? [];
  const of = view.mode === "mesh" ? id : "subscriber";
  const quality = summed(rates, roundTrip(view, of));
  quality.lostForSeconds = Math.floor(Math.max(0, ...silent.map(({ ms }) => ms)) / 1_000);
  const lost = silent.filter(({ ms, told }) => told || ms >= SILENT_MS).length;
  if (lost > 0) quality.level = lost === silent.length ? "lost" : "poor";
  // A picture that stands for lack of packets is at least not good.
  if (quality.freezes > 0) quality.level = worst([quality.level, "fair"]);
  return quality;
}

/** Whose fault it is, and what they say of themselves. */
function blame(
  view: View,
  person: Participant,
  quality: Quality,
  allBad: boolean,
  telling: number,
): Quality {
  const word = levelOfWord(person.quality);
  if (quality.level === "lost" && person.call === "restarting") {
    return { ...quality, cause: "restarting" };
  }
  if (quality.level === "good") {
    return word === "good" ? quality : { ...quality, level: word, cause: "theirs" };
  }
  const level = worst([quality.level, word]);
  if (view.trouble !== "none" && quality.level === "lost") {
    return { ...quality, level, cause: view.trouble };
  }
  return { ...quality, level, cause: cause(view, person, quality, word, allBad, telling) };
}

function cause(
  view: View,
  person: Participant,
  quality: Quality,
  word: QualityLevel,
  allBad: boolean,
  telling: number,
): QualityCause {
  const connection = view.connections.find(
    ({ of }) => of === (view.mode === "mesh" ? person.id : "subscriber"),
  );
  if (view.mode === "gateway") {
    const down = connection !== undefined && isDown(connection.state);
    // That connection ends at the gateway: what is wrong with it has nothing to do with them.
    const slow = levelOf(null, roundTrip(view, "subscriber")) !== "good";
    if (down || slow) return "mine";
  }
  if (view.unsent.has(person.id)) return "theirs";
  if (telling > 1) return allBad ? "mine" : "theirs";
  if (view.mode === "mesh") return "between";
  // My way to the gateway stands, or it would be said to be down.
  if (quality.level === "lost") return "theirs";
  // The gateway measures what they send, and they tell it.
  if (word !== "good") return "theirs";
  return person.quality === null ? "between" : "mine";
}

/** What goes out, and what was found to be one's own fault of what comes in. */
function own(view: View, incoming: QualityLevel): Quality {
  const rates = view.rates.filter(({ direction }) => direction === "out");
  const legs = view.mode === "mesh" ? view.connections.map(({ of }) => of) : ["publisher"];
  // In mesh the best way is the measure: if one is good, one's own network is.
  const ways = legs.map((of) =>
    summed(
      rates.filter((r) => r.of === of),
      roundTrip(view, of),
    ),
  );
  const bestLevel = best(ways.map(({ level }) => level));
  const way = ways.find(({ level }) => level === bestLevel) ?? summed(rates, null);
  const dead = view.connections.filter(({ of, state }) => legs.includes(of) && isDown(state));
  const isLost = dead.length > 0 && dead.length === legs.length;
  const level = isLost ? "lost" : worst([way.level, incoming]);
  const bitrate = rates.reduce((sum, r) => sum + r.bitrate, 0);
  const cause = view.trouble === "gateway" ? "gateway" : "mine";
  return { ...way, bitrate, level, cause: level === "good" ? "none" : cause };
}

function isDown(state: RTCPeerConnectionState): boolean {
  return state === "disconnected" || state === "failed";
}

function summed(rates: readonly StreamRate[], roundTripMs: number | null): Quality {
  const losses = rates.map((r) => r.lossPercent).filter((loss) => loss !== null);
  const lossPercent = losses.length === 0 ? null : Math.max(...losses);
  const picture =
    rates.find(({ source }) => source === "camera") ??
    rates.find(({ source }) => source === "screen");
  const level = levelOf(lossPercent, roundTripMs);
  return {
    level,
    cause: "none",
    lossPercent,
    roundTripMs,
    lostForSeconds: 0,
    bitrate: rates.reduce((sum, r) => sum + r.bitrate, 0),
    width: picture?.width ?? null,
    height: picture?.height ?? null,
    fps: picture?.fps ?? null,
    freezes: rates.reduce((sum, r) => sum + r.freezes, 0),
  };
}

function levelOf(lossPercent: number | null, roundTripMs: number | null): QualityLevel {
  const loss = lossPercent ?? 0;
  const trip = roundTripMs ?? 0;
  if (loss >= LOSS_PERCENT.poor || trip >= ROUND_TRIP_MS.poor) return "poor";
  return loss >= LOSS_PERCENT.fair || trip >= ROUND_TRIP_MS.fair ? "fair" : "good";
}

function roundTrip(view: View, of: string): number | null {
  const seconds = view.connections.find((one) => one.of === of)?.path?.roundTrip ?? null;
  return seconds === null ? null : seconds * 1_000;
}

/** Anybody may say anything: what is not one of the words says nothing. */
function levelOfWord(word: string | null): QualityLevel {
  return word === "fair" || word === "poor" ? word : "good";
}

function worst(levels: readonly QualityLevel[]): QualityLevel {
  return ORDER.findLast((level) => levels.includes(level)) ?? "good";
}

function best(levels: readonly QualityLevel[]): QualityLevel {
  return ORDER.find((level) => levels.includes(level)) ?? "good";
}
