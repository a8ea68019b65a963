// A QR code's drawing is the code.

import qrcode from "qrcode-generator";
import { expect, test } from "vitest";
import { qrCode } from "../src/ui/room/qr";

test("the path covers the dark modules and nothing else, inside the quiet zone", async () => {
  const link = "https://meet.example.org/r/tea-time";
  const { size, path } = await qrCode(link);
  const reference = qrcode(0, "M");
  reference.addData(link);
  reference.make();
  const count = reference.getModuleCount();
  expect(size).toBe(count + 8);

  const dark = new Set<string>();
  const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)];
  expect(runs.map(([run]) => run).join("")).toBe(path);
  for (const [, x, y, width] of runs) {
    for (let at = 0; at < Number(width); at += 1) dark.add(`${Number(x) + at},${y}`);
  }
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const [r, c] = [row - 4, column - 4];
      const inside = r >= 0 && c >= 0 && r < count && c < count;
      expect(dark.has(`${column},${row}`)).toBe(inside && reference.isDark(r, c));
    }
  }
});
