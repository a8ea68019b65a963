// Everything the page says, by screen. Each language is one complete `Dictionary`: what is missing
// fails the type check, and with it the build. Texts with values in them are functions.

/** Which devices a sentence speaks of: languages decline them, so each gets its own sentence. */
export type Devices = "mic" | "camera" | "both";

/** A text for one device and for both. */
export type ByDevices = Readonly<Record<Devices, string>>;

/** Whose guide to permissions is shown. */
export type BrowserFamily = "chromium" | "firefox" | "safari" | "ios" | "other";

/** The words of the client's connection test. */
export type TestTrouble =
  | "no_webrtc"
  | "no_address"
  | "unreachable"
  | "lost"
  | "timeout"
  | "draining"
  | "gateway_down"
  | "bad_answer"
  | "no_answer"
  | "unauthorized"
  | "not_relayed";

/** What a reaction is called, for those who do not see it. */
export type ReactionName = "thumbsUp" | "clap" | "heart" | "laugh" | "surprise" | "celebrate";

/** The words of docs/protocol.md's table, of its reserved part, and of the page itself. */
export type Reason =
  | "already_started"
  | "answer_timeout"
  | "bad_candidate"
  | "bad_frame"
  | "bad_handshake"
  | "bad_name"
  | "bad_payload"
  | "bad_sdp"
  | "bad_topic"
  | "busy"
  | "draining"
  | "ended"
  | "forbidden"
  | "forbidden_origin"
  | "full"
  | "gave_up"
  | "internal"
  | "janus_lost"
  | "janus_protocol"
  | "janus_refused"
  | "janus_room_destroyed"
  | "janus_session_lost"
  | "janus_timeout"
  | "janus_unauthorised"
  | "janus_unfit"
  | "janus_unreachable"
  | "identity_taken"
  | "kicked"
  | "out_of_descriptors"
  | "server_full"
  | "too_many_from_address"
  | "worker_died"
  | "killed"
  | "left"
  | "locked"
  | "media_lost"
  | "moved"
  | "no_call"
  | "noproc"
  | "not_found"
  | "not_joined"
  | "offer_failed"
  | "offer_refused"
  | "overloaded"
  | "panicked"
  | "part_missing"
  | "poller_died"
  | "recording_off"
  | "refused"
  | "replaced"
  | "room_closed"
  | "room_restarting"
  | "stale_version"
  | "stopped"
  | "supervisor_died"
  | "timeout"
  | "too_fast"
  | "too_large"
  | "too_many_connections"
  | "too_many_rooms"
  | "unauthorised"
  | "unknown_event"
  | "waiting"
  | "wrong_mode";

/** Refusals that do not last: the page asks again by itself. */
export type Passing = "busy" | "draining" | "room_restarting" | "too_fast" | "waiting";

export interface Dictionary {
  common: {
    close: string;
    copy: string;
    copied: string;
    copyFailed: string;
    share: string;
    more: string;
    on: string;
    off: string;
    tryAgain: string;
    reload: string;
    language: string;
    theme: string;
    themeSystem: string;
    themeDark: string;
    themeLight: string;
  };

  join: {
    /** The heading, where the link names the room. */
    ready: string;
    /** The heading, where no room is known yet. */
    start: string;
    tagline: string;
    name: string;
    room: string;
    roomHint: string;
    join: string;
    preview: string;
    cameraOff: string;
    nameMissing: string;
    roomWrong: string;
    /** Joining is possible without devices. */
    withoutDevices: string;
    /** Where a room's name is offered: one click and one is in. */
    startNow: string;
    change: string;
  };

  devices: {
    mic: string;
    camera: string;
    speaker: string;
    micLevel: string;
    default: string;
    none: string;
    /** A device that the browser does not name yet. */
    unnamed: (n: number) => string;
    testSound: string;
    changed: (label: string) => string;
  };

  /** What keeps devices from being on. */
  trouble: {
    asking: ByDevices;
    denied: ByDevices;
    missing: ByDevices;
    busy: ByDevices;
    insecure: string;
    /** A browser that gives no page a device. */
    unsupported: string;
    howToAllow: string;
    allow: Readonly<Record<BrowserFamily, string>>;
    /** Where the browser allows it and the system does not. */
    allowSystem: string;
    soundBlocked: string;
    turnOnSound: string;
    screenFailed: string;
    /** One's own media is held back after so long without the server. */
    paused: (seconds: number) => string;
  };

  /** The test of the connection before joining. */
  check: {
    title: string;
    run: string;
    running: string;
    signalling: string;
    gateway: string;
    peers: string;
    relayUdp: string;
    relayTcp: string;
    relayTls: string;
    open: string;
    openIn: (ms: number) => string;
    closed: string;
    notSetUp: string;
    allGood: string;
    noServer: string;
    noMedia: string;
    udpClosed: string;
    onlyTls: string;
    network: string;
    again: string;
    /** There is no media server: people meet directly. */
    meetDirectly: string;
    why: Readonly<Record<TestTrouble, string>>;
    skipped: string;
    /** Over HTTP it can be reached. */
    noSocket: string;
    gatewayDown: string;
    noAddress: string;
    /** The server is there, and no relay was tried. */
    serverGood: string;
    relayClosed: string;
    /** Others than these are open. */
    someClosed: (ways: readonly string[]) => string;
  };

  status: {
    connecting: string;
    connectingBecause: (why: string) => string;
    connected: string;
    reconnecting: string;
    /** So long without the server. */
    reconnectingFor: (seconds: number) => string;
    /** While the page asks again by itself. */
    passing: Readonly<Record<Passing, string>>;
    switchingDevices: string;
    restarting: string;
    restartingBecause: (why: string) => string;
    failed: (why: string) => string;
    startAgain: string;
    dismiss: string;
  };

  room: {
    controls: string;
    people: string;
    leave: string;
    shareScreen: string;
    screenOf: (name: string) => string;
    raiseHand: string;
    react: string;
    reactions: Readonly<Record<ReactionName, string>>;
    gridView: string;
    speakerView: string;
    fullScreen: string;
    exitFullScreen: string;
    pictureInPicture: string;
    settings: string;
    more: string;
    alone: string;
    modeMesh: string;
    modeGateway: string;
    modeMeshHint: string;
    modeGatewayHint: string;
    pushToTalk: string;
    /** To somebody who speaks and is not heard. */
    youAreMuted: string;
    talking: string;
    locked: string;
  };

  invite: {
    title: string;
    link: string;
    copy: string;
    copied: string;
    /** Where the page may not copy: the link is selected; `keys` copies it. */
    press: (keys: string) => string;
    share: string;
    shareText: (room: string) => string;
    qr: string;
    qrAlt: (room: string) => string;
  };

  tile: {
    you: (name: string) => string;
    micOff: string;
    cameraOff: string;
    handRaised: string;
    talking: string;
    sharing: string;
    pinned: string;
    restarting: string;
    connecting: string;
    pin: (name: string) => string;
    unpin: (name: string) => string;
    quality: string;
    qualityGood: string;
    qualityFair: string;
    qualityPoor: string;
    qualityLost: string;
    loss: (share: number) => string;
    roundTrip: (ms: number) => string;
    atYourEnd: string;
    atTheirEnd: (name: string) => string;
    atServer: string;
    between: (name: string) => string;
    lostFor: (seconds: number) => string;
  };

  chat: {
    title: string;
    message: string;
    placeholder: string;
    send: string;
    notSent: string;
    empty: string;
    unread: (n: number) => string;
    newMessages: string;
    /** What was said before one came. */
    earlier: string;
    tooLong: (over: number) => string;
  };

  people: {
    title: string;
    count: (n: number) => string;
    moderator: string;
    handsRaised: (n: number) => string;
  };

  /** What a screen reader is told as it happens. */
  announce: {
    joined: (names: string, n: number) => string;
    left: (names: string, n: number) => string;
    handRaised: (name: string) => string;
    handLowered: (name: string) => string;
    message: (name: string, text: string) => string;
    reaction: (name: string, reaction: string) => string;
    screenStarted: (name: string) => string;
    screenStopped: (name: string) => string;
    micOn: string;
    micOff: string;
    cameraOn: string;
    cameraOff: string;
    handUp: string;
    handDown: string;
  };

  left: {
    title: string;
    rejoin: string;
    other: string;
    /** Instead of another tab. */
    here: string;
    otherName: string;
    otherRoom: string;
    newLink: string;
  };

  problem: {
    title: string;
    badRoom: (name: string) => string;
    noWebRtc: string;
    crashed: string;
    /** A file of the page did not come; what was to be done can be tried again. */
    partMissing: string;
    chooseRoom: string;
  };

  notices: {
    /** A device was unplugged; `other` is used now. */
    gone: (label: string, other: string) => string;
    /** There is no other. */
    goneAll: (label: string) => string;
  };

  settings: {
    title: string;
    devices: string;
    appearance: string;
    layout: string;
  };

  keys: {
    title: string;
    open: string;
    mic: string;
    camera: string;
    hand: string;
    chat: string;
    people: string;
    talk: string;
    /** When holding the space bar works. */
    talkHint: string;
    list: string;
    leave: string;
    closePanel: string;
    /** The name of the key. */
    space: string;
    escape: string;
  };

  diagnostics: {
    title: string;
    open: string;
    copyJson: string;
    copied: string;
    hint: string;
    state: string;
    cause: string;
    history: string;
    lastEvents: string;
    path: string;
    local: string;
    remote: string;
    relayed: string;
    direct: string;
    sending: string;
    receiving: string;
    bitrate: (bitsPerSecond: number) => string;
    freezes: (n: number) => string;
    packetLoss: string;
    roundTrip: string;
    version: string;
    stream: string;
    screen: string;
    speed: string;
    size: string;
    framesPerSecond: string;
    frozen: string;
    jitter: string;
    /** Why an encoder sends less than it could. */
    limitedBy: string;
    /** What the browser thinks the way can carry. */
    available: string;
    time: string;
    event: string;
    detail: string;
    browser: string;
    noConnections: string;
    nothing: string;
  };

  reasons: Readonly<Record<Reason, string>>;
  /** For a word that this page does not know. */
  unknownReason: (word: string) => string;
}
