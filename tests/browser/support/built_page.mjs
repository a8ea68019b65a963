// The page in web/dist, in front of a server under test: for a page that is newer than the one in the
// binary (PARLOUR_BUILT_PAGE=1, after `npm --prefix web run build`). What the server itself says to a bad
// link or to another name of its own is then Vite's.
import { end, freePort, start } from "./process.mjs";
import { until } from "./wait.mjs";

const web = new URL("../../../web/", import.meta.url).pathname;

/** Gives `{url, stop}`: where the page is to be opened, the server's own address unless told otherwise. */
export async function pageOf(parlour) {
  if (!process.env.PARLOUR_BUILT_PAGE) return { url: parlour.url, stop: async () => {} };
  const { hostname } = new URL(parlour.url);
  const port = await freePort();
  const vite = start(
    "vite",
    process.execPath,
    [
      `${web}node_modules/vite/bin/vite.js`,
      "preview",
      "--host",
      hostname,
      "--port",
      port,
      "--strictPort",
    ],
    { cwd: web, env: { ...process.env, PARLOUR_BACKEND: parlour.url } },
  );
  const url = `http://${hostname}:${port}`;
  await until("the built page", async () => (await fetch(url)).ok);
  return { url, stop: () => end(vite, 2_000) };
}
