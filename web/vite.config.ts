import preact from "@preact/preset-vite";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

/** The server behind `npm run dev`: PARLOUR_BACKEND, from the environment or web/.env. */
const backend = loadEnv("development", ".", "PARLOUR_").PARLOUR_BACKEND ?? "http://127.0.0.1:4000";

// The page is served at `/` and at `/r/<room>`: absolute URLs, so that both find the assets.
// assetsInlineLimit 0: the page's content security policy blocks `data:` scripts and workers.
export default defineConfig({
  base: "/",
  plugins: [preact()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  worker: { format: "es" },
  server: { proxy: { "/socket": { target: backend, ws: true } } },
  // css: the colours are tested.
  test: { environment: "node", css: true, include: ["test/**/*.test.ts"] },
});
