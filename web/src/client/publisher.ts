// What goes up: one connection for one generation of one's call.
//
// A line each for microphone, camera and screen, for its whole life; the screen's is added at its
// first use. A device that is off sends nothing on its line. So lines are never taken away, and no
// transceiver is stopped: its line would be given away with a new mid that the gateway does not follow.

import { changeEncodings } from "./encodings";
import type { Jsep, Source, StreamSpec } from "./protocol";
import { type ConnectionStats, type LineOwner, readStats } from "./stats";

/** What `start_call` says. */
export interface PublisherOffer {
  jsep?: Jsep;
  streams: StreamSpec[];
}

/** What a call needs of its publisher. */
export interface PublisherPort {
  offer(): Promise<PublisherOffer>;
  accept(answer: Jsep | undefined): Promise<void>;
  /** Sends what the devices give now. True: there are lines that were never offered. */
  refresh(): Promise<boolean>;
  close(): void;
}

/** Most bits per second of each picture, all its layers together; null: the browser's own. */
export interface Caps {
  camera: number | null;
  screen: number | null;
}

const MAX_LABEL = 64;
/** The camera's layers, largest first: Janus counts substreams by the order of their names. Shares of
 * the cap, about as the areas are, with what a small picture needs more. */
const LAYERS = [
  { rid: "h", scaleResolutionDownBy: 1, share: 0.72 },
  { rid: "m", scaleResolutionDownBy: 2, share: 0.21 },
  { rid: "l", scaleResolutionDownBy: 4, share: 0.07 },
] as const;

export class Publisher implements PublisherPort {
  readonly #peer: RTCPeerConnection | null;
  readonly #lines = new Map<Source, RTCRtpTransceiver>();
  readonly #tracks: (source: Source) => MediaStreamTrack | null;
  readonly #caps: Caps;
  #small = false;
  #closed = false;

  /** `onFailed` is called once, when the connection is lost for good. */
  constructor(
    config: RTCConfiguration,
    tracks: (source: Source) => MediaStreamTrack | null,
    caps: Caps,
    onFailed: () => void,
  ) {
    this.#tracks = tracks;
    this.#caps = caps;
    const sources = (["mic", "camera", "screen"] as const).filter(
      (source) => tracks(source) !== null,
    );
    if (sources.length === 0) {
      this.#peer = null;
      return;
    }
    const peer = new RTCPeerConnection(config);
    this.#peer = peer;
    this.#addLine(peer, "mic");
    this.#addLine(peer, "camera");
    if (sources.includes("screen")) this.#addLine(peer, "screen");
    peer.addEventListener("connectionstatechange", () => {
      if (!this.#closed && peer.connectionState === "failed") onFailed();
    });
  }

  /** Without any device the call only receives. */
  get receiveOnly(): boolean {
    return this.#peer === null;
  }

  /** `new` without a connection. */
  get connectionState(): RTCPeerConnectionState {
    return this.#peer?.connectionState ?? "new";
  }

  async offer(): Promise<PublisherOffer> {
    if (!this.#peer) return { streams: [] };
    await this.#peer.setLocalDescription();
    const sdp = this.#peer.localDescription?.sdp ?? "";
    const streams: StreamSpec[] = [];
    for (const [source, line] of this.#lines) {
      if (line.mid !== null) {
        streams.push({ mid: line.mid, source, label: label(this.#tracks(source)) });
      }
    }
    return { jsep: { type: "offer", sdp }, streams };
  }

  async accept(answer: Jsep | undefined): Promise<void> {
    if (!this.#peer) return;
    if (!answer) throw new Error("no answer to the offer");
    await this.#peer.setRemoteDescription(answer);
    // A device may have been switched while the offer was under way.
    await this.refresh();
  }

  async refresh(): Promise<boolean> {
    if (this.#closed || !this.#peer) return false;
    if (this.#tracks("screen") !== null && !this.#lines.has("screen")) {
      this.#addLine(this.#peer, "screen");
    }
    for (const [source, line] of this.#lines) {
      const track = this.#tracks(source);
      if (!this.#closed && line.sender.track !== track) await line.sender.replaceTrack(track);
    }
    await this.#setLayers();
    return [...this.#lines.values()].some(({ mid }) => mid === null);
  }

  /** With one other there is nobody for the smaller layers: they are not encoded. */
  async setAudience(others: number): Promise<void> {
    const small = others < 2;
    if (small === this.#small) return;
    this.#small = small;
    await this.#setLayers();
  }

  stats(): Promise<ConnectionStats> | null {
    if (!this.#peer) return null;
    const owners = new Map<string | null, LineOwner>(
      [...this.#lines].map(([source, { mid }]) => [mid, { participant: null, source }]),
    );
    return readStats("publisher", this.#peer, (mid) => owners.get(mid));
  }

  close(): void {
    this.#closed = true;
    this.#peer?.close();
  }

  #addLine(peer: RTCPeerConnection, source: Source): void {
    const track = this.#tracks(source);
    const media = source === "mic" ? "audio" : "video";
    this.#lines.set(
      source,
      peer.addTransceiver(track ?? media, {
        direction: "sendonly",
        ...this.#encodings(source),
      }),
    );
  }

  #encodings(source: Source): Pick<RTCRtpTransceiverInit, "sendEncodings"> {
    if (source === "mic") return {};
    const cap = this.#caps[source];
    const capped = (share: number) => (cap === null ? {} : { maxBitrate: Math.round(cap * share) });
    if (source === "screen") return { sendEncodings: [capped(1)] };
    return {
      sendEncodings: LAYERS.map(({ share, ...layer }) => ({ ...layer, ...capped(share) })),
    };
  }

  async #setLayers(): Promise<void> {
    const sender = this.#lines.get("camera")?.sender;
    if (this.#closed || !sender) return;
    await changeEncodings(sender, (encodings) => {
      if (encodings.length < 2) return false;
      let changed = false;
      for (const encoding of encodings) {
        const active = encoding.rid === "h" || !this.#small;
        const most = this.#mostOf(encoding.rid);
        if (encoding.active === active && encoding.maxBitrate === most) continue;
        encoding.active = active;
        if (most !== undefined) encoding.maxBitrate = most;
        changed = true;
      }
      return changed;
    });
  }

  /** All of the cap is the one layer's, if there is but one. */
  #mostOf(rid: string | undefined): number | undefined {
    const cap = this.#caps.camera;
    if (cap === null) return undefined;
    const share = this.#small ? 1 : (LAYERS.find((layer) => layer.rid === rid)?.share ?? 1);
    return Math.round(cap * share);
  }
}

function label(track: MediaStreamTrack | null): string {
  return [...(track?.label ?? "").replace(/\p{C}/gu, "")].slice(0, MAX_LABEL).join("");
}
