// The reactions one can choose, and which of others are shown.

import type { ReactionName } from "../i18n/dictionary";

/** In the order of the menu. */
export const REACTIONS: readonly { name: ReactionName; emoji: string }[] = [
  { name: "thumbsUp", emoji: "👍" },
  { name: "clap", emoji: "👏" },
  { name: "heart", emoji: "❤️" },
  { name: "laugh", emoji: "😂" },
  { name: "surprise", emoji: "😮" },
  { name: "celebrate", emoji: "🎉" },
];

/** What it is called; null for what only other programs send. */
export function reactionName(emoji: string): ReactionName | null {
  return REACTIONS.find((one) => one.emoji === emoji)?.name ?? null;
}

/** Whether it is pictures alone: words are not to float over faces. */
export function isPicture(text: string): boolean {
  return /^\p{Extended_Pictographic}[\p{Extended_Pictographic}\p{Emoji_Component}]*$/u.test(text);
}
