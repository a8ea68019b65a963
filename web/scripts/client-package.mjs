// Makes a package of the built client: package.json, README, licence; after `vite build` and `tsc`.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const web = new URL("..", import.meta.url).pathname;
const out = join(web, "dist-client");
const types = join(out, "types");

// The compiler leaves specifiers as they are written; Node's own resolution wants the extension.
for (const name of readdirSync(types)) {
  const file = join(types, name);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/(from |import\()"(\.\/[^"]+)"/g, '$1"$2.js"'));
}

const { dependencies, devDependencies, license } = JSON.parse(
  readFileSync(join(web, "package.json"), "utf8"),
);
// The client is as old as the server it was made with.
const version = /^version = "([^"]+)"/m.exec(readFileSync(join(web, "../Cargo.toml"), "utf8"))?.[1];
if (!version) throw new Error("Cargo.toml names no version");

const described = {
  name: "parlour-client",
  version,
  description: "Takes part in a Parlour room: signalling, calls, devices. No framework.",
  license,
  type: "module",
  sideEffects: false,
  exports: { ".": { types: "./types/index.d.ts", default: "./index.js" } },
  types: "./types/index.d.ts",
  files: ["index.js", "index.js.map", "clock.worker.js", "clock.worker.js.map", "types"],
  // phoenix is in index.js; only its types are asked for.
  dependencies: { "@types/phoenix": devDependencies["@types/phoenix"] },
  bundled: { phoenix: dependencies.phoenix },
};
writeFileSync(join(out, "package.json"), `${JSON.stringify(described, null, 2)}\n`);
copyFileSync(join(web, "src/client/README.md"), join(out, "README.md"));
copyFileSync(join(web, "../LICENSE"), join(out, "LICENSE"));
