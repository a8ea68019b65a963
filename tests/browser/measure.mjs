// Measures what Parlour promises, on a real Janus and real browsers: `make measure`.
//
// Prints a table and, after it, the same as one line of JSON. Each part has an end in time: one that
// is reached says so by its n. Times of sockets are of this process; those of pages are of their
// Date.now(), on this machine, so they are good to 1 ms and a frame (33 to 100 ms with the fake camera).
import { setTimeout as pause } from "node:timers/promises";
import { firstFrames } from "./measures/first_frame.mjs";
import { firstLoad } from "./measures/first_load.mjs";
import { longMeeting } from "./measures/long_meeting.mjs";
import { callOfSix } from "./measures/six.mjs";
import { figure, machine, table } from "./support/figures.mjs";
import { startJanus } from "./support/janus.mjs";
import { startProxy } from "./support/janus_proxy.mjs";
import { openBrowser, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { joinAs } from "./support/phoenix.mjs";
import { rawCall } from "./support/raw.mjs";
import { comeback, framesOf, nextTrack, stopwatch, timesOf } from "./support/stopwatch.mjs";
import { until } from "./support/wait.mjs";

const IN_CALL_MS = 10_000;
/** A call that held for 5 s was a good one: what happens to it then is not yet trouble repeated. */
const STEADY_MS = 5_500;
/** What `measure.mjs only=crash,requests` runs; without it, everything. */
const only = process.argv
  .find((arg) => arg.startsWith("only="))
  ?.slice(5)
  .split(",");
const figures = [];
const wrong = [];
const before = [stopwatch];

/** Notes values as one line of the table. */
function note(what, values, unit) {
  figures.push(figure(what, values, unit));
}

/** Runs `once(i)` up to `n` times, until `within` ms are over; what fails is told and left out. */
async function repeat(what, n, within, once) {
  const end = performance.now() + within;
  for (let i = 0; i < n && performance.now() < end; i += 1) {
    try {
      await once(i);
    } catch (error) {
      wrong.push(`${what}, ${i + 1}: ${error.message.split("\n")[0]}`);
      if (wrong.length > 20) throw error;
    }
  }
}

const closePages = (...people) => Promise.all(people.map((p) => p?.page.context().close()));

/** Both events of a leave at everybody who stays, in ms from `at`: the last of them counts. */
async function heardGone(witnesses, id, at) {
  const gone = await Promise.all(
    witnesses.map(async (witness) => ({
      stop: await witness.hears("stop_call", (call) => call.participant === id, { within: 15_000 }),
      leave: await witness.seesLeaveOf(id, { within: 15_000 }),
    })),
  );
  return {
    stop: Math.max(...gone.map(({ stop }) => stop.at)) - at,
    leave: Math.max(...gone.map(({ leave }) => leave.at)) - at,
  };
}

/** (a) Somebody is gone: until two others have `stop_call` and the leave. */
async function goneTabs(parlour, browser) {
  const { url } = parlour;
  const ways = [
    ["socket reset", 200, 40_000, (room) => rawCall(url, room, "Goer"), (goer) => goer.reset()],
    ["socket closed", 200, 40_000, (room) => rawCall(url, room, "Goer"), (goer) => goer.ws.close()],
    [
      "tab closed",
      20,
      50_000,
      (room) => sitDown(browser, { url, room, name: "Goer" }),
      (goer) => goer.closeTab(),
    ],
  ];
  for (const [what, n, within, come, go] of ways) {
    const room = what.replaceAll(" ", "-");
    const witnesses = [await joinAs(url, { room }), await joinAs(url, { room })];
    const [stops, leaves] = [[], []];
    await repeat(what, n, within, async () => {
      const goer = await come(room);
      await until("both to know of the call", () =>
        witnesses.every((witness) => witness.present()[goer.id]?.call),
      );
      const at = performance.now();
      const going = go(goer);
      const { stop, leave } = await heardGone(witnesses, goer.id, at);
      stops.push(stop);
      leaves.push(leave);
      await going;
      await goer.page?.context().close();
      for (const witness of witnesses) witness.events.length = 0;
    });
    note(`${what} → stop_call at the others`, stops);
    note(`${what} → presence_diff at the others`, leaves);
    await Promise.all(witnesses.map((witness) => witness.close()));
  }
}

/** (b) The poller of one call crashes: until the others hear of it, and until its frames are back. */
async function crashes(parlour, janus, proxy, browser) {
  const seat = { url: parlour.url, room: "crash", before };
  const people = [
    await sitDown(browser, { ...seat, name: "Alice" }),
    await sitDown(browser, { ...seat, name: "Bob" }),
  ];
  const witness = await joinAs(parlour.url, { room: seat.room });
  const [stops, peers, fromStops, selves, gaps] = [[], [], [], [], []];
  /** From when on a crash of theirs is the first one again, and the restart not held back. */
  const steady = {};
  await Promise.all([people[0].sees(people[1]), people[1].sees(people[0])]);
  await repeat("crash", 20, 80_000, async (i) => {
    const [one, other] = i % 2 ? people : [...people].reverse();
    await until("their call to be steady", () => performance.now() - (steady[one.id] ?? 0) > 0);
    const [session] = await janus.sessionsOf(one.id);
    if (!session) throw new Error("no session of theirs on Janus");
    const generation = witness.present()[one.id].call;
    const from = performance.now();
    const at = await proxy.breakPoll(session);
    const since = Date.now();
    const theirs = ({ participant }) => participant === one.id;
    const stop = await witness.hears("stop_call", theirs, { within: 15_000, from });
    if (stop.payload.generation !== generation) throw new Error("stop_call of another generation");
    const published = await witness.hears(
      "publishers",
      ({ publishers }) => publishers.some((p) => theirs(p) && p.generation > generation),
      { within: 20_000, from },
    );
    const notBefore = since + published.at - at;
    const again = await comeback(other, one, { since, notBefore });
    // What comes down to the one who crashed has a new connection too.
    const own = await nextTrack(one, other, { since });
    await one.sees(other);
    steady[one.id] = performance.now() + STEADY_MS;
    stops.push(stop.at - at);
    peers.push(again.first - since);
    fromStops.push(again.first - since - (stop.at - at));
    gaps.push(again.first - again.last);
    selves.push(own - since);
    const said = witness.stopCallsOf(one.id, from).length;
    if (said !== 1) wrong.push(`crash, ${i + 1}: ${said} stop_calls`);
  });
  note("poll of a call broken → stop_call at the others", stops);
  note("poll of a call broken → first frame again at the peer", peers);
  note("stop_call → first frame again at the peer", fromStops);
  note("  of that, no frame at the peer", gaps);
  note("poll of a call broken → first frame again at oneself", selves);
  await closePages(...people);
  await witness.close();
}

/** (c) From the click to the first frame, in fresh pages. */
async function joins(parlour, browser) {
  const seat = { url: parlour.url, room: "join", before };
  const host = await sitDown(browser, { ...seat, name: "Host" });
  const [firsts, joined, connected, hosts] = [[], [], [], []];
  await repeat("join", 20, 60_000, async () => {
    const guest = await sitDown(browser, { ...seat, name: "Guest" });
    const frame = (person, of) =>
      until(
        `a frame of ${of.name} at ${person.name}'s`,
        async () => (await framesOf(person, of))[0],
        { note: () => person.story() },
      );
    const [first, firstOfGuest] = await Promise.all([frame(guest, host), frame(host, guest)]);
    const times = await timesOf(guest);
    firsts.push(first - times.clicked);
    joined.push(times.joined - times.clicked);
    connected.push(times.connected - times.joined);
    hosts.push(firstOfGuest - times.clicked);
    await closePages(guest);
    await host.seesNobody(guest);
  });
  note("join click → first remote frame", firsts);
  note("join click → joined (answer of the join)", joined);
  note("joined → connected (in the call)", connected);
  note("join click → first frame of the newcomer at the other", hosts);
  await closePages(host);
}

/** The counts of answered requests to Janus, by kind, from the operators' listener. */
async function requestCounts(parlour) {
  const text = await (await fetch(`${parlour.adminUrl}/metrics`)).text();
  const counts = {};
  for (const line of text.split("\n")) {
    const [, kind, count] =
      /^parlour_janus_request_seconds_count\{request="([^"]+)"\} (\d+)/.exec(line) ?? [];
    if (kind) counts[kind] = Number(count);
  }
  return counts;
}

/** (d) What a call of two people costs Janus, for one of them. */
async function requestsOfACall(parlour, janus, proxy, browser) {
  const seat = { url: parlour.url, room: "requests", before };
  const countsBefore = await requestCounts(parlour);
  proxy.requests.length = 0;
  const people = [
    await sitDown(browser, { ...seat, name: "Alice" }),
    await sitDown(browser, { ...seat, name: "Bob" }),
  ];
  await Promise.all([people[0].sees(people[1]), people[1].sees(people[0])]);
  const sessions = (await Promise.all(people.map(({ id }) => janus.sessionsOf(id)))).flat();
  await pause(IN_CALL_MS);
  for (const person of people) await person.leave();
  await janus.forgets(sessions);
  await pause(500);
  const countsAfter = await requestCounts(parlour);
  await closePages(...people);

  const kinds = {};
  let polls = 0;
  let beside = 0;
  for (const { session, kind } of proxy.requests) {
    if (!sessions.includes(session)) beside += kind === "poll" ? 0 : 1;
    else if (kind === "poll") polls += 1;
    else kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  const ofMetrics = Object.fromEntries(
    Object.entries(countsAfter)
      .map(([kind, count]) => [kind, count - (countsBefore[kind] ?? 0)])
      .filter(([, count]) => count > 0),
  );
  const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);
  if (sum(ofMetrics) !== sum(kinds) + beside) {
    wrong.push(`requests: ${sum(ofMetrics)} by the metrics, ${sum(kinds) + beside} on the wire`);
  }
  const perPerson = Object.fromEntries(
    Object.entries(kinds).map(([kind, count]) => [kind, count / people.length]),
  );
  return {
    seconds: IN_CALL_MS / 1000,
    perPerson: { ...perPerson, all: sum(kinds) / people.length, polls: polls / people.length },
    metrics: { ...ofMetrics, all: sum(ofMetrics) },
    beside,
  };
}

/** (e) Janus is killed and started at once: until each of three pages sees both others again. */
async function janusRestarts(parlour, janus, browser) {
  const seat = { url: parlour.url, room: "restart", before };
  const people = [];
  for (const name of ["Ann", "Ben", "Cleo"]) {
    people.push(await sitDown(browser, { ...seat, name }));
  }
  const witness = await joinAs(parlour.url, { room: seat.room });
  const pairs = people.flatMap((one) => people.filter((p) => p !== one).map((p) => [one, p]));
  await Promise.all(pairs.map(([one, other]) => one.sees(other)));
  await pause(STEADY_MS);
  const [stops, ups, backs, backsFromUp] = [[], [], [], []];
  await repeat("Janus restarted", 5, 100_000, async () => {
    const from = performance.now();
    const since = Date.now();
    await janus.kill();
    const starting = janus.start().then(() => performance.now() - from);
    starting.catch(() => {});
    const heard = await Promise.all(
      people.map(({ id }) =>
        witness.hears("stop_call", (call) => call.participant === id, { within: 15_000, from }),
      ),
    );
    const stop = Math.max(...heard.map(({ at }) => at)) - from;
    const up = await starting;
    const again = await Promise.all(
      pairs.map(([one, other]) => comeback(one, other, { since, notBefore: since + up })),
    );
    const back = Math.max(...again.map(({ first }) => first)) - since;
    stops.push(stop);
    ups.push(up);
    backs.push(back);
    backsFromUp.push(back - up);
    await Promise.all(pairs.map(([one, other]) => one.sees(other)));
    await pause(STEADY_MS);
  });
  note("Janus killed → stop_call of all three", stops);
  note("Janus killed → Janus answers again", ups);
  note("Janus killed → three pages see each other again", backs);
  note("Janus answers again → three pages see each other again", backsFromUp);
  await closePages(...people);
  await witness.close();
}

/** Runs a part if it is wanted; one that breaks is told, and the others are measured. */
async function part(name, run) {
  if (only && !only.includes(name)) return undefined;
  try {
    return await run();
  } catch (error) {
    wrong.push(`${name}: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}

async function main() {
  const began = machine();
  const start = performance.now();
  const janus = await startJanus();
  const browser = await openBrowser();
  const proxy = await startProxy(janus.env.JANUS_URL);
  let parlour = await startParlour({ env: janus.env });
  let requests;
  const tables = [];
  try {
    await part("gone", () => goneTabs(parlour, browser));
    await part("join", () => joins(parlour, browser));
    const all = { parlour, janus, browser, note, repeat, wrong };
    await part("first", () => firstFrames(all));
    const load = await part("load", () => firstLoad(all));
    await part("six", () => callOfSix(all));
    const memory = await part("memory", () => longMeeting(all));
    tables.push(...[load, memory].filter(Boolean));
    await part("restart", () => janusRestarts(parlour, janus, browser));
    await parlour.stop();
    parlour = await startParlour({ env: { ...janus.env, JANUS_URL: proxy.url } });
    await part("crash", () => crashes(parlour, janus, proxy, browser));
    requests = await part("requests", () => requestsOfACall(parlour, janus, proxy, browser));
  } finally {
    await browser.close();
    await parlour.stop();
    proxy.close();
    await janus.stop();
  }
  report({
    binary: process.env.PARLOUR_BIN ?? "target/debug/parlour",
    machine: { ...began, loadAfter: machine().load },
    seconds: Math.round((performance.now() - start) / 1000),
    figures,
    requests,
    tables,
    wrong,
  });
}

function report(result) {
  const { cores, cpu, load, loadAfter } = result.machine;
  console.log(`${result.binary} on ${cores} cores (${cpu})`);
  console.log(`load ${load.join(" ")} before, ${loadAfter.join(" ")} after ${result.seconds} s\n`);
  const rows = result.figures.map(({ what, unit, n, p50, p90, p99, max }) => [
    unit === "ms" ? what : `${what} (${unit})`,
    n,
    p50,
    p90,
    n >= 100 ? p99 : null,
    max,
  ]);
  console.log(table(["ms", "n", "p50", "p90", "p99", "max"], rows));
  for (const { head, rows } of result.tables) {
    console.log(`\n${table(head, rows)}`);
  }
  if (result.requests) {
    const { seconds, perPerson, metrics, beside } = result.requests;
    console.log(
      `\nRequests to Janus for one person, two in a call for ${seconds} s and out again:`,
    );
    console.log(table(["kind", "number"], Object.entries(perPerson)));
    const all = Object.entries(metrics).map(([kind, count]) => `${kind} ${count}`);
    console.log(`by the metrics, both and ${beside} that watch Janus: ${all.join(", ")}`);
  }
  for (const what of result.wrong) console.log(`wrong: ${what}`);
  console.log(`\n${JSON.stringify(result)}`);
}

await main();
process.exit(wrong.length ? 1 : 0);
