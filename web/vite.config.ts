import preact from "@preact/preset-vite";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

/** The server behind `npm run dev` and `vite preview`. */
const backend = loadEnv("", ".", "PARLOUR_").PARLOUR_BACKEND ?? "http://127.0.0.1:4000";
const proxy = {
  "/socket": { target: backend, ws: true },
  "/readyz": { target: backend },
};

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
  server: { proxy },
  preview: { proxy },
  // css: the colours are tested.
  test: { environment: "node", css: true, include: ["test/**/*.test.ts"] },
});
