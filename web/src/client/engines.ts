// The engines by a room's mode: each a file of its own, for a meeting needs one of them.

import type { EngineOptions, MediaEngine } from "./engine";
import type { RoomMode } from "./protocol";

export type MakeEngine = (options: EngineOptions) => MediaEngine;

const LOAD: Readonly<Record<RoomMode, () => Promise<MakeEngine>>> = {
  gateway: async () => {
    const { GatewayEngine } = await import("./gateway");
    return (options) => new GatewayEngine(options);
  },
  mesh: async () => {
    const { MeshEngine } = await import("./mesh");
    return (options) => new MeshEngine(options);
  },
};

const here = new Map<RoomMode, MakeEngine>();

/** What makes an engine of that mode, if its file is here. */
export function engineAtHand(mode: RoomMode): MakeEngine | undefined {
  return here.get(mode);
}

/** Fetches the file of that mode's engine; what failed is asked for again. */
export async function fetchEngine(mode: RoomMode): Promise<MakeEngine> {
  const make = await LOAD[mode]();
  here.set(mode, make);
  return make;
}

/** Fetches both ahead of time: a room may change its mode. Nobody waits, so a failure is nobody's. */
export async function fetchEngines(): Promise<void> {
  await Promise.allSettled([fetchEngine("gateway"), fetchEngine("mesh")]);
}
