// The reusable client: everything a page needs to take part in a room. No framework, no DOM.

export { Call, type CallState } from "./call";
export { type Clock, every, pageClock, workerClock } from "./clock";
export { Connection, type ConnectionState, type ResumeStorage } from "./connection";
export { type Happening, History } from "./history";
export {
  type Capture,
  captureDevice,
  type DeviceKind,
  type DeviceState,
  LocalMedia,
  type MediaState,
} from "./media";
export * from "./protocol";
export { Publisher } from "./publisher";
export { type CallSign, type Participant, Room } from "./room";
export { Session, type SessionOptions } from "./session";
export { type Status, statusOf } from "./status";
export { type Readable, Store } from "./store";
export { type Incoming, Subscriber } from "./subscriber";
export { Watchdog } from "./watchdog";
