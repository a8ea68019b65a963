// Whose way of allowing devices is told. Nothing else may depend on which browser it is.

import type { BrowserFamily } from "./i18n/dictionary";

/** Of what a browser says of itself; `touchPoints` tells an iPad that calls itself a Mac. */
export function browserFamily(userAgent: string, touchPoints: number): BrowserFamily {
  // All browsers of iOS are Safari underneath, and allow as it does.
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios";
  if (/Macintosh/.test(userAgent) && touchPoints > 1) return "ios";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Chrom(e|ium)\//.test(userAgent)) return "chromium";
  if (/Safari\//.test(userAgent)) return "safari";
  return "other";
}
