// A proxy before Janus's REST API that counts what passes, and breaks the poll of one session: a
// fault of one call, at a known time, of which its Parlour hears at once.
import { connect, createServer } from "node:net";
import { until } from "./wait.mjs";

/** Starts it before the API at `target`, http://127.0.0.1:PORT/janus. */
export async function startProxy(target) {
  const proxy = new JanusProxy(new URL(target));
  await proxy.listen();
  return proxy;
}

class JanusProxy {
  /** Every request: `{session, kind}`; the kind of a plugin's message is what it asks of it. */
  requests = [];
  #target;
  #server;
  #sockets = new Set();
  /** Session → the connection on which its poll waits. */
  #polls = new Map();

  constructor(target) {
    this.#target = target;
    this.#server = createServer((client) => this.#serve(client));
  }

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}${this.#target.pathname}`;
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  /** Resets the poll of a session; gives the time (performance.now()). */
  async breakPoll(session) {
    const client = await until("a poll of the session", () => this.#polls.get(session), {
      within: 5000,
      every: 1,
    });
    const at = performance.now();
    client.resetAndDestroy();
    return at;
  }

  /** The sessions for which a poll waits now. */
  polled() {
    return [...this.#polls.keys()];
  }

  #serve(client) {
    const server = connect(Number(this.#target.port), this.#target.hostname);
    let unread = Buffer.alloc(0);
    let poll = null;
    const answered = () => {
      if (poll !== null && this.#polls.get(poll) === client) this.#polls.delete(poll);
      poll = null;
    };
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("end", () => other.end());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        answered();
        other.destroy();
      });
    }
    client.on("data", (data) => {
      server.write(data);
      unread = Buffer.concat([unread, data]);
      for (;;) {
        const { request, length } = readRequest(unread) ?? {};
        if (!request) break;
        unread = unread.subarray(length);
        this.requests.push(request);
        if (request.kind === "poll") {
          poll = request.session;
          this.#polls.set(poll, client);
        }
      }
    });
    server.on("data", (data) => {
      answered();
      client.write(data);
    });
  }
}

/** The request that a buffer begins with, when it is whole. */
function readRequest(buffer) {
  const end = buffer.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = buffer.subarray(0, end).toString("latin1");
  const weight = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  const length = end + 4 + weight;
  if (buffer.length < length) return null;
  const [, method, path] = /^(\S+) (\S+)/.exec(head);
  const session = Number(/^\/janus\/(\d+)/.exec(path)?.[1] ?? 0) || null;
  if (method === "GET") {
    return { request: { session, kind: session ? "poll" : "info" }, length };
  }
  const { janus, id, body } = JSON.parse(buffer.subarray(end + 4, length).toString());
  // A session that is created is named in the request: its id is the client's choice.
  return { request: { session: session ?? id ?? null, kind: kindOf(janus, body) }, length };
}

function kindOf(janus, body) {
  if (janus !== "message") return janus;
  // A plugin's words that Janus itself uses too.
  return ["create", "destroy"].includes(body.request) ? `${body.request}_room` : body.request;
}
