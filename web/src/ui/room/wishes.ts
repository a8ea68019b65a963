// What is looked at: which tiles are on the screen, and how large, told to the session, so that what
// nobody sees is not sent and a small tile gets a small picture.

import type { Session, Wish } from "../../client";

/** What is known of a tile's place on the screen. */
export interface Sight {
  participant: string;
  source: Wish["source"];
  /** Some of it is within the window and not scrolled away. */
  visible: boolean;
  /** In CSS pixels. */
  width: number;
  height: number;
  /** Shown in a window of its own (picture in picture), whatever becomes of the page. */
  apart: boolean;
}

export interface Surroundings {
  /** Nobody looks at the page. */
  hidden: boolean;
  /** Something lies over all tiles: geometry alone would call them visible. */
  covered: boolean;
  /** Pixels of the screen to one of CSS. */
  density: number;
}

/** Pictures fill their tile: one that is narrower than 16:9 shows a taller piece. */
const PICTURE = 9 / 16;

/** Pure. A tile that has no size yet is not spoken of: it is received as well as it comes. */
export function wishesOf(sights: readonly Sight[], around: Surroundings): Wish[] {
  return sights
    .filter(({ width, height }) => width > 0 && height > 0)
    .map(({ participant, source, visible, width, height, apart }) => {
      const seen = apart || (visible && !around.hidden && !around.covered);
      const lines = Math.max(height, width * PICTURE) * around.density;
      return { participant, source, height: seen ? Math.max(1, Math.round(lines)) : 0 };
    });
}

/** Watches the tiles of a page for a session. Own tiles are not to be given: nobody sends those. */
export class Sights {
  readonly #session: Pick<Session, "prefer">;
  readonly #sights = new Map<Element, Sight>();
  readonly #intersections = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        this.#update(target, { visible: isIntersecting });
      }
    },
    // What only touches the edge is not seen.
    { threshold: 0.01 },
  );
  readonly #sizes = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      this.#update(target, { width: contentRect.width, height: contentRect.height });
    }
  });
  #covered = false;
  #told = "[]";
  #asked = false;

  constructor(session: Pick<Session, "prefer">) {
    this.#session = session;
  }

  /** Follows page and window until stopped. */
  start(): () => void {
    const look = () => this.#ask();
    document.addEventListener("visibilitychange", look);
    document.addEventListener("fullscreenchange", look);
    // They bubble from the video.
    document.addEventListener("enterpictureinpicture", look);
    document.addEventListener("leavepictureinpicture", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      document.removeEventListener("fullscreenchange", look);
      document.removeEventListener("enterpictureinpicture", look);
      document.removeEventListener("leavepictureinpicture", look);
      this.#intersections.disconnect();
      this.#sizes.disconnect();
      this.#sights.clear();
    };
  }

  /** Watches one tile until stopped. */
  watch(tile: Element, participant: string, source: Wish["source"]): () => void {
    const nothing = { visible: false, width: 0, height: 0, apart: false };
    this.#sights.set(tile, { participant, source, ...nothing });
    this.#intersections.observe(tile);
    this.#sizes.observe(tile);
    return () => {
      this.#intersections.unobserve(tile);
      this.#sizes.unobserve(tile);
      this.#sights.delete(tile);
      this.#ask();
    };
  }

  /** Whether something lies over all tiles. */
  cover(covered: boolean): void {
    this.#covered = covered;
    this.#ask();
  }

  #update(tile: Element, what: Partial<Sight>): void {
    const before = this.#sights.get(tile);
    if (!before) return;
    this.#sights.set(tile, { ...before, ...what });
    this.#ask();
  }

  /** Many tiles change at once: one look for all. */
  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      this.#tell();
    });
  }

  #tell(): void {
    const { fullscreenElement, pictureInPictureElement = null, visibilityState } = document;
    const sights = [...this.#sights].map(([tile, sight]) => ({
      ...sight,
      apart: pictureInPictureElement !== null && tile.contains(pictureInPictureElement),
      // One tile on the whole screen hides the others.
      visible: sight.visible && (!isTile(fullscreenElement) || fullscreenElement === tile),
    }));
    const wishes = wishesOf(sights, {
      hidden: visibilityState === "hidden",
      covered: this.#covered,
      density: window.devicePixelRatio,
    });
    const told = JSON.stringify(wishes);
    if (told === this.#told) return;
    this.#told = told;
    this.#session.prefer(wishes);
  }
}

function isTile(element: Element | null): boolean {
  return element?.matches(".tile") ?? false;
}
