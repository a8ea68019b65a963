// How long to wait before trying again.

const FIRST_MS = 300;
const MOST_MS = 8_000;

/**
 * The wait before the `attempt`th new try (1 is the first): 300 ms, doubled up to 8 s, of which the
 * upper half is left to chance, so that a room that lost its gateway does not return in step. Never
 * less than what the server asked for.
 */
export function backoff(attempt: number, retryMs: number | null, random = Math.random): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, attempt - 1));
  return Math.max(retryMs ?? 0, full / 2 + random() * (full / 2));
}

/** The socket's waits: quick at first, at most 5 s, with the same jitter. */
export function reconnectAfter(tries: number, random = Math.random): number {
  const full = [50, 100, 200, 400, 800, 1_500, 3_000][tries - 1] ?? 5_000;
  return full / 2 + random() * (full / 2);
}

/**
 * The waits of a join that was not taken. Where the server said after how long it is worth another
 * try, that one, more with each refusal: whoever waits to be let in asks for minutes.
 */
export function rejoinAfter(tries: number, retryMs: number | null, random = Math.random): number {
  if (retryMs !== null) return backoff(tries, retryMs, random);
  return [1_000, 2_000, 5_000][tries - 1] ?? 10_000;
}
