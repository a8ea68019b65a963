import { defineConfig } from "vite";

// The reusable client as one ES module, for pages of others. Relative URLs and files, so that its Worker
// is found wherever the package is put, and no content security policy has to allow `data:`.
// phoenix is in it: a page without a bundler needs nothing else.
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    outDir: "dist-client",
    target: "es2022",
    assetsInlineLimit: 0,
    assetsDir: "",
    minify: false,
    sourcemap: true,
    // One file: whoever bundles it splits it as they like.
    rolldownOptions: { output: { codeSplitting: false } },
    lib: { entry: "src/client/index.ts", formats: ["es"], fileName: "index" },
  },
  worker: {
    format: "es",
    rollupOptions: { output: { entryFileNames: "[name].js" } },
  },
});
