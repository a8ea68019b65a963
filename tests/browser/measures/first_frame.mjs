// From the click to the first frame of somebody else, and to one's own first frame at theirs: through
// the gateway, browser to browser, and, as what cannot be beaten, on Janus's own protocol. The devices
// are on before the click in all three. Interleaved, fresh pages: all three have the same machine.
import { sitDownDirectly, startEmptyPage } from "../support/direct.mjs";
import { sitDown } from "../support/page.mjs";
import { startParlour } from "../support/parlour.mjs";
import { framesOf, stopwatch, timesOf } from "../support/stopwatch.mjs";
import { until } from "../support/wait.mjs";

const ROUNDS = 20;
const WITHIN_MS = 240_000;

export async function firstFrames({ parlour, janus, browser, note, repeat }) {
  const mesh = await startParlour({ env: { JANUS_URL: undefined } });
  const empty = await startEmptyPage();
  try {
    const ways = [
      ["gateway", await throughParlour(browser, parlour.url)],
      ["mesh", await throughParlour(browser, mesh.url)],
      ["Janus's own protocol", await directly(browser, empty.url, janus.direct)],
    ];
    const theirs = ways.map(() => []);
    const own = ways.map(() => []);
    await repeat("first frame", ROUNDS, WITHIN_MS, async (round) => {
      for (let i = 0; i < ways.length; i += 1) {
        // Each is first as often as the others.
        const at = (round + i) % ways.length;
        const times = await ways[at][1].once(round);
        theirs[at].push(times.theirs);
        own[at].push(times.own);
      }
    });
    ways.forEach(([what], at) => {
      note(`${what}: join click → first remote frame`, theirs[at]);
    });
    ways.forEach(([what], at) => {
      note(`${what}: join click → first frame of the newcomer at the other`, own[at]);
    });
    for (const [, way] of ways) await way.close();
  } finally {
    empty.close();
    await mesh.stop();
  }
}

async function throughParlour(browser, url) {
  const seat = { url, room: "first-frame", before: [stopwatch], ready: true };
  const host = await sitDown(browser, { ...seat, name: "Host" });
  const frame = (person, of) =>
    until(
      `a frame of ${of.name} at ${person.name}'s`,
      async () => (await framesOf(person, of))[0],
      { note: () => person.story() },
    );
  return {
    async once() {
      const guest = await sitDown(browser, { ...seat, name: "Guest" });
      const [theirs, own] = await Promise.all([frame(guest, host), frame(host, guest)]);
      const { clicked } = await timesOf(guest);
      await guest.page.context().close();
      await host.seesNobody(guest);
      return { theirs: theirs - clicked, own: own - clicked };
    },
    close: () => host.page.context().close(),
  };
}

async function directly(browser, url, janus) {
  const seat = { url, janus, room: "direct" };
  const host = await sitDownDirectly(browser, { ...seat, name: "host" });
  await host.create();
  await host.join();
  return {
    async once(round) {
      const name = `guest-${round}`;
      const guest = await sitDownDirectly(browser, { ...seat, name });
      await guest.join();
      const [theirs, own] = await Promise.all([guest.firstFrame("host"), host.firstFrame(name)]);
      const clicked = await guest.clicked();
      await guest.close();
      return { theirs: theirs - clicked, own: own - clicked };
    },
    close: () => host.close(),
  };
}
