// The official phoenix client in Node: it joins rooms, and writes down what they say, with the time.
import { Presence, Socket } from "phoenix";
import WebSocket from "ws";
import { afterTests } from "./leftovers.mjs";
import { until } from "./wait.mjs";

// Whoever a failed test left behind would keep its process alive.
const guests = new Set();
/** Closes all that are still there. */
export const sendGuestsHome = () => Promise.all([...guests].map((guest) => guest.close()));
afterTests(sendGuestsHome);

const socketUrl = (url) => `${url.replace(/^http/, "ws")}/socket`;

/**
 * Joins a room, as a participant without media of its own.
 * @param {string} url of the server, http://…
 * @param {{room: string, name?: string, join?: object, params?: object, authToken?: string}} options
 */
export async function joinAs(url, { room, name = "Witness", join = {}, params = {}, authToken }) {
  const guest = new Guest(url, params, authToken);
  await guest.join(room, { name, ...join });
  return guest;
}

export class Guest {
  /** Everything the room said: `{at, event, payload}`, `at` by performance.now(). */
  events = [];
  /** Every answer to a join: the first, and one for each time the socket came back. */
  joins = [];
  /** Times (performance.now()) at which the socket opened. */
  opened = [];

  constructor(url, params = {}, authToken = undefined) {
    this.socket = new Socket(socketUrl(url), { transport: WebSocket, params, authToken });
    this.socket.onOpen(() => this.opened.push(performance.now()));
    this.socket.onError(() => {});
    this.socket.connect();
    guests.add(this);
  }

  /** Joins; `payload` may be a function, asked at each (re)join. */
  async join(room, payload) {
    this.channel = this.socket.channel(`room:${room}`, payload);
    this.channel.onMessage = (event, message) => {
      if (!event.startsWith("chan_reply_") && event !== "phx_reply") {
        this.events.push({ at: performance.now(), event, payload: message });
      }
      return message;
    };
    this.presence = new Presence(this.channel);
    const push = this.channel.join();
    push.receive("ok", (answer) => this.joins.push(answer));
    return new Promise((resolve, reject) => {
      push.receive("ok", resolve);
      push.receive("error", (answer) =>
        reject(new Error(`join refused: ${JSON.stringify(answer)}`)),
      );
      push.receive("timeout", () => reject(new Error("join not answered")));
    });
  }

  /** One's own participant id. */
  get id() {
    return this.joins.at(-1)?.participant;
  }

  /** Sends a request; gives the ok answer, or throws an Error with `answer`. */
  ask(event, payload = {}) {
    return new Promise((resolve, reject) => {
      this.channel
        .push(event, payload)
        .receive("ok", resolve)
        .receive("error", (answer) =>
          reject(Object.assign(new Error(`${event}: ${JSON.stringify(answer)}`), { answer })),
        )
        .receive("timeout", () => reject(new Error(`${event}: not answered`)));
    });
  }

  /** Who is there: participant → their newest meta. */
  present() {
    const people = {};
    this.presence.list((id, { metas }) => {
      people[id] = metas.at(-1);
    });
    return people;
  }

  /** The events of one name that pass `test`, since `from`. */
  heard(event, test = () => true, from = 0) {
    return this.events.filter((e) => e.event === event && e.at >= from && test(e.payload));
  }

  /** Waits for such an event, and gives it. */
  async hears(event, test = () => true, { within = 20_000, from = 0 } = {}) {
    return until(`${event}`, () => this.heard(event, test, from)[0], {
      within,
      every: 10,
      note: () => this.events.slice(-12),
    });
  }

  /** The presence_diffs in which somebody left (an update names them in `joins` too). */
  leavesOf(participant, from = 0) {
    return this.heard(
      "presence_diff",
      ({ joins, leaves }) => participant in leaves && !(participant in joins),
      from,
    );
  }

  /** Waits for that, and gives it. */
  async seesLeaveOf(participant, { within = 20_000 } = {}) {
    return until(`${participant} to leave`, () => this.leavesOf(participant)[0], {
      within,
      every: 10,
      note: () => this.events.slice(-12),
    });
  }

  stopCallsOf(participant, from = 0) {
    return this.heard("stop_call", (call) => call.participant === participant, from);
  }

  /** Leaves for good. */
  close() {
    guests.delete(this);
    return new Promise((resolve) => this.socket.disconnect(resolve));
  }
}
