// How many columns and rows the tiles of a room take, and how large they are. Pure.
//
// A tile is as wide as a camera's picture (16:9) where there is room, and may be narrower to fill a
// tall place: the picture's sides are cut then. Where tiles would be too small to tell people apart,
// they keep a size at which one can, and the rest is scrolled to.

export interface Place {
  width: number;
  height: number;
  /** Between two tiles. */
  gap: number;
}

/** All in CSS pixels. */
export interface Grid {
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
  /** Not all fit: the place scrolls down. */
  scrolls: boolean;
}

/** Width by height of a camera's picture. */
const PICTURE = 16 / 9;
/** The narrowest tile: in a wide place little is cut off, on an upright phone a lot, as people hold it. */
const NARROWEST = { wide: 4 / 3, upright: 3 / 4 };
/** Below that nobody is told from anybody else. */
const READABLE = { width: 144, height: 81 };

/** The largest tiles of which `count` fit, or scrolling ones. A place without a size gives no size. */
export function gridOf(count: number, place: Place): Grid {
  const fitting: Grid[] = [];
  for (let columns = 1; columns <= count; columns += 1) {
    const grid = withColumns(count, columns, place);
    if (grid.tileWidth >= READABLE.width && grid.tileHeight >= READABLE.height) fitting.push(grid);
  }
  const [first, ...others] = fitting;
  if (!first) return scrolling(count, place);
  return others.reduce((best, next) => (area(next) > area(best) ? next : best), first);
}

/** Where the small tiles lie beside a large one, and their size. */
export interface Strip {
  side: "end" | "below";
  tileWidth: number;
  tileHeight: number;
}

/** The strip that leaves the most to a large picture. */
export function stripOf({ width, height, gap }: Place): Strip {
  const endWidth = between(READABLE.width, width * 0.18, 288);
  const belowHeight = between(READABLE.height, height * 0.18, 180);
  const beside = pictureArea(width - endWidth - gap, height);
  const above = pictureArea(width, height - belowHeight - gap);
  return beside >= above
    ? { side: "end", tileWidth: endWidth, tileHeight: whole(endWidth / PICTURE) }
    : { side: "below", tileWidth: whole(belowHeight * PICTURE), tileHeight: belowHeight };
}

/** Of a 16:9 picture in a place. */
function pictureArea(width: number, height: number): number {
  return Math.min(width, height * PICTURE) * Math.min(height, width / PICTURE);
}

function between(least: number, wanted: number, most: number): number {
  return whole(Math.min(most, Math.max(least, wanted)));
}

function withColumns(count: number, columns: number, place: Place): Grid {
  const rows = Math.ceil(count / columns);
  const cell = {
    width: (place.width - (columns - 1) * place.gap) / columns,
    height: (place.height - (rows - 1) * place.gap) / rows,
  };
  const narrowest = place.width < place.height ? NARROWEST.upright : NARROWEST.wide;
  return {
    columns,
    rows,
    tileWidth: whole(Math.min(cell.width, cell.height * PICTURE)),
    tileHeight: whole(Math.min(cell.height, cell.width / narrowest)),
    scrolls: false,
  };
}

function scrolling(count: number, { width, gap }: Place): Grid {
  const fit = Math.floor((width + gap) / (READABLE.width + gap));
  const columns = Math.max(1, Math.min(count, fit));
  const tileWidth = whole((width - (columns - 1) * gap) / columns);
  return {
    columns,
    rows: Math.ceil(count / columns),
    tileWidth,
    tileHeight: whole(tileWidth / PICTURE),
    scrolls: true,
  };
}

function area({ tileWidth, tileHeight }: Grid): number {
  return tileWidth * tileHeight;
}

/** Whole pixels: a row that is a fraction too wide would break. */
function whole(pixels: number): number {
  return Math.max(0, Math.floor(pixels));
}
