// Whether a meeting will work from here, tried before joining: which ways are open, which are closed.
//
//   const test = new ConnectionTest({ endpoint: "wss://host/socket" });
//   test.steps     Readable<readonly TestStep[]>: { step, state, detail, ms }, always all steps in order
//   await test.run()   from the start, each time; gives the steps at the end
//   test.stop()        steps that were not done are waiting again
//
// Steps, what `ms` is, and what the words are said of:
//   signalling   the socket opens and answers     median of five round trips
//   server       GET readyz                       until its answer; ok says "gateway" or "mesh"
// Then the server is asked which STUN and TURN servers there are.
//   candidates   this browser may use the network until its first address
//   stun         a STUN server answers            until the answer
//   turn_udp, turn_tcp, turn_tls   data goes through a relay on that way    until it does
// The page has the words.

import type { SocketConnectOption } from "phoenix";
import { type Clock, pageClock } from "./clock";
import {
  askIceServers,
  type ProbeContext,
  probeServer,
  probeSignalling,
  type TestFailure,
  type TestFinding,
  type TestOutcome,
} from "./connection_probes";
import { probeAddresses, probeRelay, type RelayWay, relaysOf } from "./relay_probes";
import { type Readable, Store } from "./store";

export type TestStepName = "signalling" | "server" | "candidates" | "stun" | `turn_${RelayWay}`;

export type TestStepState = "waiting" | "running" | "ok" | "failed" | "skipped";

export interface TestStep {
  step: TestStepName;
  state: TestStepState;
  detail: TestFailure | TestFinding | null;
  ms: number | null;
}

export interface ConnectionTestOptions {
  /** The socket's endpoint, without `/websocket`: `wss://host/socket`. */
  endpoint: string;
  /** For a server that wants one before it tells of its STUN and TURN servers. */
  token?: string | undefined;
  /** Unsaid, the server is asked. Without any, the steps about them are skipped. */
  iceServers?: readonly RTCIceServer[];
  clock?: Clock;
  /** For tests: what stands for the browser's. */
  transport?: SocketConnectOption["transport"];
  fetch?: typeof fetch;
  makePeer?: ((config: RTCConfiguration) => RTCPeerConnection) | null;
}

const STEPS: readonly TestStepName[] = [
  "signalling",
  "server",
  "candidates",
  "stun",
  "turn_udp",
  "turn_tcp",
  "turn_tls",
];
const WAYS: readonly RelayWay[] = ["udp", "tcp", "tls"];

export class ConnectionTest {
  readonly #options: ConnectionTestOptions;
  readonly #clock: Clock;
  readonly #makePeer: ((config: RTCConfiguration) => RTCPeerConnection) | null;
  readonly #steps = new Store<readonly TestStep[]>(STEPS.map(waiting));
  #running = new AbortController();

  constructor(options: ConnectionTestOptions) {
    this.#options = options;
    this.#clock = options.clock ?? pageClock;
    this.#makePeer = options.makePeer === undefined ? browserPeers() : options.makePeer;
  }

  get steps(): Readable<readonly TestStep[]> {
    return this.#steps;
  }

  /** Tries everything, a run that goes on is given up. Resolves with how it ended. */
  async run(): Promise<readonly TestStep[]> {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    this.#steps.set(STEPS.map(waiting));
    const { signal } = running;
    const probe: ProbeContext = { clock: this.#clock, signal };
    const { endpoint, transport, token } = this.#options;
    const get = this.#options.fetch ?? fetch;
    const makePeer = this.#makePeer;

    // These alone: a round trip measured beside other traffic is none.
    await this.#take(signal, "signalling", () => probeSignalling(probe, endpoint, transport));
    await this.#take(signal, "server", () => probeServer(probe, endpoint, get));
    if (!makePeer) {
      const detail = "no_webrtc";
      await this.#take(signal, "candidates", async () => ({ state: "failed", detail }));
      for (const step of STEPS.slice(3)) {
        await this.#take(signal, step, async () => ({ state: "skipped", detail }));
      }
      return this.#steps.value;
    }
    const iceServers =
      this.#options.iceServers ?? (await askIceServers(probe, endpoint, token, get));
    // Beside each other: what does not answer takes its time.
    const addresses = probeAddresses(probe, makePeer, iceServers);
    await Promise.all([
      this.#take(signal, "candidates", () => addresses.host),
      this.#take(signal, "stun", () => addresses.stun),
      ...WAYS.map((way) =>
        this.#take(signal, `turn_${way}`, () =>
          probeRelay(probe, makePeer, relaysOf(iceServers, way)),
        ),
      ),
    ]);
    return this.#steps.value;
  }

  /** Gives up, and closes what is open. */
  stop(): void {
    this.#running.abort();
    this.#steps.set(
      this.#steps.value.map((step) => (step.state === "running" ? waiting(step.step) : step)),
    );
  }

  async #take(
    signal: AbortSignal,
    step: TestStepName,
    probe: () => Promise<TestOutcome>,
  ): Promise<void> {
    if (signal.aborted) return;
    this.#set({ step, state: "running", detail: null, ms: null });
    const outcome = await probe();
    if (signal.aborted) return;
    const ms = outcome.state === "ok" ? Math.round(outcome.ms) : null;
    this.#set({ step, state: outcome.state, detail: outcome.detail ?? null, ms });
  }

  #set(step: TestStep): void {
    this.#steps.set(this.#steps.value.map((other) => (other.step === step.step ? step : other)));
  }
}

function waiting(step: TestStepName): TestStep {
  return { step, state: "waiting", detail: null, ms: null };
}

function browserPeers(): ((config: RTCConfiguration) => RTCPeerConnection) | null {
  return typeof RTCPeerConnection === "undefined"
    ? null
    : (config) => new RTCPeerConnection(config);
}
