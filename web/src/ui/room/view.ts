// What the meeting screen shows of all there is: layout, panel, dialog, what is pinned. No markup.

import { type ReadonlySignal, signal } from "@preact/signals";
import { type Quality, QualityWatch, type Session } from "../../client";
import type { Page } from "../page";
import { queueOfHands } from "../people/hands";
import { signalOf } from "../signals";
import { storageOf } from "../storage";

export type Layout = "grid" | "speaker";
export type Panel = "chat" | "people";
export type DialogName = "invite" | "settings" | "keys" | "diagnostics";

/** Names a tile: somebody's own, or that of the screen they share. */
export function tileKey(participant: string, source: "camera" | "screen"): string {
  return `${participant}/${source}`;
}

const LAYOUT_KEY = "parlour.layout";

export class RoomView {
  readonly page: Page;
  readonly session: Session;
  readonly #kept = storageOf(() => localStorage);
  readonly #layout = signal<Layout>(
    this.#kept.getItem(LAYOUT_KEY) === "speaker" ? "speaker" : "grid",
  );
  /** The tile (`tileKey`) that is kept large; null: none. */
  readonly pinned = signal<string | null>(null);
  /** What is open beside the tiles. */
  readonly panel = signal<Panel | null>(null);
  /** What is open over everything. */
  readonly dialog = signal<DialogName | null>(null);
  /** How many messages nobody has looked at. */
  readonly unread = signal(0);
  /** What is written and not sent; kept while the chat is closed. */
  readonly draft = signal("");
  /** When one first came, Unix ms of the server; null: not yet. A later join of the same visit does not count. */
  readonly joinedAt = signal<number | null>(null);
  /** Whose hands are up, in the order in which they were raised. */
  readonly hands = signal<readonly string[]>([]);
  /** Whether the microphone is on only as long as the space bar is held. */
  readonly holdsToTalk = signal(false);
  readonly #watch: QualityWatch;
  readonly #stopFollowing: () => void;

  constructor(page: Page, session: Session) {
    this.page = page;
    this.session = session;
    this.#watch = new QualityWatch({
      session,
      wants: (participant, source) =>
        !session.wishes.some(
          (wish) => wish.participant === participant && wish.source === source && wish.height === 0,
        ),
    });
    this.#stopFollowing = session.room.participants.subscribe((people) => {
      this.hands.value = queueOfHands(this.hands.value, people);
      this.joinedAt.value ??= people.find(({ self }) => self)?.joinedAt ?? null;
    });
  }

  get layout(): ReadonlySignal<Layout> {
    return this.#layout;
  }

  /** How good each connection is, by participant, oneself among them. */
  get quality(): ReadonlySignal<ReadonlyMap<string, Quality>> {
    return signalOf(this.#watch.quality);
  }

  setLayout(layout: Layout): void {
    this.#layout.value = layout;
    this.#kept.setItem(LAYOUT_KEY, layout);
  }

  /** A panel's button was pressed: it opens, or closes if it is open. */
  togglePanel(panel: Panel): void {
    this.panel.value = this.panel.value === panel ? null : panel;
  }

  togglePin(key: string): void {
    this.pinned.value = this.pinned.value === key ? null : key;
  }

  stop(): void {
    this.#stopFollowing();
    this.#watch.stop();
  }
}
