// A meeting on Janus's own protocol, without Parlour: a page that speaks to the VideoRoom by WebSocket.
// It does as little as can be done, and at once what need not wait: what a page of Parlour's is
// measured beside.
import { createServer } from "node:http";
import { until } from "./wait.mjs";

/** Serves an empty page, which may speak to anybody. */
export async function startEmptyPage() {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>direct</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => server.close(),
  };
}

/** In the page: `window.direct.ready()` switches the devices on, `window.direct.join(…)` comes in. */
function client() {
  const seen = { clicked: null, frames: {} };
  const subscribed = new Map();
  let stream;

  /** One session: requests by transaction, events by handle. */
  async function connect({ websocket, secret }) {
    const socket = new WebSocket(websocket, "janus-protocol");
    const waiting = new Map();
    const handlers = new Map();
    let last = 0;
    let session;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      const { janus, transaction, sender } = message;
      // "ack": the answer proper comes as an event.
      if (janus === "ack") return;
      if (waiting.has(transaction)) {
        const { resolve, reject } = waiting.get(transaction);
        waiting.delete(transaction);
        const error = message.error ?? message.plugindata?.data?.error;
        if (error) reject(new Error(JSON.stringify(error)));
        else resolve(message);
      } else handlers.get(sender)?.(message);
    };
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("no WebSocket to Janus"));
    });
    const ask = (body) =>
      new Promise((resolve, reject) => {
        const transaction = String(++last);
        waiting.set(transaction, { resolve, reject });
        const to = session ? { session_id: session } : {};
        socket.send(JSON.stringify({ ...to, ...body, transaction, apisecret: secret }));
      });
    session = (await ask({ janus: "create" })).data.id;
    setInterval(() => ask({ janus: "keepalive" }), 20_000);
    const attach = async (onEvent = () => {}) => {
      const { data } = await ask({ janus: "attach", plugin: "janus.plugin.videoroom" });
      handlers.set(data.id, onEvent);
      return {
        say: (body, jsep) =>
          ask({ janus: "message", handle_id: data.id, body, ...(jsep && { jsep }) }),
        trickle: (candidate) =>
          ask({
            janus: "trickle",
            handle_id: data.id,
            candidate: candidate ?? { completed: true },
          }),
      };
    };
    return { attach };
  }

  function peer(handle) {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    connection.onicecandidate = ({ candidate }) => handle.trickle(candidate);
    return connection;
  }

  function show(feed, track) {
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
    video.requestVideoFrameCallback(() => {
      seen.frames[feed] ??= Date.now();
    });
    void video.play();
  }

  async function publish(handle) {
    const connection = peer(handle);
    for (const track of stream.getTracks()) {
      connection.addTransceiver(track, { direction: "sendonly" });
    }
    await connection.setLocalDescription();
    const { jsep } = await handle.say({ request: "publish" }, connection.localDescription);
    await connection.setRemoteDescription(jsep);
  }

  async function subscribe(session, room, feed) {
    const handle = await session.attach();
    const connection = peer(handle);
    subscribed.set(feed, connection);
    connection.ontrack = ({ track }) => {
      if (track.kind === "video") show(feed, track);
    };
    const offer = await handle.say({
      request: "join",
      ptype: "subscriber",
      room,
      streams: [{ feed }],
    });
    await connection.setRemoteDescription(offer.jsep);
    await connection.setLocalDescription();
    await handle.say({ request: "start" }, connection.localDescription);
  }

  window.direct = {
    seen,
    async ready() {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: true,
        video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
      });
    },
    async create(room, janus) {
      const handle = await (await connect(janus)).attach();
      await handle.say({
        request: "create",
        room,
        admin_key: janus.key,
        publishers: 30,
        videocodec: "vp8",
        audiocodec: "opus",
        fir_freq: 10,
      });
    },
    async join(room, feed, janus) {
      seen.clicked = Date.now();
      const session = await connect(janus);
      const subscribeAll = (publishers = []) =>
        Promise.all(publishers.map(({ id }) => subscribe(session, room, id)));
      const handle = await session.attach(({ plugindata }) => {
        const { publishers, unpublished } = plugindata?.data ?? {};
        void subscribeAll(publishers);
        subscribed.get(unpublished)?.close();
      });
      const { plugindata } = await handle.say({
        request: "join",
        ptype: "publisher",
        room,
        id: feed,
      });
      await Promise.all([subscribeAll(plugindata.data.publishers), publish(handle)]);
    },
  };
}

/** Somebody at such a page, the devices on already. */
export async function sitDownDirectly(browser, { url, janus, room, name }) {
  const context = await browser.newContext({ viewport: { width: 960, height: 640 } });
  const page = await context.newPage();
  await page.addInitScript(client);
  await page.goto(url);
  await page.evaluate(() => window.direct.ready());
  const firstFrame = (of) =>
    until(`a frame of ${of} at ${name}'s`, () =>
      page.evaluate((feed) => window.direct.seen.frames[feed], of),
    );
  return {
    name,
    page,
    create: () =>
      page.evaluate(([room, janus]) => window.direct.create(room, janus), [room, janus]),
    join: () =>
      page.evaluate(
        ([room, name, janus]) => window.direct.join(room, name, janus),
        [room, name, janus],
      ),
    clicked: () => page.evaluate(() => window.direct.seen.clicked),
    firstFrame,
    close: () => context.close(),
  };
}
