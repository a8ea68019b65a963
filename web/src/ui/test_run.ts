// The connection test as a part of its own: fetched by whoever asks for one, and behind the meeting, for
// who needs it there may have lost the server that has it.

import type { ComponentType } from "preact";
import { Part } from "./part";
import type { TestRunProps } from "./TestRun";

export const testRun = new Part<ComponentType<TestRunProps>>(
  async () => (await import("./TestRun")).TestRun,
);
