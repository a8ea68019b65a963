// Candidates that came before the description they belong to.
//
// Each names its description by the ICE user name (RFC 8838 §9). Those of an offer that was never
// applied find none, and fall out in time.

const KEPT = 100;

export class EarlyCandidates {
  #waiting: RTCIceCandidateInit[] = [];

  add(candidate: RTCIceCandidateInit): void {
    this.#waiting.push(candidate);
    if (this.#waiting.length > KEPT) this.#waiting.shift();
  }

  /** Takes those of this description. */
  take({ sdp }: RTCSessionDescription): RTCIceCandidateInit[] {
    const names = new Set([...sdp.matchAll(/^a=ice-ufrag:(\S+)/gm)].map(([, name]) => name));
    const belongs = ({ usernameFragment }: RTCIceCandidateInit) =>
      typeof usernameFragment !== "string" || names.has(usernameFragment);
    const taken = this.#waiting.filter(belongs);
    this.#waiting = this.#waiting.filter((candidate) => !belongs(candidate));
    return taken;
  }
}
