// How good a connection is, in words. Pure but for the language.

import type { Quality } from "../../client";
import { words } from "../i18n";

export interface QualityWords {
  level: string;
  /** Whose fault it is, and what was measured; a line each. */
  details: string[];
}

/** `name`: whose connection it is. */
export function qualityWords(name: string, quality: Quality): QualityWords {
  const t = words().tile;
  const { lossPercent, roundTripMs, lostForSeconds } = quality;
  const details = [
    causeWords(name, quality),
    lostForSeconds > 0 ? t.lostFor(lostForSeconds) : "",
    lossPercent === null ? "" : t.loss(lossPercent / 100),
    roundTripMs === null ? "" : t.roundTrip(Math.round(roundTripMs)),
  ];
  return { level: levelWord(quality), details: details.filter(Boolean) };
}

function levelWord({ level }: Quality): string {
  const t = words().tile;
  switch (level) {
    case "good":
      return t.qualityGood;
    case "fair":
      return t.qualityFair;
    case "poor":
      return t.qualityPoor;
    case "lost":
      return t.qualityLost;
  }
}

function causeWords(name: string, { cause }: Quality): string {
  const t = words().tile;
  switch (cause) {
    case "none":
      return "";
    case "mine":
      return t.atYourEnd;
    case "theirs":
      return t.atTheirEnd(name);
    case "gateway":
      return t.atServer;
    case "between":
      return t.between(name);
    case "restarting":
      return t.restarting;
  }
}
