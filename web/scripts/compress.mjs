// Puts each file of the built page once more beside it, compressed as well as can be (.br, .gz), where
// that makes it smaller: the server sends what the browser takes, and compresses nothing itself.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);

for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = `${entry.parentPath}/${entry.name}`;
  const plain = readFileSync(path);
  const forms = { br: brotliCompressSync(plain), gz: gzipSync(plain, { level: 9 }) };
  for (const [ending, form] of Object.entries(forms)) {
    if (form.length < plain.length) writeFileSync(`${path}.${ending}`, form);
  }
}
