import type { ComponentType } from "preact";
import { words } from "../i18n";
import { lazily } from "../lazily";
import { notify } from "../notices";
import { Part } from "../part";
import type { RoomView } from "./view";

/** What is going on underneath, and a copy of it for whoever helps. */
export const DiagnosticsDialog = lazily(
  new Part<ComponentType<{ view: RoomView }>>(
    async () => (await import("../diagnostics/DiagnosticsBody")).DiagnosticsBody,
  ),
  ({ view }) => {
    view.dialog.value = null;
    notify(words().problem.partMissing, "error");
  },
);
