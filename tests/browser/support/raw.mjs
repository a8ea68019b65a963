// A bare client of the wire: for what the official one will not do, such as a reset connection.
import WebSocket from "ws";
import { afterTests } from "./leftovers.mjs";

const sockets = new Set();
afterTests(() => {
  for (const socket of sockets) socket.terminate();
});

/** Connects and joins. */
export async function rawGuest(url, room, name) {
  const raw = new Raw(url);
  await raw.open();
  const joined = await raw.push(`room:${room}`, "phx_join", { name });
  raw.id = joined.participant;
  return raw;
}

/** And starts a call that only receives. */
export async function rawCall(url, room, name) {
  const raw = await rawGuest(url, room, name);
  raw.call = await raw.push(`room:${room}`, "start_call", { streams: [] });
  return raw;
}

class Raw {
  #next = 1;
  #joinRefs = new Map();
  #waiting = new Map();

  constructor(url) {
    this.ws = new WebSocket(`${url.replace(/^http/, "ws")}/socket/websocket?vsn=2.0.0`);
    sockets.add(this.ws);
    this.ws.on("error", () => {});
    this.ws.on("message", (data) => {
      const [, ref, , event, payload] = JSON.parse(data.toString());
      if (event === "phx_reply" && this.#waiting.has(ref)) this.#waiting.get(ref)(payload);
    });
  }

  open() {
    return new Promise((resolve, reject) => {
      this.ws.once("open", resolve);
      this.ws.once("error", reject);
    });
  }

  push(topic, event, payload) {
    const ref = String(this.#next++);
    if (event === "phx_join") this.#joinRefs.set(topic, ref);
    this.ws.send(JSON.stringify([this.#joinRefs.get(topic) ?? null, ref, topic, event, payload]));
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${event}: not answered`)), 12_000);
      this.#waiting.set(ref, ({ status, response }) => {
        clearTimeout(late);
        if (status === "ok") resolve(response);
        else reject(new Error(`${event}: ${JSON.stringify(response)}`));
      });
    });
  }

  /** Resets the connection (RST), as a dying machine or a middlebox does. */
  reset() {
    this.ws._socket.resetAndDestroy();
  }
}
