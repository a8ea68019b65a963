// What goes up: one connection for one generation of one's call.
//
// A microphone and a camera m-line for its whole life; a device that is off sends nothing on its
// line. So nothing is ever negotiated again, and no transceiver is stopped: its line would be
// given away with a new mid that the gateway does not follow.

import type { DeviceKind } from "./media";
import type { Jsep, StreamSpec } from "./protocol";

/** What `start_call` says. */
export interface PublisherOffer {
  jsep?: Jsep;
  streams: StreamSpec[];
}

/** What a call needs of its publisher. */
export interface PublisherPort {
  offer(): Promise<PublisherOffer>;
  accept(answer: Jsep | undefined): Promise<void>;
  close(): void;
}

const KINDS: readonly DeviceKind[] = ["mic", "camera"];
const MAX_LABEL = 64;

export class Publisher implements PublisherPort {
  readonly #peer: RTCPeerConnection | null;
  readonly #lines = new Map<DeviceKind, RTCRtpTransceiver>();
  readonly #tracks: (kind: DeviceKind) => MediaStreamTrack | null;
  #closed = false;

  /** `onFailed` is called once, when the connection is lost for good. */
  constructor(
    config: RTCConfiguration,
    tracks: (kind: DeviceKind) => MediaStreamTrack | null,
    onFailed: () => void,
  ) {
    this.#tracks = tracks;
    if (KINDS.every((kind) => tracks(kind) === null)) {
      this.#peer = null;
      return;
    }
    const peer = new RTCPeerConnection({ ...config, bundlePolicy: "max-bundle" });
    for (const kind of KINDS) {
      const track = tracks(kind);
      const media = kind === "mic" ? "audio" : "video";
      this.#lines.set(kind, peer.addTransceiver(track ?? media, { direction: "sendonly" }));
    }
    peer.addEventListener("connectionstatechange", () => {
      if (!this.#closed && peer.connectionState === "failed") onFailed();
    });
    this.#peer = peer;
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
    for (const [kind, line] of this.#lines) {
      if (line.mid !== null) {
        streams.push({ mid: line.mid, source: kind, label: label(this.#tracks(kind)) });
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

  /** Sends what the devices give now. */
  async refresh(): Promise<void> {
    for (const [kind, line] of this.#lines) {
      const track = this.#tracks(kind);
      if (!this.#closed && line.sender.track !== track) await line.sender.replaceTrack(track);
    }
  }

  close(): void {
    this.#closed = true;
    this.#peer?.close();
  }
}

function label(track: MediaStreamTrack | null): string {
  return [...(track?.label ?? "").replace(/\p{C}/gu, "")].slice(0, MAX_LABEL).join("");
}
