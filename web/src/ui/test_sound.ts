// A short sound through the chosen speaker, to hear that it works.

import { sendTo } from "./speaker";

/** A third up, as a doorbell: Hz and when it begins, in seconds. */
const NOTES: readonly (readonly [number, number])[] = [
  [523.25, 0],
  [659.25, 0.22],
];
const LOUD = 0.2;
const RING_S = 0.6;

/** Plays it once. */
export function playTestSound(output: string): void {
  if (typeof AudioContext === "undefined") return;
  const context = new AudioContext();
  const to = context.createMediaStreamDestination();
  const now = context.currentTime;
  for (const [hertz, at] of NOTES) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, now + at);
    volume.gain.linearRampToValueAtTime(LOUD, now + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, now + at + RING_S);
    tone.connect(volume).connect(to);
    tone.start(now + at);
    tone.stop(now + at + RING_S);
  }
  const audio = new Audio();
  // An element, since that is what a meeting's sound goes through.
  sendTo(audio, output);
  audio.srcObject = to.stream;
  const end = () => {
    audio.srcObject = null;
    void context.close().catch(() => {});
  };
  void audio.play().catch(() => {});
  setTimeout(end, 1_500);
}
