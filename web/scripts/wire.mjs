// Makes src/client/wire.ts of docs/protocol.schema.json; with `--check`, says whether it is.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const target = path("../src/client/wire.ts");

const schema = JSON.parse(await readFile(path("../../docs/protocol.schema.json"), "utf8"));
const wire = await compile(schema, "Protocol", {
  additionalProperties: false,
  bannerComment: "// Made of docs/protocol.schema.json by `npm run wire`: change that, not this.",
  ignoreMinAndMaxItems: true,
  style: { printWidth: 100 },
  unknownAny: true,
});

if (!process.argv.includes("--check")) await writeFile(target, wire);
else if (wire !== (await readFile(target, "utf8").catch(() => ""))) {
  console.error("src/client/wire.ts is not what docs/protocol.schema.json gives: npm run wire");
  process.exit(1);
}
