// By relay: what the connection test finds of each way before anybody joined, and meetings all of whose
// media goes through a real coturn, with a real Janus and without.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { startCoturn } from "./support/coturn.mjs";
import { openBrowser, sitDown } from "./support/page.mjs";
import { startParlour } from "./support/parlour.mjs";
import { freePort } from "./support/process.mjs";
import { throughout, until } from "./support/wait.mjs";

let coturn;
let browser;

before(async () => {
  coturn = await startCoturn();
  browser = await openBrowser({ env: { ...process.env, HOME: coturn.home } });
});
after(async () => {
  await browser?.close();
  await coturn?.stop();
});

/** A server with these settings, ended with the test. */
async function serve(t, env) {
  const parlour = await startParlour({ env });
  t.after(() => parlour.stop());
  return parlour;
}

/** Runs the connection test of somebody who has not joined: what it says of each step, and in all. */
async function testConnection(t, url) {
  const context = await browser.newContext({ locale: "en" });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`${url}/r/tea`);
  const at = (testid, rest = "") => page.locator(`[data-testid="${testid}"]${rest}`);
  await at("connection-test").getByRole("button").click();
  await at("connection-test", '[data-state="done"]').waitFor();
  const steps = await at("connection-test-step").evaluateAll((all) =>
    all.map((one) => [
      one.dataset.step,
      `${one.dataset.state}: ${one.lastElementChild.textContent}`,
    ]),
  );
  return {
    ...Object.fromEntries(steps),
    verdict: await at("connection-test-verdict").textContent(),
  };
}

/** How the connections of a page go: of each that is up, both ends of the pair that is used. */
const paths = (person) =>
  person.page.evaluate(async () => {
    const found = [];
    for (const connection of window.connectionsOfPage) {
      if (connection.connectionState !== "connected") continue;
      const stats = await connection.getStats();
      for (const stat of stats.values()) {
        const pair = stat.type === "transport" && stats.get(stat.selectedCandidatePairId);
        if (!pair) continue;
        const { candidateType, relayProtocol } = stats.get(pair.localCandidateId);
        found.push({ candidateType, relayProtocol });
      }
    }
    return found;
  });

const room = () => `relay-${randomBytes(4).toString("hex")}`;

/** In the page, before its scripts: the kind of every address that a connection finds. */
function recordAddresses() {
  window.addressesOfPage = [];
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      this.addEventListener("icecandidate", ({ candidate }) => {
        if (candidate?.candidate) window.addressesOfPage.push(candidate.type);
      });
    }
  };
}

/** Two come in at `?relay=1`. */
async function comeIn(t, url) {
  // Whoever stays behind takes the processor from the next test.
  t.after(() => Promise.all(browser.contexts().map((context) => context.close())));
  const seat = { url, room: room(), query: "?relay=1", before: [recordAddresses] };
  const ann = await sitDown(browser, { ...seat, name: "Ann" });
  return [ann, await sitDown(browser, { ...seat, name: "Bob" })];
}

/** They come in, and see and hear each other. */
async function meet(t, url) {
  const [ann, bob] = await comeIn(t, url);
  await Promise.all([ann.sees(bob), bob.sees(ann), ann.hearsAudio(), bob.hearsAudio()]);
  return [ann, bob];
}

test("before joining, each way to the relay is tried: over UDP, TCP and TLS", async (t) => {
  const parlour = await serve(t, { JANUS_URL: undefined, ...coturn.env() });
  const found = await testConnection(t, parlour.url);
  assert.match(found.turn_udp, /^ok: works/);
  assert.match(found.turn_tcp, /^ok: works/);
  assert.match(found.turn_tls, /^ok: works/);
  assert.match(found.stun, /^skipped: not set up/);
  assert.match(found.verdict, /Everything works/);
});

test("a way that is closed, and a relay that refuses, are named", async (t) => {
  const closed = `turn:${coturn.address}:${await freePort()}?transport=tcp`;
  const env = { JANUS_URL: undefined, ...coturn.env([coturn.urls.udp, closed]) };
  const parlour = await serve(t, env);
  const found = await testConnection(t, parlour.url);
  assert.match(found.turn_udp, /^ok: works/);
  assert.match(found.turn_tcp, /^failed: no answer/);
  assert.match(found.turn_tls, /^skipped: not set up/);
  assert.equal(found.verdict, "You can join. Closed from here: Relay over TCP.");

  const stranger = await serve(t, { ...env, PARLOUR_TURN_SECRET: "another" });
  const refused = await testConnection(t, stranger.url);
  assert.match(refused.turn_udp, /^failed: refused/);
});

test("without Janus two meet by relay alone", async (t) => {
  const parlour = await serve(t, { JANUS_URL: undefined, ...coturn.env() });
  const people = await meet(t, parlour.url);
  for (const person of people) {
    const found = await paths(person);
    assert.deepEqual(
      found.map(({ candidateType }) => candidateType),
      ["relay"],
    );
    assert.match(new URL(person.page.url()).search, /relay=1/, "a reload goes by relay, too");
  }
});

test("over TLS alone they meet as well", async (t) => {
  const parlour = await serve(t, { JANUS_URL: undefined, ...coturn.env([coturn.urls.tls]) });
  for (const person of await meet(t, parlour.url)) {
    const relayed = { candidateType: "relay", relayProtocol: "tls" };
    assert.deepEqual(await paths(person), [relayed]);
  }
});

test("with Janus two meet by relay alone, and new credentials reach what is up", async (t) => {
  const env = { JANUS_URL: "spawn:", ...coturn.env(), FAILPOINTS: "ice-servers-renewed=return(1)" };
  const parlour = await serve(t, { ...env, PARLOUR_MEDIA_ADDRESS: coturn.address });
  const [ann, bob] = await meet(t, parlour.url);
  for (const person of [ann, bob]) {
    const found = await paths(person);
    assert.deepEqual(
      found.map(({ candidateType }) => candidateType),
      ["relay", "relay"],
    );
  }
  // The way down restarts ICE where it must: with credentials of now.
  const users = () =>
    ann.page.evaluate(() =>
      window.connectionsOfPage.map((one) => one.getConfiguration().iceServers[0].username),
    );
  const first = await users();
  await until("a connection to take new credentials", async () =>
    (await users()).some((user, at) => user !== first[at]),
  );
  await Promise.all([ann.sees(bob), bob.sees(ann)]);
});

test("where the relay is gone, nobody gets around it", async (t) => {
  const nowhere = `turn:${coturn.address}:${await freePort()}?transport=udp`;
  const parlour = await serve(t, { JANUS_URL: undefined, ...coturn.env([nowhere]) });
  const [ann] = await comeIn(t, parlour.url);
  const found = () => ann.page.evaluate(() => window.addressesOfPage);
  const looks = () =>
    ann.page.evaluate(() => window.connectionsOfPage.some((one) => one.localDescription));
  await until("a connection to look for ways", looks);
  await throughout(
    "no address is found, and no way",
    8000,
    async () => (await found()).length === 0 && (await paths(ann)).length === 0,
    { note: found },
  );
});
