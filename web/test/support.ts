// Stand-ins for what the client meets: time, the wire, a publisher, connections, a WebSocket.

import type { Clock } from "../src/client/clock";
import type { Answer, JoinReply, Requests, RoomMode, Wire } from "../src/client/protocol";
import type { PublisherOffer, PublisherPort } from "../src/client/publisher";
import type { StreamStats } from "../src/client/stats";

/** Lets everything that is already decided happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

/** Time that moves by hand. */
export class HandClock implements Clock {
  #now = 0;
  #waiting: { at: number; then: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const entry = { at: this.#now + ms, then };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const [next] = this.#waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.then();
    }
    this.#now = end;
    await settle();
  }

  /** How long until the next thing happens; null if nothing will. */
  next(): number | null {
    const times = this.#waiting.map(({ at }) => at - this.#now);
    return times.length === 0 ? null : Math.min(...times);
  }
}

interface Asked {
  event: keyof Requests;
  payload: unknown;
  answer: (answer: Answer<never>) => void;
}

/** A wire whose answers are given by hand. */
export class HandWire implements Wire {
  readonly asked: Asked[] = [];

  ask<E extends keyof Requests>(
    event: E,
    payload: Requests[E][0],
  ): Promise<Answer<Requests[E][1]>> {
    return new Promise((resolve) => {
      this.asked.push({ event, payload, answer: resolve as Asked["answer"] });
    });
  }

  events(): string[] {
    return this.asked.map(({ event }) => event);
  }

  /** Answers the newest request. */
  async answer(answer: Answer<unknown>): Promise<void> {
    this.asked.at(-1)?.answer(answer as Answer<never>);
    await settle();
  }

  ok(generation: number): Promise<void> {
    return this.answer({
      kind: "ok",
      response: { generation, jsep: { type: "answer", sdp: "" } },
    });
  }

  error(reason: string, retryMs: number | null = null): Promise<void> {
    return this.answer({ kind: "error", reason, retryMs });
  }
}

export class FakePublisher implements PublisherPort {
  closed = false;
  accepted = false;
  /** Whether a line was added that was never offered. */
  added = false;

  offer(): Promise<PublisherOffer> {
    this.added = false;
    return Promise.resolve({
      jsep: { type: "offer", sdp: "v=0" },
      streams: [{ mid: "0", source: "mic", label: "" }],
    });
  }

  accept(): Promise<void> {
    this.accepted = true;
    return Promise.resolve();
  }

  refresh(): Promise<boolean> {
    return Promise.resolve(this.added);
  }

  close(): void {
    this.closed = true;
  }
}

export function joinReply(
  more: { resumed?: boolean; call?: number | null; mode?: RoomMode } = {},
): JoinReply {
  return {
    participant: "p1",
    resume: "token",
    resumed: more.resumed ?? false,
    call: more.call ?? null,
    room: {
      name: "tea",
      mode: more.mode ?? "gateway",
      locked: false,
      lobby: false,
      recording: false,
      url: null,
    },
    grants: [],
    ice_servers: [],
    limits: {
      capacity: 100,
      streams: 16,
      frame_bytes: 16384,
      sdp_frame_bytes: 262144,
      chat_bytes: 4096,
      camera_bitrate: 1_500_000,
      screen_bitrate: 2_500_000,
    },
    server: { version: "0.1.0", features: ["calls", "chat", "data"] },
  };
}

type Frame = [string | null, string | null, string, string, Record<string, unknown>];

/** What stands for the browser's WebSocket under the real phoenix client. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  /** Whether heartbeats are answered, as a living server does. */
  answers = true;
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "";
  timeout = 0;
  onopen: () => void = () => {};
  onclose: (event: object) => void = () => {};
  onerror: (event: object) => void = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  readonly sent: Frame[] = [];
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  static newest(): FakeSocket {
    const newest = FakeSocket.all.at(-1);
    if (!newest) throw new Error("nobody connected");
    return newest;
  }

  open(): void {
    this.readyState = 1;
    this.onopen();
  }

  send(text: string): void {
    const frame: Frame = JSON.parse(text);
    this.sent.push(frame);
    if (frame[3] === "heartbeat" && this.answers) {
      queueMicrotask(() => this.reply("heartbeat", "ok", {}));
    }
  }

  close(code = 1005): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose({ code });
  }

  /** The newest frame of an event; fails if it was not sent. */
  frame(event: string): Frame {
    const frame = this.sent.findLast(([, , , name]) => name === event);
    if (!frame) throw new Error(`${event} was not sent`);
    return frame;
  }

  has(event: string): boolean {
    return this.sent.some(([, , , name]) => name === event);
  }

  reply(event: string, status: "ok" | "error", response: object): void {
    const [joinRef, ref, topic] = this.frame(event);
    this.push([joinRef, ref, topic, "phx_reply", { status, response }]);
  }

  tell(event: string, payload: object): void {
    const [joinRef, , topic] = this.frame("phx_join");
    this.push([joinRef, null, topic, event, payload as Record<string, unknown>]);
  }

  push(frame: Frame): void {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

/** What a connection counts of a picture of which nothing came yet. */
export function streamStats(more: Partial<StreamStats> = {}): StreamStats {
  return {
    participant: "p2",
    source: "camera",
    direction: "in",
    kind: "video",
    bytes: 0,
    packets: 0,
    lost: 0,
    frames: 0,
    framesPerSecond: null,
    width: 640,
    height: 360,
    freezes: 0,
    freezeSeconds: 0,
    jitter: null,
    limited: null,
    ...more,
  };
}
