// The reusable client: everything a page needs to take part in a room. No framework, no DOM.

export { Call } from "./call";
export { type Clock, every, pageClock, workerClock } from "./clock";
export { Connection, type ConnectionState, type ResumeStorage } from "./connection";
export type { TestFailure, TestFinding } from "./connection_probes";
export {
  ConnectionTest,
  type ConnectionTestOptions,
  type TestStep,
  type TestStepName,
  type TestStepState,
} from "./connection_test";
export { rateOf } from "./debug";
export {
  type Choices,
  type ChoosableKind,
  type Device,
  type DeviceLists,
  type DeviceSource,
  Devices,
  type DevicesOptions,
} from "./devices";
export type {
  CallState,
  EngineOptions,
  Hears,
  Incoming,
  MediaEngine,
  Present,
  Wish,
} from "./engine";
export { GatewayEngine } from "./gateway";
export { type Happening, History } from "./history";
export { Looks } from "./looks";
export {
  type Capture,
  captureDevice,
  type DeviceKind,
  LocalMedia,
  type MediaState,
  type SourceState,
} from "./media";
export { MeshEngine } from "./mesh";
export { type Ear, Meter, type MeterOptions } from "./meter";
export * from "./protocol";
export { Publisher } from "./publisher";
export {
  type Quality,
  type QualityCause,
  type QualityLevel,
  qualities,
  ratesOf,
  type StreamRate,
  type View,
} from "./quality";
export { QualityWatch, type QualityWatchOptions, type WatchedSession } from "./quality_watch";
export { type CallSign, type Participant, type Reaction, Room } from "./room";
export { Session, type SessionOptions } from "./session";
export type { ConnectionStats, LineOwner, PathStats, StreamStats } from "./stats";
export { type Status, statusOf } from "./status";
export { type Readable, Store } from "./store";
export { Subscriber } from "./subscriber";
export { Watchdog } from "./watchdog";
