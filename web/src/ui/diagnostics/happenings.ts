// The session's history as rows: what became of what and why, and the rest that happened. Pure.

import type { Happening } from "../../client";

/** Something is in another state now. */
export interface StateRow {
  at: number;
  /** `connection`, `call`, `device mic`, `leg p7`. */
  of: string;
  state: string;
  /** Empty: none was given. */
  cause: string;
}

/** Something happened once. */
export interface EventRow {
  at: number;
  what: string;
  /** `reason: panicked, generation: 3`. */
  detail: string;
}

/** So many rows are read; the JSON has the rest. */
const SHOWN = 50;

/** The changes of state, the newest first. */
export function stateRows(history: readonly Happening[]): StateRow[] {
  return newestFirst(history.filter((one) => stateOf(one) !== null)).map((one) => {
    const { kind, participant, cause, reason, why } = one.detail;
    return {
      at: one.at,
      of: [one.what, kind, participant].map(plain).filter(Boolean).join(" "),
      state: stateOf(one) ?? "",
      cause: plain(cause ?? reason ?? why),
    };
  });
}

/** What happened beside them, here and as the server told it, the newest first. */
export function eventRows(history: readonly Happening[], heard: readonly Happening[]): EventRow[] {
  const events = [...history.filter((one) => stateOf(one) === null), ...heard];
  events.sort((a, b) => a.at - b.at);
  return newestFirst(events).map(({ at, what, detail }) => ({
    at,
    what,
    detail: Object.entries(detail)
      .map(([name, value]) => `${name}: ${plain(value)}`)
      .join(", "),
  }));
}

function stateOf({ detail }: Happening): string | null {
  const state = detail.phase ?? detail.state;
  return typeof state === "string" ? state : null;
}

function newestFirst(list: readonly Happening[]): Happening[] {
  return list.slice(-SHOWN).reverse();
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
