// The lines of a leg: microphone, camera and screen, each both ways, for the connection's whole life.
//
// The one who offers makes them, the other one takes them from the offer, by their order. Whoever
// sends nothing on a line sends it no track: so nothing is ever negotiated anew.

import { changeEncodings } from "./encodings";
import type { Incoming } from "./engine";
import type { Source } from "./protocol";
import type { Caps } from "./publisher";
import type { LineOwner } from "./stats";

const ORDER = ["mic", "camera", "screen"] as const;

/** What one's own devices give. */
export type Tracks = (source: Source) => MediaStreamTrack | null;

interface Line {
  source: Source;
  transceiver: RTCRtpTransceiver;
}

export class LegLines {
  readonly #lines: readonly Line[];

  private constructor(lines: readonly Line[]) {
    this.#lines = lines;
    // Of one stream, so that the other side keeps lips and voice together.
    const stream = typeof MediaStream === "undefined" ? null : new MediaStream();
    for (const { source, transceiver } of lines) {
      transceiver.direction = "sendrecv";
      if (stream && source !== "screen") transceiver.sender.setStreams?.(stream);
    }
  }

  /** New ones, to be offered. */
  static make(peer: RTCPeerConnection): LegLines {
    return new LegLines(
      ORDER.map((source) => ({
        source,
        transceiver: peer.addTransceiver(source === "mic" ? "audio" : "video"),
      })),
    );
  }

  /** Those of the offer that was just set. What is of another kind than its place says is left out. */
  static take(peer: RTCPeerConnection): LegLines {
    return new LegLines(
      peer.getTransceivers().flatMap((transceiver, index) => {
        const source = ORDER[index];
        const kind = source === "mic" ? "audio" : "video";
        return source && transceiver.receiver.track.kind === kind ? [{ source, transceiver }] : [];
      }),
    );
  }

  get incoming(): Incoming {
    return Object.fromEntries(
      this.#lines.map(({ source, transceiver }) => [source, transceiver.receiver.track]),
    );
  }

  /** Sends what the devices give now, each picture with at most so many bits. */
  async refresh(tracks: Tracks, caps: Caps): Promise<void> {
    await Promise.all(
      this.#lines.map(async ({ source, transceiver: { sender } }) => {
        const track = tracks(source);
        if (sender.track !== track) await sender.replaceTrack(track);
        if (source !== "mic") await capTo(sender, caps[source]);
      }),
    );
  }

  owner(participant: string, mid: string, direction: "in" | "out"): LineOwner | undefined {
    const line = this.#lines.find(({ transceiver }) => transceiver.mid === mid);
    return line && { participant: direction === "in" ? participant : null, source: line.source };
  }

  /** What arrived so far: frames decoded of a picture, packets of sound. */
  count(report: RTCStatsReport): Map<Source, number> {
    const counts = new Map<Source, number>();
    report.forEach((stat: RTCInboundRtpStreamStats) => {
      if (stat.type !== "inbound-rtp") return;
      const line = this.#lines.find(({ transceiver }) => transceiver.mid === stat.mid);
      if (!line) return;
      const count = line.source === "mic" ? stat.packetsReceived : stat.framesDecoded;
      counts.set(line.source, Math.max(counts.get(line.source) ?? 0, count ?? 0));
    });
    return counts;
  }

  /** How loud the other one is, 0 to 1: the peak of the last moment. What
   * `getSynchronizationSources` tells is one packet's, and falls between two syllables too often. */
  loudness(): Promise<number> {
    return levelIn("inbound-rtp", this.#of("mic")?.receiver);
  }

  /** How loud one's own microphone is, 0 to 1. */
  ownLoudness(): Promise<number> {
    return levelIn("media-source", this.#of("mic")?.sender);
  }

  #of(source: Source): RTCRtpTransceiver | undefined {
    return this.#lines.find((line) => line.source === source)?.transceiver;
  }
}

async function levelIn(
  type: string,
  of: RTCRtpReceiver | RTCRtpSender | undefined,
): Promise<number> {
  let level = 0;
  const report = await of?.getStats();
  report?.forEach((stat: { type: string; audioLevel?: number }) => {
    if (stat.type === type) level = stat.audioLevel ?? 0;
  });
  return level;
}

function capTo(sender: RTCRtpSender, most: number | null): Promise<void> {
  return changeEncodings(sender, ([encoding]) => {
    if (!encoding || most === null || encoding.maxBitrate === most) return false;
    encoding.maxBitrate = most;
    return true;
  });
}
