// The client as others use it: the built package, its README's example, on a plain page of another origin.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, extname } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { setting } from "./support/setting.mjs";
import { until } from "./support/wait.mjs";

const root = new URL("../../", import.meta.url).pathname;
const built = `${root}web/dist-client`;
const room = `plain-${randomBytes(4).toString("hex")}`;
const types = { ".js": "text/javascript", ".html": "text/html" };
let site;

/** Builds the package and serves the page; before the server starts, which is told of its origin. */
async function openSite() {
  await promisify(execFile)("npm", ["--prefix", `${root}web`, "run", "build:client"]);
  site = createServer((request, response) => void serve(request, response));
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  site.origin = `http://127.0.0.1:${site.address().port}`;
  return { PARLOUR_ALLOWED_ORIGINS: site.origin };
}
after(() => new Promise((resolve) => (site ? site.close(resolve) : resolve())));
const here = setting({ env: openSite });

/** `/` is the page, `/NAME.js` the example as that person, `/parlour-client/` the package. */
async function serve(request, response) {
  const path = new URL(request.url, site.origin).pathname;
  try {
    const body = path.startsWith("/parlour-client/")
      ? await readFile(`${built}/${basename(path)}`)
      : path.endsWith(".js")
        ? await example(basename(path, ".js"))
        : `<!doctype html><div id="people"></div>
           <script type="module" src="${path.slice(1)}.js"></script>`;
    response.writeHead(200, {
      "content-type": types[extname(path)] ?? types[".html"],
      "content-security-policy": [
        "default-src 'none'; script-src 'self'; worker-src 'self'; media-src blob:",
        `connect-src ${here.url.replace("http", "ws")}`,
      ].join("; "),
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

/** The README's own lines, with another server, room and name. */
async function example(name) {
  const readme = await readFile(`${built}/README.md`, "utf8");
  const [, code] = /```js\n(.*?)```/s.exec(readme);
  const replaced = [
    ["wss://meet.example.org/socket", `${here.url.replace("http", "ws")}/socket`],
    ['"tea"', `"${room}"`],
    ['"Ann"', `"${name}"`],
  ].reduce((text, [from, to]) => {
    assert.ok(text.includes(from), `the example says ${from}`);
    return text.replace(from, to);
  }, code);
  // For the test only: so that it can look at what the example made.
  return `${replaced}\nwindow.session = session;`;
}

async function open(name) {
  const page = await (
    await here.browser.newContext({ viewport: { width: 640, height: 360 } })
  ).newPage();
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
  page.on("worker", (worker) => said.push(`worker: ${new URL(worker.url()).pathname}`));
  await page.goto(`${site.origin}/${name}`);
  const story = async () => ({
    name,
    said,
    debug: await page.evaluate(() => window.session?.debug()),
  });
  return { page, name, said, story };
}

test("two plain pages that run the README's example meet, see and hear each other", async () => {
  const people = [await open("Ann"), await open("Ben")];
  for (const { page, name, said, story } of people) {
    await until(
      `a picture that moves at ${name}'s`,
      () =>
        page.evaluate(() =>
          [...document.querySelectorAll("#people video")].some(
            (video) => video.getVideoPlaybackQuality().totalVideoFrames >= 20,
          ),
        ),
      { note: story },
    );
    await until(
      `sound at ${name}'s`,
      () =>
        page.evaluate(async () =>
          (await window.session.stats())
            .flatMap(({ streams }) => streams)
            .some((s) => s.direction === "in" && s.source === "mic" && s.packets > 20),
        ),
      { note: story },
    );
    const seen = await page.evaluate(() => ({
      status: window.session.status.value.state,
      mode: window.session.info.value.room.mode,
      names: window.session.room.participants.value.map((person) => person.name).sort(),
    }));
    assert.deepEqual(seen, { status: "connected", mode: "gateway", names: ["Ann", "Ben"] });
    assert.ok(said.includes("worker: /parlour-client/clock.worker.js"), said.join("\n"));
    assert.deepEqual(
      said.filter((line) => /^(uncaught|error)/.test(line)),
      [],
    );
  }

  const [ann, ben] = people;
  await ann.page.evaluate(() => window.session.leave());
  await until(
    "Ann to be gone from Ben's page",
    () => ben.page.evaluate(() => document.querySelectorAll("#people video").length === 0),
    { note: ben.story },
  );
});
