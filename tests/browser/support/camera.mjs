// A film for Chromium's fake camera, made on the spot: softly moving colours, in YUV 4:2:0.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let count = 0;

/** Writes such a film, and gives its path; it runs round without a jump. */
export function writeGradient({ width, height, fps, seconds }) {
  count += 1;
  const file = join(tmpdir(), `parlour-test-camera-${process.pid}-${count}.y4m`);
  const frames = fps * seconds;
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < frames; frame += 1) {
    const turn = (2 * Math.PI * frame) / frames;
    const wave = (x, y, by) =>
      Math.round(128 + 90 * Math.sin(x * by + turn) * Math.cos(y * by - turn));
    const plane = (columns, rows, by) => {
      const bytes = Buffer.alloc(columns * rows);
      for (let y = 0; y < rows; y += 1) {
        for (let x = 0; x < columns; x += 1) bytes[y * columns + x] = wave(x, y, by);
      }
      return bytes;
    };
    const [half, low] = [Math.ceil(width / 2), Math.ceil(height / 2)];
    parts.push(Buffer.from("FRAME\n"));
    parts.push(plane(width, height, 0.02), plane(half, low, 0.015), plane(half, low, 0.025));
  }
  writeFileSync(file, Buffer.concat(parts));
  return file;
}
