// What a connection test finds before anybody joins.

import { beforeEach, expect, test } from "vitest";
import { ConnectionTest } from "../src/client/connection_test";
import { FakeSocket, HandClock, settle } from "./support";

/** A connection whose network is what the test says it is. */
class FakePeer extends EventTarget {
  connectionState: RTCPeerConnectionState = "new";
  channel = new EventTarget() as EventTarget & { send(): void };
  readonly config: RTCConfiguration;

  constructor(config: RTCConfiguration) {
    super();
    this.config = config;
    peers.push(this);
    this.channel.send = () => {
      const event = new Event("datachannel");
      const channel = new EventTarget();
      peers.at(-1)?.dispatchEvent(Object.assign(event, { channel }));
      channel.dispatchEvent(new Event("message"));
    };
  }

  createDataChannel(): object {
    return this.channel;
  }

  createOffer(): Promise<object> {
    return Promise.resolve({});
  }

  createAnswer(): Promise<object> {
    return Promise.resolve({});
  }

  setLocalDescription(): Promise<void> {
    queueMicrotask(() => network(this));
    return Promise.resolve();
  }

  setRemoteDescription(): Promise<void> {
    return Promise.resolve();
  }

  addIceCandidate(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.connectionState = "closed";
  }

  candidate(type: string | null): void {
    const candidate = type === null ? null : { candidate: `candidate:${type}`, type };
    this.dispatchEvent(Object.assign(new Event("icecandidate"), { candidate }));
  }

  refuse(errorCode: number): void {
    this.dispatchEvent(Object.assign(new Event("icecandidateerror"), { errorCode }));
  }
}

let clock: HandClock;
let peers: FakePeer[];
let network: (peer: FakePeer) => void;
let ready: () => Promise<Response>;
let told: (headers: unknown) => Promise<Response>;

beforeEach(() => {
  FakeSocket.all = [];
  clock = new HandClock();
  peers = [];
  network = (peer) => {
    peer.candidate("host");
    peer.candidate(null);
  };
  ready = () => Promise.resolve(Response.json({ status: "ready", mode: "gateway" }));
  told = () => Promise.reject(new TypeError("no"));
});

/** `iceServers` null: the server is asked. */
function makeTest(
  iceServers: RTCIceServer[] | null = [],
  webRtc = true,
  token?: string,
): ConnectionTest {
  return new ConnectionTest({
    endpoint: "ws://parlour.test/below/socket",
    ...(iceServers ? { iceServers } : {}),
    token,
    clock,
    transport: FakeSocket as never,
    fetch: (url, init) => {
      if (url === "http://parlour.test/below/ice_servers") return told(init?.headers);
      expect(url).toBe("http://parlour.test/below/readyz");
      return ready();
    },
    makePeer: webRtc ? (config) => new FakePeer(config) as unknown as RTCPeerConnection : null,
  });
}

/** A minute, in steps: one probe begins where another has ended. */
async function pass(): Promise<void> {
  for (let second = 0; second < 60; second += 1) await clock.advance(1_000);
}

/** The whole test, on a socket that opens and answers. */
async function run(tested: ConnectionTest): Promise<string[]> {
  const ended = tested.run();
  FakeSocket.newest().open();
  await pass();
  return (await ended).map(({ step, state, detail }) =>
    [step, state, detail].filter((word) => word !== null).join(" "),
  );
}

const TURN: RTCIceServer = {
  urls: ["turn:t:3478", "turn:t:3478?transport=tcp", "turns:t:5349?transport=tcp", "stun:t:3478"],
  username: "u",
  credential: "c",
};

test("without relays it tells of the server and of one's own addresses", async () => {
  expect(await run(makeTest())).toEqual([
    "signalling ok",
    "server ok gateway",
    "candidates ok",
    "stun skipped none",
    "turn_udp skipped none",
    "turn_tcp skipped none",
    "turn_tls skipped none",
  ]);
  expect(peers.every((peer) => peer.connectionState === "closed")).toBe(true);
  expect(FakeSocket.all.every(({ readyState }) => readyState === 3)).toBe(true);
});

test("a round trip is the median of five", async () => {
  const tested = makeTest();
  void tested.run();
  const socket = FakeSocket.newest();
  socket.answers = false;
  socket.open();
  for (const ms of [10, 900, 20, 30, 25]) {
    await clock.advance(ms);
    socket.reply("heartbeat", "ok", {});
  }
  await settle();
  expect(tested.steps.value[0]).toEqual({
    step: "signalling",
    state: "ok",
    detail: null,
    ms: 25,
  });
});

test.each<[string, (socket: FakeSocket) => void]>([
  ["unreachable", (socket) => socket.close(1006)],
  [
    "lost",
    (socket) => {
      socket.answers = false;
      socket.open();
      socket.close(1006);
    },
  ],
  ["timeout", () => {}],
])("a socket that is %s is told so, and the rest is tried all the same", async (detail, meet) => {
  const tested = makeTest();
  const ended = tested.run();
  meet(FakeSocket.newest());
  await pass();
  const [signalling, server] = await ended;
  expect(signalling).toMatchObject({ state: "failed", detail, ms: null });
  expect(server).toMatchObject({ state: "ok" });
});

test.each<[string, () => Promise<Response>]>([
  ["draining", async () => Response.json({ status: "not_ready", reason: "draining" })],
  ["gateway_down", async () => Response.json({ status: "not_ready", reason: "janus_unreachable" })],
  ["bad_answer", async () => new Response("<h1>hello</h1>")],
  ["unreachable", () => Promise.reject(new TypeError("no"))],
  ["timeout", () => new Promise(() => {})],
])("a server that is %s is told so", async (detail, answer) => {
  ready = answer;
  expect((await run(makeTest()))[1]).toBe(`server failed ${detail}`);
});

test("each way to the relay is tried by itself, only by relay", async () => {
  network = (peer) => {
    const [server] = peer.config.iceServers ?? [];
    const [url] = [server?.urls ?? []].flat();
    const first = peers.indexOf(peer) % 2 === 1;
    if (url?.startsWith("stun")) {
      peer.candidate("host");
      peer.candidate("srflx");
    } else if (url === "turn:t:3478") {
      peer.refuse(701);
      peer.candidate(null);
    } else if (url === "turn:t:3478?transport=tcp") {
      peer.refuse(401);
      peer.candidate(null);
    } else {
      expect(peer.config.iceTransportPolicy).toBe("relay");
      peer.candidate("relay");
      if (first) peer.channel.dispatchEvent(new Event("open"));
    }
  };
  expect((await run(makeTest([TURN]))).slice(2)).toEqual([
    "candidates ok",
    "stun ok",
    "turn_udp failed no_answer",
    "turn_tcp failed unauthorized",
    "turn_tls ok",
  ]);
});

test("a relay that carries nothing, and a STUN server that says nothing", async () => {
  network = (peer) => {
    if (peer.config.iceTransportPolicy === "relay") peer.candidate("relay");
    else {
      peer.candidate("host");
      peer.refuse(701);
      peer.candidate(null);
    }
  };
  expect((await run(makeTest([TURN]))).slice(3)).toEqual([
    "stun failed no_answer",
    "turn_udp failed not_relayed",
    "turn_tcp failed not_relayed",
    "turn_tls failed not_relayed",
  ]);
});

test("what the server tells before joining is tried, and the token is shown to it", async () => {
  const shown: unknown[] = [];
  told = async (headers) => {
    shown.push(headers);
    return Response.json({ ice_servers: [TURN] });
  };
  network = (peer) => {
    peer.candidate("host");
    if (peer.config.iceTransportPolicy !== "relay") peer.candidate(null);
    else {
      expect(peer.config.iceServers?.[0]).toMatchObject({ username: "u", credential: "c" });
      peer.refuse(701);
      peer.candidate(null);
    }
  };
  const found = [await run(makeTest(null)), await run(makeTest(null, true, "t.o.k"))];
  for (const steps of found) expect(steps.slice(3, 5)).toEqual(["stun ok", expect.any(String)]);
  expect(shown).toEqual([undefined, { authorization: "Bearer t.o.k" }]);
});

test.each<[string, () => Promise<Response>]>([
  ["refuses", async () => Response.json({ reason: "too_fast" }, { status: 429 })],
  ["knows no such question", async () => new Response("<h1>hello</h1>", { status: 404 })],
  ["answers nonsense", async () => Response.json({ ice_servers: "none" })],
  ["cannot be reached", () => Promise.reject(new TypeError("no"))],
])("where the server %s, relays are not tried, and the rest is", async (_, answer) => {
  told = answer;
  expect((await run(makeTest(null))).slice(2)).toEqual([
    "candidates ok",
    "stun skipped not_told",
    "turn_udp skipped not_told",
    "turn_tcp skipped not_told",
    "turn_tls skipped not_told",
  ]);
});

test("without WebRTC the rest is skipped", async () => {
  expect((await run(makeTest([TURN], false))).slice(2)).toEqual([
    "candidates failed no_webrtc",
    "stun skipped no_webrtc",
    "turn_udp skipped no_webrtc",
    "turn_tcp skipped no_webrtc",
    "turn_tls skipped no_webrtc",
  ]);
});

test("a test that is stopped closes everything and says no more", async () => {
  const tested = makeTest();
  const ended = tested.run();
  expect(tested.steps.value[0]?.state).toBe("running");
  tested.stop();
  await ended;
  expect(tested.steps.value.every(({ state }) => state === "waiting")).toBe(true);
  await clock.advance(60_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(FakeSocket.newest().readyState).toBe(3);
  expect(tested.steps.value.every(({ state }) => state === "waiting")).toBe(true);
});
