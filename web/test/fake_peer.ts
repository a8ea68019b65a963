// What stands for the browser's RTCPeerConnection between two clients of one test: the rules that a
// negotiation can break (states, whose candidates, whose description), and a path that can be cut.

type Description = { type: "offer" | "answer"; sdp: string };

let count = 0;

class FakeTransceiver {
  mid: string | null = null;
  direction = "recvonly";
  readonly receiver: {
    track: { kind: string; of: FakePeer };
    getStats: () => Promise<Map<string, object>>;
  };
  readonly sender = {
    track: null as object | null,
    parameters: { encodings: [{} as { maxBitrate?: number }] },
    replaceTrack: async (track: object | null) => {
      this.sender.track = track;
    },
    getParameters: () => this.sender.parameters,
    setParameters: async () => {},
    getStats: async () => new Map([["own", { type: "media-source", audioLevel: 0 }]]),
  };

  constructor(of: FakePeer, kind: string) {
    this.receiver = {
      track: { kind, of },
      getStats: async () => new Map([["in", { type: "inbound-rtp", audioLevel: of.loudness }]]),
    };
  }
}

export class FakePeer {
  static all: FakePeer[] = [];
  /** No path between anybody. */
  static cut = false;
  static errors: string[] = [];
  /** Turns of the microtask queue that each operation takes. */
  static slow = 3;

  readonly id: string;
  signalingState = "stable";
  connectionState = "new";
  localDescription: Description | null = null;
  remoteDescription: Description | null = null;
  frames = 0;
  loudness = 0;
  /** Restarts that were asked for. */
  restarts = 0;
  readonly candidates: string[] = [];
  readonly #heard = new Map<string, ((event: object) => void)[]>();
  #transceivers: FakeTransceiver[] = [];
  #stable: { local: Description | null; remote: Description | null } = {
    local: null,
    remote: null,
  };
  #ufrag: string;
  #versions = 0;
  #restart = false;
  #busy = false;

  constructor(readonly config: object = {}) {
    count += 1;
    this.id = String(1_000 + count);
    this.#ufrag = `u${this.id}`;
    FakePeer.all.push(this);
  }

  static reset(): void {
    FakePeer.all = [];
    FakePeer.errors = [];
    FakePeer.cut = false;
  }

  /** The connections that were not closed. */
  static open(): FakePeer[] {
    return FakePeer.all.filter(({ signalingState }) => signalingState !== "closed");
  }

  addEventListener(event: string, then: (event: object) => void): void {
    this.#heard.set(event, [...(this.#heard.get(event) ?? []), then]);
  }

  addTransceiver(kind: string): FakeTransceiver {
    const transceiver = new FakeTransceiver(this, kind);
    this.#transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.#transceivers;
  }

  getConfiguration(): object {
    return this.config;
  }

  setConfiguration(): void {}

  restartIce(): void {
    this.restarts += 1;
    this.#restart = true;
  }

  async setLocalDescription(): Promise<void> {
    await this.#takesTime();
    const answers = this.signalingState === "have-remote-offer";
    if (this.#restart) {
      this.#restart = false;
      this.#versions += 1;
      this.#ufrag = `u${this.id}v${this.#versions}`;
    }
    this.#transceivers.forEach((transceiver, index) => {
      transceiver.mid = String(index);
    });
    this.localDescription = {
      type: answers ? "answer" : "offer",
      sdp: [
        `o=- ${this.id} ${this.#versions} IN IP4 127.0.0.1`,
        `a=ice-ufrag:${this.#ufrag}`,
        ...this.#transceivers.map(({ receiver }) => `m=${receiver.track.kind}`),
      ].join("\n"),
    };
    this.signalingState = answers ? "stable" : "have-local-offer";
    if (answers) this.#settle();
    const ufrag = this.#ufrag;
    queueMicrotask(() =>
      this.#fire("icecandidate", {
        candidate: {
          candidate: "candidate:1",
          toJSON: () => ({
            candidate: "candidate:1",
            sdpMid: "0",
            sdpMLineIndex: 0,
            usernameFragment: ufrag,
          }),
        },
      }),
    );
  }

  async setRemoteDescription(description: Description): Promise<void> {
    await this.#takesTime();
    if (description.type === "answer" && this.signalingState !== "have-local-offer") {
      throw this.#error(`answer in ${this.signalingState}`);
    }
    if (description.type === "offer" && this.signalingState === "have-local-offer") {
      // Implicit rollback.
      this.localDescription = this.#stable.local;
    }
    const before = this.#stable.remote;
    const origin = (sdp: string) => /^o=- (\S+)/.exec(sdp)?.[1];
    if (before && origin(before.sdp) !== origin(description.sdp)) {
      throw this.#error("a description of another connection");
    }
    const kinds = [...description.sdp.matchAll(/^m=(\w+)/gm)].map(([, kind]) => kind ?? "");
    if (description.type === "offer") {
      // What one added oneself takes no line of the offer (RFC 8829 §5.10).
      for (const kind of kinds.slice(this.#transceivers.length)) this.addTransceiver(kind);
      if (kinds.length !== this.#transceivers.length) throw this.#error("lines to spare");
      if (before && ufragOf(before) !== ufragOf(description)) this.#restart = true;
    }
    this.remoteDescription = description;
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    if (description.type === "answer") this.#settle();
  }

  async addIceCandidate({ candidate, usernameFragment }: RTCIceCandidateInit): Promise<void> {
    await this.#takesTime();
    if (!this.remoteDescription) throw this.#error("a candidate before the description");
    if (usernameFragment !== ufragOf(this.remoteDescription)) {
      throw this.#error("a candidate of another description");
    }
    this.candidates.push(candidate ?? "");
    FakePeer.look();
  }

  async getStats() {
    return new Map(
      this.#transceivers.map((transceiver, index) => [
        String(index),
        {
          type: "inbound-rtp",
          kind: transceiver.receiver.track.kind,
          mid: transceiver.mid,
          framesDecoded: this.frames,
          packetsReceived: this.frames,
        },
      ]),
    );
  }

  close(): void {
    this.signalingState = "closed";
    this.connectionState = "closed";
  }

  become(state: string): void {
    if (this.connectionState === state || this.connectionState === "closed") return;
    this.connectionState = state;
    this.#fire("connectionstatechange", {});
  }

  /** Connects whoever fits: each has the other's user name, and knows a candidate of it. */
  static look(): void {
    if (FakePeer.cut) return;
    for (const one of FakePeer.open()) {
      const other = FakePeer.open().find((two) => two !== one && one.fits(two) && two.fits(one));
      if (other) {
        one.become("connected");
        other.become("connected");
      }
    }
  }

  fits(other: FakePeer): boolean {
    return (
      this.signalingState === "stable" &&
      this.candidates.length > 0 &&
      this.remoteDescription !== null &&
      ufragOf(this.remoteDescription) === other.#ufrag
    );
  }

  #settle(): void {
    this.#stable = { local: this.localDescription, remote: this.remoteDescription };
    if (this.connectionState === "failed") this.become("connecting");
    FakePeer.look();
  }

  async #takesTime(): Promise<void> {
    if (this.#busy) throw this.#error("two things at once");
    this.#busy = true;
    for (let i = 0; i < FakePeer.slow; i += 1) await Promise.resolve();
    this.#busy = false;
    if (this.signalingState === "closed") throw new Error("closed");
  }

  #error(what: string): Error {
    FakePeer.errors.push(`${this.id}: ${what}`);
    return new Error(what);
  }

  #fire(event: string, what: object): void {
    if (this.connectionState === "closed") return;
    for (const then of this.#heard.get(event) ?? []) then(what);
  }
}

function ufragOf({ sdp }: Description): string | undefined {
  return /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}
