// Keeps the screen on during a meeting, where the browser can.

/** Until stopped. The lock is lost whenever nobody looks at the page: it is asked for again then. */
export function keepAwake(): () => void {
  const locks = navigator.wakeLock;
  if (!locks) return () => {};
  let lock: WakeLockSentinel | null = null;
  let stopped = false;
  const ask = async () => {
    if (stopped || document.visibilityState !== "visible" || (lock && !lock.released)) return;
    try {
      lock = await locks.request("screen");
      if (stopped) await lock.release();
    } catch {
      // Refused (battery saver): the screen does as the system has it.
    }
  };
  const look = () => void ask();
  document.addEventListener("visibilitychange", look);
  void ask();
  return () => {
    stopped = true;
    document.removeEventListener("visibilitychange", look);
    void lock?.release().catch(() => {});
  };
}
