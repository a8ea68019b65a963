// A link as a QR code. The code itself is qrcode-generator's: error correction is no one's side job.
// It is loaded when somebody looks, and drawn by us, so that it has our colours and no inline style.

/** Modules of nothing around it that readers need (ISO/IEC 18004). */
const QUIET = 4;

export interface QrCode {
  /** The side, in modules, the quiet zone included. */
  size: number;
  /** The dark modules as an SVG path. */
  path: string;
}

/** Errors: the library's file did not come. */
export async function qrCode(text: string): Promise<QrCode> {
  const { default: qrcode } = await import("qrcode-generator");
  // 0: as large as needed. M: readable with 15 % of it hidden.
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  return drawn(code.getModuleCount(), (row, column) => code.isDark(row, column));
}

/** Each run of dark modules in a row is one rectangle. */
export function drawn(count: number, isDark: (row: number, column: number) => boolean): QrCode {
  let path = "";
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (!isDark(row, column)) continue;
      const start = column;
      while (column + 1 < count && isDark(row, column + 1)) column += 1;
      const width = column + 1 - start;
      path += `M${start + QUIET} ${row + QUIET}h${width}v1h-${width}z`;
    }
  }
  return { size: count + 2 * QUIET, path };
}
