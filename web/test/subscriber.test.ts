// Offers of what comes down: their order, their answers, and which picture is shown meanwhile.

import { beforeEach, expect, test } from "vitest";
import { History } from "../src/client/history";
import type { Answer } from "../src/client/protocol";
import { isOfAnotherHandle, Subscriber } from "../src/client/subscriber";
import { HandClock, settle } from "./support";

/** A connection that remembers what was done to it; every m-line it ever had stays. */
class FakePeer {
  closed = false;
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  frames = 0;
  readonly offers: string[] = [];
  readonly lines: { mid: string; receiver: { track: object } }[] = [];
  refuse = false;
  hold: Promise<void> | null = null;

  addEventListener(): void {}

  async setRemoteDescription({ sdp }: { sdp: string }): Promise<void> {
    if (this.hold) await this.hold;
    if (this.refuse) throw new Error("refused");
    this.offers.push(sdp);
    for (const mid of sdp.split("|")[1]?.split(",") ?? []) {
      if (!this.lines.some((line) => line.mid === mid)) {
        this.lines.push({ mid, receiver: { track: { of: mid } } });
      }
    }
  }

  async setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: `answer to ${this.offers.at(-1)}` };
  }

  getTransceivers() {
    return this.lines;
  }

  async getStats() {
    return new Map(
      this.lines.map(({ mid }) => [
        mid,
        { type: "inbound-rtp", kind: "video", mid, framesDecoded: this.frames },
      ]),
    );
  }

  close(): void {
    this.closed = true;
  }
}

let clock: HandClock;
let peers: FakePeer[];
let answers: { sdp: string; version: number; answer: (answer: Answer<unknown>) => void }[];
let trouble: string[];
let subscriber: Subscriber;

beforeEach(() => {
  clock = new HandClock();
  handles = new Map();
  peers = [];
  answers = [];
  trouble = [];
  subscriber = new Subscriber({
    makePeer: () => {
      const peer = new FakePeer();
      peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
    answer: ({ sdp }, version) =>
      new Promise((answer) => {
        answers.push({ sdp, version, answer });
      }),
    clock,
    history: new History(),
    onAnswered: () => {},
    onTrouble: (what) => trouble.push(what),
  });
});

let time = 0;
let handles: Map<number, number>;

/** An offer of handle `handle` whose lines show the participants named, in order. */
function offer(version: number, handle: number, ...participants: string[]): void {
  const mids = participants.map((_, index) => String(index));
  const origin = (handles.get(handle) ?? 0) + 1;
  handles.set(handle, origin);
  time += 1;
  subscriber.offer({
    jsep: { type: "offer", sdp: `o=- ${time} ${origin} IN IP4 0.0.0.0|${mids.join(",")}` },
    version,
    streams: participants.map((participant, index) => ({
      mid: String(index),
      participant,
      generation: 1,
      source: "camera",
    })),
  });
}

async function answered(): Promise<void> {
  await settle();
  answers.at(-1)?.answer({ kind: "ok", response: {} });
  await settle();
}

const shown = (participant: string) => subscriber.incoming.value.get(participant)?.camera;
const trackOf = (peer: number, line: number) => peers[peer]?.lines[line]?.receiver.track;
const versions = () => answers.map(({ version }) => version);

test("a handle counts its offers up and takes no m-line back", () => {
  const sdp = (time: number, version: number, lines: number) =>
    `v=0\r\no=- ${time} ${version} IN IP4 0.0.0.0\r\ns=-\r\n${"m=video 9\r\n".repeat(lines)}`;
  expect(isOfAnotherHandle(sdp(1, 2, 2), sdp(1, 2, 2))).toBe(false);
  expect(isOfAnotherHandle(sdp(1, 2, 2), sdp(2, 4, 2))).toBe(false);
  expect(isOfAnotherHandle(sdp(1, 2, 2), sdp(2, 4, 4))).toBe(false);
  expect(isOfAnotherHandle(sdp(1, 2, 2), sdp(2, 1, 4))).toBe(true);
  expect(isOfAnotherHandle(sdp(1, 1, 2), sdp(2, 1, 2))).toBe(true);
  expect(isOfAnotherHandle(sdp(1, 1, 4), sdp(2, 2, 2))).toBe(true);
});

test("an offer is applied and answered, and its lines belong to their participants", async () => {
  offer(1, 10, "ann", "bob");
  await settle();
  expect(versions()).toEqual([1]);
  expect(answers[0]?.sdp).toContain("answer to o=-");
  expect(shown("ann")).toBe(trackOf(0, 0));
  expect(shown("bob")).toBe(trackOf(0, 1));
});

test("offers that come at once are applied one after the other, the newest alone answered", async () => {
  let release = () => {};
  offer(1, 10, "ann");
  const peer = peers[0];
  if (peer) {
    peer.hold = new Promise((resolve) => {
      release = resolve;
    });
  }
  await answered();
  offer(2, 10, "ann");
  await settle();
  offer(3, 10, "ann", "bob");
  offer(4, 10, "ann", "bob", "cat");
  release();
  await settle();
  expect(versions()).toEqual([1, 4]);
  // 3 was overtaken before it was begun.
  expect(peer?.offers).toHaveLength(3);
});

test("an offer answered before is skipped; one whose answer was lost is answered again", async () => {
  offer(1, 10, "ann");
  await settle();
  answers[0]?.answer({ kind: "lost" });
  await settle();
  offer(1, 10, "ann");
  await answered();
  expect(versions()).toEqual([1, 1]);
  offer(1, 10, "ann");
  await settle();
  expect(versions()).toEqual([1, 1]);
});

test("another handle is another connection; the old picture stays until the new has a frame", async () => {
  offer(1, 10, "ann");
  await answered();
  const before = shown("ann");
  offer(2, 20, "ann");
  await answered();
  expect(peers).toHaveLength(2);
  await clock.advance(1_000);
  expect(shown("ann")).toBe(before);
  expect(peers[0]?.closed).toBe(false);
  if (peers[1]) peers[1].frames = 1;
  await clock.advance(100);
  expect(shown("ann")).toBe(trackOf(1, 0));
  expect(peers[0]?.closed).toBe(true);
});

test("an old connection is closed after 8 s even if no frame came", async () => {
  offer(1, 10, "ann");
  await answered();
  offer(2, 20, "ann");
  await answered();
  await clock.advance(7_900);
  expect(peers[0]?.closed).toBe(false);
  await clock.advance(200);
  expect(peers[0]?.closed).toBe(true);
  expect(shown("ann")).toBe(trackOf(1, 0));
});

test("after a hangup the next offer is of another connection in any case", async () => {
  offer(1, 10, "ann");
  await answered();
  subscriber.renew("hangup");
  offer(2, 10, "ann");
  await settle();
  expect(peers).toHaveLength(2);
});

test("an offer of a handle that is gone meanwhile is not answered", async () => {
  offer(1, 10, "ann");
  subscriber.renew("hangup");
  await settle();
  expect(versions()).toEqual([]);
});

test("a line given to somebody else does not show them under the old name", async () => {
  offer(1, 10, "ann");
  await answered();
  offer(2, 10, "bob");
  await answered();
  expect(shown("ann")).toBeUndefined();
  expect(shown("bob")).toBe(trackOf(0, 0));
});

test("a line that went keeps the last picture until its participant leaves", async () => {
  offer(1, 10, "ann", "bob");
  await answered();
  offer(2, 10, "ann");
  await answered();
  expect(shown("bob")).toBe(trackOf(0, 1));
  subscriber.keepOnly(new Set(["ann"]));
  expect(shown("bob")).toBeUndefined();
  expect(shown("ann")).toBe(trackOf(0, 0));
});

test("an offer that cannot be applied is trouble, and not answered", async () => {
  offer(1, 10, "ann");
  await answered();
  if (peers[0]) peers[0].refuse = true;
  offer(2, 10, "ann");
  await settle();
  expect(trouble).toEqual(["offer_failed"]);
  expect(versions()).toEqual([1]);
});

test("the end closes every connection", async () => {
  offer(1, 10, "ann");
  await answered();
  offer(2, 20, "ann");
  await answered();
  subscriber.reset();
  await clock.advance(60_000);
  expect(peers.map(({ closed }) => closed)).toEqual([true, true]);
  expect(subscriber.incoming.value.size).toBe(0);
});

test("what was under way when everything ended holds up nothing after it", async () => {
  offer(1, 10, "ann");
  await answered();
  // A closed connection never settles what it was asked.
  if (peers[0]) peers[0].hold = new Promise(() => {});
  offer(2, 10, "ann", "bob");
  await settle();
  subscriber.reset();
  offer(3, 20, "ann");
  await answered();
  offer(4, 20, "ann", "bob");
  await answered();
  expect(versions().slice(-2)).toEqual([3, 4]);
});
