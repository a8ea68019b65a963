// What one writes and what is on its way. One message after the other: the room hears them in the
// order in which they were sent, and what was not taken comes back to be sent again. No markup.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Answer } from "../../client";

/** An answer that is not the one hoped for. */
export type Refusal = Exclude<Answer<unknown>, { kind: "ok" }>;

export class Outbox {
  readonly #draft = signal("");
  readonly #refusal = signal<Refusal | null>(null);
  readonly #say: (text: string) => Promise<Answer<unknown>>;
  /** The first is being sent. */
  #waiting: string[] = [];

  constructor(say: (text: string) => Promise<Answer<unknown>>) {
    this.#say = say;
  }

  /** What is written and not sent. */
  get draft(): ReadonlySignal<string> {
    return this.#draft;
  }

  /** Why what was sent is in the draft again; null: nothing came back since it was last changed. */
  get refusal(): ReadonlySignal<Refusal | null> {
    return this.#refusal;
  }

  write(text: string): void {
    this.#draft.value = text;
    this.#refusal.value = null;
  }

  /** Sends the draft, which is empty at once. Nothing is sent of blanks alone. */
  async send(): Promise<void> {
    const text = this.#draft.value.trim();
    this.write("");
    if (!text) return;
    this.#waiting.push(text);
    if (this.#waiting.length > 1) return;
    await this.#deliver();
  }

  async #deliver(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const answer = await this.#say(next);
      if (answer.kind !== "ok") {
        this.#draft.value = [...this.#waiting, this.#draft.value].filter(Boolean).join("\n");
        this.#refusal.value = answer;
        this.#waiting = [];
        return;
      }
      this.#waiting.shift();
    }
  }
}
