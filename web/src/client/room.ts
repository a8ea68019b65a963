// Who is here, what they send, and what was said. Pure: fed with events, watched by the page.

import type { Present } from "./engine";
import type { ChatMessage, Events, PresenceMeta, Publication, RoomMode, Source } from "./protocol";
import { type Readable, Store } from "./store";

/** `restarting`: their call ended and comes back; keep what was seen last. */
export type CallSign = "none" | "live" | "restarting";

/** Somebody in the room, as a tile shows them. */
export interface Participant {
  id: string;
  self: boolean;
  name: string;
  mic: boolean;
  camera: boolean;
  screen: boolean;
  hand: boolean;
  talking: boolean;
  role: string;
  /** When they came; Unix ms of the server. */
  joinedAt: number;
  /** How good their connection is by their own word; null: not said. */
  quality: string | null;
  call: CallSign;
}

/** Something short that was shown to everybody. `id` tells two alike apart. */
export interface Reaction {
  id: number;
  from: string;
  emoji: string;
}

/** A stream that should be arriving here. */
export interface Expected {
  participant: string;
  generation: number;
  source: Source;
}

const CHAT_KEPT = 200;
const REACTIONS_KEPT = 20;
const MAX_REACTION = 16;

export class Room {
  readonly #participants = new Store<readonly Participant[]>([]);
  readonly #chat = new Store<readonly ChatMessage[]>([]);
  readonly #reactions = new Store<readonly Reaction[]>([]);
  #self: string | null = null;
  #mode: RoomMode = "gateway";
  #present: readonly Present[] = [];
  #reacted = 0;
  readonly #publications = new Map<string, Publication>();
  /** Whose call ended and comes back, with the generation that ended. */
  readonly #restarting = new Map<string, number>();
  readonly #talking = new Set<string>();
  /** Streams the gateway gets nothing of, as `participant/generation/mid`. */
  readonly #silent = new Set<string>();
  readonly #unheard = new Store<ReadonlySet<string>>(new Set());

  get participants(): Readable<readonly Participant[]> {
    return this.#participants;
  }

  get chat(): Readable<readonly ChatMessage[]> {
    return this.#chat;
  }

  /** The last reactions, the newest last; how long each is shown is the page's. */
  get reactions(): Readable<readonly Reaction[]> {
    return this.#reactions;
  }

  /** Streams the gateway says that it gets nothing of, as `participant/source`. */
  get unheard(): Readable<ReadonlySet<string>> {
    return this.#unheard;
  }

  publications(): Publication[] {
    return [...this.#publications.values()];
  }

  /**
   * Joined, anew or again: the server tells again who is here and what they send. It does not tell
   * again of what the gateway gets nothing: after a loss that is remembered.
   */
  joined(self: string): void {
    if (self !== this.#self) this.#silent.clear();
    this.#self = self;
    this.#publications.clear();
    this.#restarting.clear();
    this.#talking.clear();
    this.#show();
  }

  /** How media goes from now on: from browser to browser everybody who is here is in the call. */
  goes(mode: RoomMode): void {
    this.#mode = mode;
    this.#show();
  }

  present(everybody: readonly Present[]): void {
    this.#present = everybody;
    const here = new Set(everybody.map(({ id }) => id));
    for (const { id, meta } of everybody) {
      // The meta of the ended call may be shown once more before it is cleared.
      if (meta.call !== null && meta.call !== this.#restarting.get(id)) this.#restarting.delete(id);
    }
    for (const id of [...this.#publications.keys()]) if (!here.has(id)) this.#forget(id);
    for (const id of [...this.#restarting.keys()]) if (!here.has(id)) this.#restarting.delete(id);
    this.#show();
  }

  publishers({ publishers }: Events["publishers"]): void {
    for (const publication of publishers) {
      const before = this.#publications.get(publication.participant);
      if (before && before.generation > publication.generation) continue;
      this.#publications.set(publication.participant, publication);
      this.#restarting.delete(publication.participant);
    }
    this.#show();
  }

  /** For `unpublished` and `leaving`. */
  gone({ participant, generation }: Events["unpublished"]): void {
    if (this.#publications.get(participant)?.generation !== generation) return;
    this.#forget(participant);
    this.#show();
  }

  stopped({ participant, generation, restart }: Events["stop_call"]): void {
    const publication = this.#publications.get(participant);
    if (publication && publication.generation > generation) return;
    this.#forget(participant);
    if (restart) this.#restarting.set(participant, generation);
    else this.#restarting.delete(participant);
    this.#show();
  }

  talks({ participant, talking }: Events["talking"]): void {
    if (talking) this.#talking.add(participant);
    else this.#talking.delete(participant);
    this.#show();
  }

  media({ of, participant, mid, receiving }: Events["media"]): void {
    if (of !== "publisher") return;
    const generation = this.#publications.get(participant)?.generation;
    const key = `${participant}/${generation}/${mid}`;
    if (receiving) this.#silent.delete(key);
    else this.#silent.add(key);
    this.#showUnheard();
  }

  said(message: ChatMessage): void {
    if (this.#chat.value.some(({ id }) => id === message.id)) return;
    this.#chat.set([...this.#chat.value, message].slice(-CHAT_KEPT));
  }

  /** `data` of another; what is no reaction is not for us. */
  data({ from, data }: Events["data"]): void {
    const emoji = data.reaction;
    if (typeof emoji === "string") this.reacted(from, emoji);
  }

  reacted(from: string, emoji: string): void {
    if (emoji === "" || emoji.length > MAX_REACTION) return;
    this.#reacted += 1;
    const reaction = { id: this.#reacted, from, emoji };
    this.#reactions.set([...this.#reactions.value, reaction].slice(-REACTIONS_KEPT));
  }

  /** What should be arriving: published, switched on by its owner, and received by the gateway. */
  expected(): Expected[] {
    const on = new Map(this.#present.map(({ id, meta }) => [id, meta]));
    return this.publications()
      .filter(({ participant }) => participant !== this.#self)
      .flatMap((publication) => {
        const { participant, generation, streams } = publication;
        const meta = on.get(participant);
        return streams
          .filter(({ mid, source, disabled }) => {
            return !disabled && meta?.[source] === true && !this.#isSilent(publication, mid);
          })
          .map(({ source }) => ({ participant, generation, source }));
      });
  }

  #forget(participant: string): void {
    this.#publications.delete(participant);
    this.#talking.delete(participant);
    for (const key of [...this.#silent]) {
      if (key.startsWith(`${participant}/`)) this.#silent.delete(key);
    }
  }

  #isSilent({ participant, generation }: Publication, mid: string): boolean {
    return this.#silent.has(`${participant}/${generation}/${mid}`);
  }

  #showUnheard(): void {
    const unheard = this.publications().flatMap((publication) =>
      publication.streams
        .filter(({ mid }) => this.#isSilent(publication, mid))
        .map(({ source }) => `${publication.participant}/${source}`),
    );
    const before = this.#unheard.value;
    if (unheard.length === before.size && unheard.every((key) => before.has(key))) return;
    this.#unheard.set(new Set(unheard));
  }

  #show(): void {
    this.#showUnheard();
    const sorted = [...this.#present].sort(
      (a, b) => a.meta.joined_at - b.meta.joined_at || (a.id < b.id ? -1 : 1),
    );
    this.#participants.set(
      sorted.map(({ id, meta }) => ({
        id,
        self: id === this.#self,
        name: meta.name,
        mic: meta.mic === true,
        camera: meta.camera === true,
        screen: meta.screen === true,
        hand: meta.hand === true,
        talking: this.#talking.has(id),
        role: meta.role ?? "",
        joinedAt: meta.joined_at,
        quality: meta.quality ?? null,
        call: this.#sign(id, meta),
      })),
    );
  }

  #sign(id: string, meta: PresenceMeta): CallSign {
    if (this.#mode === "mesh") return "live";
    if (this.#restarting.has(id)) return "restarting";
    return meta.call === null ? "none" : "live";
  }
}
