// Candidates: those that came before the description they belong to, and how they are written.
//
// Each names its description by the ICE user name (RFC 8838 §9). Those of an offer that was never
// applied find none, and fall out in time.

import type { Candidate } from "./protocol";

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

/** A candidate as the wire has it. */
export function plain(candidate: RTCIceCandidate): Candidate {
  const { candidate: line = "", sdpMid, sdpMLineIndex, usernameFragment } = candidate.toJSON();
  return {
    candidate: line,
    sdpMid: sdpMid ?? null,
    sdpMLineIndex: sdpMLineIndex ?? null,
    usernameFragment: usernameFragment ?? null,
  };
}
