// The meeting's half of the page. Whoever still looks at their own picture does not wait for it.

import { Part } from "./part";

export type Meeting = typeof import("./room/meeting");

export const meeting = new Part<Meeting>(() => import("./room/meeting"));
