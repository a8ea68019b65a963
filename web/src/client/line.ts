// What the phoenix client takes for a WebSocket: one that can be given up without a word.
//
// A close frame or a FIN of the old connection that overtakes the join of the new one would be a leave
// to everybody else. Left alone, the old one is ended by the server when it sees the new join.

import type { Clock } from "./clock";

/** What makes the browser's WebSocket, or a test's. */
export type Transport = new (url: string) => WebSocket;

const OPEN = 1;
const CLOSED = 3;
/** So long the server may take to close a line that was given up: more than until its successor has
 * joined, and more than the 9 s after which the server gives a silent one up. */
const LEFT_MS = 10_000;

export class Line {
  readonly #socket: WebSocket;
  /** How not to close it later; null while it is in use. */
  #keep: (() => void) | null = null;

  /** The phoenix client sets these five, and reads the next. */
  onopen: () => void = () => {};
  onclose: (event: CloseEvent) => void = () => {};
  onerror: (event: Event) => void = () => {};
  onmessage: (event: MessageEvent) => void = () => {};
  timeout = 0;
  /** The watch beats for it, also while the page is hidden. */
  readonly skipHeartbeat = true;

  constructor(url: string, Base: Transport = WebSocket) {
    this.#socket = new Base(url);
    this.#socket.onopen = () => this.onopen();
    this.#socket.onclose = (event) => this.onclose(event);
    this.#socket.onerror = (event) => this.onerror(event);
    this.#socket.onmessage = (event) => this.onmessage(event);
  }

  get readyState(): number {
    return this.#keep ? CLOSED : this.#socket.readyState;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  set binaryType(type: BinaryType) {
    this.#socket.binaryType = type;
  }

  send(text: string): void {
    if (!this.#keep) this.#socket.send(text);
  }

  /** Asked by the phoenix client; a line that was given up is closed by nobody but `end`. */
  close(code?: number, reason?: string): void {
    if (!this.#keep) this.#socket.close(code, reason);
  }

  /**
   * Nothing is sent or heard any more, and it counts as closed; but it is left to the server, which has
   * 10 s. `closed` is called once it is. False if it is not open: nobody joined over it.
   */
  giveUp(clock: Clock, closed: () => void): boolean {
    if (this.readyState !== OPEN) return false;
    const socket = this.#socket;
    [socket.onopen, socket.onerror, socket.onmessage] = [null, null, null];
    socket.onclose = () => {
      this.#keep?.();
      closed();
    };
    this.#keep = clock.after(LEFT_MS, () => this.end());
    return true;
  }

  /** Closes it at once. */
  end(): void {
    this.#keep?.();
    this.#socket.close();
  }
}
