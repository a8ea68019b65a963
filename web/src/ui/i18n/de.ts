// German: du.

import type { Dictionary } from "./dictionary";
import { number, percent, plural, unit } from "./format";

const seconds = (n: number) =>
  plural("de", n, { one: `${number("de", n)} Sekunde`, other: `${number("de", n)} Sekunden` });

const MISUNDERSTOOD = "Diese Seite und der Server verstehen sich nicht. Bitte lade sie neu.";

export const de: Dictionary = {
  common: {
    close: "Schließen",
    cancel: "Abbrechen",
    copy: "Kopieren",
    copied: "Kopiert",
    copyFailed: "Das Kopieren hat nicht geklappt. Bitte markiere und kopiere es von Hand.",
    share: "Teilen",
    more: "Mehr",
    on: "an",
    off: "aus",
    tryAgain: "Noch einmal versuchen",
    reload: "Seite neu laden",
    language: "Sprache",
    theme: "Darstellung",
    themeSystem: "Wie im System",
    themeDark: "Dunkel",
    themeLight: "Hell",
  },

  join: {
    ready: "Bereit zum Beitreten?",
    start: "Besprechung starten oder beitreten",
    tagline: "Videogespräche im Browser. Ohne Konto, ohne Installation.",
    name: "Dein Name",
    room: "Raum",
    roomHint: "Wer denselben Raum öffnet, trifft dich dort.",
    join: "Beitreten",
    preview: "Deine Kamera",
    cameraOff: "Deine Kamera ist aus",
    nameMissing: "Bitte gib deinen Namen ein.",
    roomWrong:
      "Ein Raumname darf Buchstaben ohne Umlaute, Ziffern, „-“ und „_“ enthalten, höchstens 64 Zeichen.",
    withoutDevices: "Du kannst auch ohne Mikrofon und Kamera beitreten.",
    startNow: "Besprechung starten",
    change: "Ändern",
  },

  devices: {
    mic: "Mikrofon",
    camera: "Kamera",
    speaker: "Lautsprecher",
    micLevel: "Mikrofonpegel",
    default: "Standard des Systems",
    none: "Nichts gefunden",
    unnamed: (n) => `Gerät ${number("de", n)}`,
    testSound: "Testton abspielen",
    changed: (label) => `Jetzt in Benutzung: ${label}.`,
  },

  trouble: {
    asking: {
      mic: "Zugriff auf dein Mikrofon wird angefragt …",
      camera: "Zugriff auf deine Kamera wird angefragt …",
      both: "Zugriff auf Mikrofon und Kamera wird angefragt …",
    },
    denied: {
      mic: "Diese Seite darf dein Mikrofon nicht benutzen. Erlaube es in der Adressleiste.",
      camera: "Diese Seite darf deine Kamera nicht benutzen. Erlaube es in der Adressleiste.",
      both: "Diese Seite darf Mikrofon und Kamera nicht benutzen. Erlaube es in der Adressleiste.",
    },
    missing: {
      mic: "Kein Mikrofon gefunden.",
      camera: "Keine Kamera gefunden.",
      both: "Weder Mikrofon noch Kamera gefunden.",
    },
    busy: {
      mic: "Ein anderes Programm benutzt gerade dein Mikrofon.",
      camera: "Ein anderes Programm benutzt gerade deine Kamera.",
      both: "Andere Programme benutzen gerade dein Mikrofon und deine Kamera.",
    },
    insecure:
      "Browser erlauben Kamera und Mikrofon nur auf sicheren Seiten. Öffne diese Seite mit https.",
    unsupported:
      "Dieser Browser gibt Seiten weder Kamera noch Mikrofon. Zusehen, zuhören und schreiben kannst du trotzdem.",
    howToAllow: "So erlaubst du es",
    allow: {
      chromium:
        "Klicke auf das Symbol links neben der Adresse, schalte Kamera und Mikrofon ein und versuche es noch einmal.",
      firefox:
        "Klicke in der Adressleiste auf die durchgestrichene Kamera oder das Mikrofon, hebe die Sperre auf und versuche es noch einmal.",
      safari:
        "Wähle Safari › Einstellungen für diese Website (auf dem iPhone: „aA“ › Website-Einstellungen), erlaube Kamera und Mikrofon und versuche es noch einmal.",
      ios: "Tippe in der Adressleiste auf „aA“ oder „•••“ › Website-Einstellungen und erlaube Kamera und Mikrofon. In anderen Browsern: Einstellungen-App › Name des Browsers.",
      other:
        "Erlaube dieser Seite in den Einstellungen des Browsers Kamera und Mikrofon und versuche es noch einmal.",
    },
    allowSystem:
      "Ist dort nichts gesperrt, lässt vielleicht das System den Browser nicht: Sieh in dessen Datenschutz-Einstellungen nach.",
    soundBlocked: "Dein Browser hat den Ton noch nicht gestartet.",
    turnOnSound: "Ton einschalten",
    screenFailed: "Dein Bildschirm konnte nicht geteilt werden.",
    paused: (n) =>
      `Seit ${seconds(n)} keine Verbindung. Bis sie wieder da ist, sieht und hört dich niemand.`,
    notHeard: "Vielleicht hören die anderen dich nicht. Ton und Bild werden neu verbunden …",
    backAgain: "Du bist wieder da.",
  },

  check: {
    title: "Verbindungstest",
    run: "Verbindung testen",
    running: "Test läuft …",
    signalling: "Server",
    gateway: "Medienserver",
    peers: "Direkt zu den anderen",
    relayUdp: "Relay über UDP",
    relayTcp: "Relay über TCP",
    relayTls: "Relay über TLS",
    open: "geht",
    openIn: (ms) => `geht, ${unit("de", ms, "millisecond")}`,
    closed: "gesperrt",
    notSetUp: "nicht eingerichtet",
    allGood: "Alles geht. Du kannst beitreten.",
    noServer: "Der Server ist nicht erreichbar. Prüfe deine Internetverbindung.",
    noMedia:
      "Ton und Bild kommen nicht durch dein Netz. Probiere ein anderes, oder frage, wer es betreibt.",
    udpClosed: "Dein Netz sperrt UDP. Gespräche gehen, laufen aber vielleicht weniger flüssig.",
    onlyTls:
      "Dein Netz lässt nur TLS durch. Gespräche gehen, laufen aber vielleicht weniger flüssig.",
    network: "Dein Netz",
    again: "Noch einmal testen",
    meetDirectly: "hier keiner: alle sprechen direkt miteinander",
    why: {
      no_webrtc: "kein WebRTC",
      no_address: "kein Netz gefunden",
      unreachable: "nicht erreichbar",
      lost: "Verbindung verloren",
      timeout: "keine Antwort in der Zeit",
      draining: "wird heruntergefahren",
      gateway_down: "außer Betrieb",
      bad_answer: "seltsame Antwort",
      no_answer: "keine Antwort",
      unauthorized: "abgelehnt",
      not_relayed: "nichts kam an",
    },
    skipped: "nicht geprüft",
    noSocket:
      "Der Server ist erreichbar, aber die Verbindung, die Gespräche brauchen (ein WebSocket), ist gesperrt. Das kann ein Proxy, ein VPN oder ein Virenscanner sein: Probiere es ohne, oder in einem anderen Netz.",
    gatewayDown:
      "Der Server geht, aber sein Medienserver ist außer Betrieb. Gespräche starten von selbst, sobald er wieder da ist.",
    noAddress:
      "Dieser Browser hat kein Netz gefunden, das er benutzen darf. Prüfe deine Verbindung, ein VPN oder eine Erweiterung, die WebRTC sperrt.",
    serverGood: "Der Server antwortet. Du kannst beitreten.",
    relayClosed:
      "Das Relay ist nicht erreichbar. Gespräche, die eines brauchen, gehen nicht: Probiere ein anderes Netz, oder frage, wer dieses betreibt.",
  },

  status: {
    connecting: "Verbindung wird aufgebaut …",
    connectingBecause: (why) => `Verbindung wird aufgebaut … ${why}`,
    connected: "Verbunden",
    reconnecting: "Verbindung verloren. Sie wird neu aufgebaut …",
    reconnectingFor: (n) => `Verbindung seit ${seconds(n)} weg. Sie wird neu aufgebaut …`,
    passing: {
      busy: "Der Raum ist überlastet. Es wird von selbst weiter versucht …",
      draining: "Der Server startet neu. Es wird von selbst weiter versucht …",
      room_restarting: "Der Raum wird wiederhergestellt. Gleich bist du wieder drin …",
      too_fast: "Das war viel auf einmal. Gleich wird es noch einmal versucht …",
      waiting: "Du wartest darauf, eingelassen zu werden …",
    },
    switchingDevices: "Deine Geräte werden eingeschaltet …",
    restarting: "Dein Gespräch wurde unterbrochen. Es wird neu gestartet …",
    restartingBecause: (why) => `Dein Gespräch wird gestartet … ${why}`,
    failed: (why) => `Dein Gespräch ist beendet. ${why}`,
    startAgain: "Neu starten",
    dismiss: "Ausblenden",
  },

  room: {
    controls: "Bedienung",
    people: "Teilnehmende",
    leave: "Verlassen",
    shareScreen: "Bildschirm teilen",
    stopScreen: "Nicht mehr teilen",
    screenOf: (name) => `Bildschirm von ${name}`,
    youShare: "Du teilst deinen Bildschirm",
    raiseHand: "Hand heben",
    react: "Reagieren",
    reactions: {
      thumbsUp: "Daumen hoch",
      clap: "Applaus",
      heart: "Herz",
      laugh: "Lachen",
      surprise: "Staunen",
      celebrate: "Jubel",
    },
    gridView: "Rasteransicht",
    speakerView: "Sprecheransicht",
    fullScreen: "Vollbild",
    exitFullScreen: "Vollbild beenden",
    pictureInPicture: "Bild im Bild",
    settings: "Einstellungen",
    more: "Mehr",
    alone: "Noch ist niemand sonst da. Teile den Link, um andere einzuladen.",
    modeMesh: "Direkt",
    modeGateway: "Über den Server",
    modeMeshHint: "Ton und Bild gehen direkt von Browser zu Browser.",
    modeGatewayHint: "Ton und Bild gehen über den Medienserver.",
    pushToTalk: "Zum Sprechen Leertaste gedrückt halten",
    talking: "Man hört dich",
    locked: "Der Raum ist abgeschlossen",
    recording: "Diese Besprechung wird aufgezeichnet",
    moreTiles: (n) =>
      plural("de", n, {
        one: `${number("de", n)} weitere Person`,
        other: `${number("de", n)} weitere Personen`,
      }),
  },

  invite: {
    title: "Andere einladen",
    link: "Link zu diesem Raum",
    copy: "Link kopieren",
    copied: "Link kopiert",
    share: "Link teilen",
    shareText: (room) => `Triff mich in „${room}“:`,
    qr: "QR-Code",
    qrAlt: (room) => `QR-Code mit dem Link zum Raum „${room}“`,
  },

  tile: {
    you: (name) => `${name} (du)`,
    micOff: "Mikrofon aus",
    cameraOff: "Kamera aus",
    handRaised: "Hand gehoben",
    talking: "spricht",
    sharing: "teilt den Bildschirm",
    pinned: "angeheftet",
    restarting: "Wird neu verbunden …",
    connecting: "Wird verbunden …",
    pin: (name) => `${name} anheften`,
    unpin: (name) => `${name} lösen`,
    quality: "Verbindungsqualität",
    qualityGood: "Gute Verbindung",
    qualityFair: "Mäßige Verbindung",
    qualityPoor: "Schlechte Verbindung",
    qualityLost: "Verbindung verloren",
    loss: (share) => `${percent("de", share)} verloren`,
    roundTrip: (ms) => `${unit("de", ms, "millisecond")} hin und zurück`,
    atYourEnd: "Es liegt an deiner Verbindung.",
    atTheirEnd: (name) => `Es liegt an der Verbindung von ${name}.`,
    atServer: "Es liegt an der Verbindung des Servers.",
    lostFor: (n) => `Seit ${seconds(n)} weg`,
  },

  chat: {
    title: "Chat",
    message: "Nachricht",
    placeholder: "An alle schreiben",
    send: "Senden",
    notSent: "Deine Nachricht wurde nicht gesendet. Bitte versuche es noch einmal.",
    empty: "Noch keine Nachrichten.",
    unread: (n) =>
      plural("de", n, {
        one: `${number("de", n)} ungelesene Nachricht`,
        other: `${number("de", n)} ungelesene Nachrichten`,
      }),
    newMessages: "Neue Nachrichten",
    earlier: "Bevor du da warst",
    tooLong: (n) => `${number("de", n)} Zeichen zu lang.`,
  },

  people: {
    title: "Teilnehmende",
    count: (n) =>
      plural("de", n, { one: `${number("de", n)} Person`, other: `${number("de", n)} Personen` }),
    moderator: "Moderation",
    handsRaised: (n) =>
      plural("de", n, {
        one: `${number("de", n)} Hand gehoben`,
        other: `${number("de", n)} Hände gehoben`,
      }),
  },

  announce: {
    joined: (names, n) => plural("de", n, { one: `${names} ist da.`, other: `${names} sind da.` }),
    left: (names, n) =>
      plural("de", n, { one: `${names} ist gegangen.`, other: `${names} sind gegangen.` }),
    handRaised: (name) => `${name} hebt die Hand.`,
    handLowered: (name) => `${name} nimmt die Hand herunter.`,
    message: (name, text) => `${name}: ${text}`,
    reaction: (name, reaction) => `${name}: ${reaction}.`,
    screenStarted: (name) => `${name} teilt den Bildschirm.`,
    screenStopped: (name) => `${name} teilt den Bildschirm nicht mehr.`,
    micOn: "Mikrofon an.",
    micOff: "Mikrofon aus.",
    mutedByModerator: "Die Moderation hat dich stummgeschaltet.",
  },

  left: {
    title: "Du bist nicht mehr im Raum",
    rejoin: "Wieder beitreten",
    other: "Anderer Name oder Raum",
    serverBack: "Der Server ist wieder da. Du kannst wieder beitreten.",
    here: "Stattdessen diesen Tab benutzen",
    otherName: "Anderen Namen wählen",
    otherRoom: "In einen anderen Raum",
    newLink: "Bitte um einen neuen Link, wer dich eingeladen hat.",
  },

  problem: {
    title: "Das geht nicht",
    badRoom: (name) =>
      `„${name}“ kann kein Raumname sein. Erlaubt sind Buchstaben ohne Umlaute, Ziffern, „-“ und „_“, höchstens 64 Zeichen.`,
    noWebRtc:
      "Dieser Browser kann keine Gespräche führen, weil ihm WebRTC fehlt. Bitte nimm einen anderen.",
    crashed: "Auf dieser Seite ist etwas kaputtgegangen. Neu laden hilft meistens.",
    chooseRoom: "Anderen Raum wählen",
  },

  notices: {
    gone: (label, other) => `${label} ist weg. Jetzt in Benutzung: ${other}.`,
    goneAll: (label) => `${label} ist weg.`,
  },

  settings: {
    title: "Einstellungen",
    devices: "Geräte",
    appearance: "Darstellung",
  },

  keys: {
    title: "Tastenkürzel",
    open: "Tastenkürzel",
    mic: "Mikrofon an oder aus",
    camera: "Kamera an oder aus",
    hand: "Hand heben oder senken",
    chat: "Chat öffnen oder schließen",
    people: "Teilnehmerliste öffnen oder schließen",
    talk: "Zum Sprechen gedrückt halten",
    list: "Diese Liste zeigen",
    leave: "Verlassen",
    closePanel: "Geöffnetes schließen",
    space: "Leertaste",
    escape: "Esc",
  },

  diagnostics: {
    title: "Diagnose",
    open: "Diagnose",
    copyJson: "Als JSON kopieren",
    copied: "Kopiert. Füge es in deine Meldung ein.",
    hint: "Für Fehlermeldungen. Enthält weder Chat noch Bilder.",
    state: "Zustand",
    cause: "Ursache",
    history: "Verlauf",
    lastEvents: "Letzte Ereignisse",
    path: "Netzwerkweg",
    local: "Diese Seite",
    remote: "Gegenseite",
    relayed: "über ein Relay",
    direct: "direkt",
    sending: "Senden",
    receiving: "Empfangen",
    bitrate: (bits) =>
      bits >= 1e6 ? `${number("de", bits / 1e6, 1)} Mbit/s` : `${number("de", bits / 1e3)} kbit/s`,
    frames: (n) =>
      plural("de", n, { one: `${number("de", n)} Bild`, other: `${number("de", n)} Bilder` }),
    freezes: (n) =>
      plural("de", n, {
        one: `${number("de", n)} Standbild`,
        other: `${number("de", n)} Standbilder`,
      }),
    packetLoss: "Verlorene Pakete",
    roundTrip: "Hin und zurück",
    version: "Version",
    nothing: "Noch nichts",
  },

  reasons: {
    already_started: "Dein Gespräch läuft schon.",
    answer_timeout: "Dieser Browser hat dem Medienserver nicht geantwortet.",
    bad_candidate: "Der Server hat die Adresse dieses Browsers nicht verstanden.",
    bad_frame: MISUNDERSTOOD,
    bad_handshake: MISUNDERSTOOD,
    bad_name: "Dieser Name geht nicht. Bitte wähle einen anderen.",
    bad_payload: MISUNDERSTOOD,
    bad_sdp: "Der Server versteht das Angebot dieses Browsers nicht.",
    bad_topic: "Einen Raum mit diesem Namen kann es nicht geben.",
    busy: "Der Raum ist überlastet. Bitte versuche es gleich noch einmal.",
    draining: "Der Server wird heruntergefahren. Bitte versuche es gleich noch einmal.",
    ended: "Die Moderation hat die Besprechung beendet.",
    forbidden: "Das darfst du hier nicht.",
    forbidden_origin: "Der Server nimmt Seiten von dieser Adresse nicht an.",
    full: "Der Raum ist voll.",
    gave_up: "Es hat mehrmals hintereinander nicht geklappt.",
    internal: "Auf dem Server ist etwas schiefgegangen.",
    janus_lost: "Die Verbindung zum Medienserver ist abgerissen.",
    janus_protocol: "Der Medienserver hat etwas Unverständliches geantwortet.",
    janus_refused: "Der Medienserver hat das Gespräch abgelehnt.",
    janus_room_destroyed: "Der Medienserver hat diesen Raum geschlossen.",
    janus_session_lost: "Der Medienserver hat dieses Gespräch verloren.",
    janus_timeout: "Der Medienserver antwortet nicht.",
    janus_unauthorised:
      "Dieser Server hat keinen Zugang zu seinem Medienserver. Hier muss helfen, wer ihn betreibt.",
    janus_unfit:
      "Der Medienserver ist nicht richtig eingerichtet. Hier muss helfen, wer ihn betreibt.",
    janus_unreachable: "Der Medienserver ist nicht erreichbar.",
    kicked: "Die Moderation hat dich aus dem Raum entfernt.",
    killed: "Dieses Gespräch ist auf dem Server abgebrochen.",
    left: "Du hast den Raum verlassen.",
    locked: "Der Raum ist abgeschlossen.",
    media_lost: "Der Medienserver hat die Verbindung zu diesem Browser verloren.",
    moved: "Der Raum ist auf einen anderen Server umgezogen.",
    no_call: "Gerade läuft kein Gespräch.",
    noproc: "Dieses Gespräch ist auf dem Server abgebrochen.",
    not_found: "Das ist nicht mehr da.",
    not_joined: "Du bist nicht im Raum.",
    offer_failed: "Dieser Browser konnte das Gespräch nicht starten.",
    offer_refused: "Der Medienserver hat die Verbindung abgelehnt.",
    overloaded: "Der Server kam mit diesem Gespräch nicht mehr mit.",
    panicked: "Dieses Gespräch ist auf dem Server abgebrochen.",
    poller_died: "Die Leitung zum Medienserver ist abgerissen.",
    recording_off: "Dieser Server zeichnet nicht auf.",
    refused: "Du wurdest nicht in den Raum eingelassen.",
    replaced: "Du bist diesem Raum in einem anderen Tab beigetreten.",
    room_closed: "Der Raum wurde geschlossen.",
    room_restarting: "Der Raum wird wiederhergestellt.",
    stale_version: "Die Verbindung hat sich inzwischen geändert.",
    stopped: "Das Gespräch wurde beendet.",
    supervisor_died: "Die Gespräche dieses Raums sind auf dem Server abgebrochen.",
    timeout: "Der Server hat nicht rechtzeitig geantwortet.",
    too_fast: "Das war zu schnell. Bitte versuche es gleich noch einmal.",
    too_large: "Das war zu lang.",
    too_many_connections: "Der Server ist voll. Bitte versuche es gleich noch einmal.",
    too_many_rooms: "Du bist schon in zu vielen Räumen.",
    unauthorised: "Mit diesem Link darfst du nicht in diesen Raum.",
    unknown_event: "Der Server kennt nicht, was diese Seite von ihm wollte. Bitte lade sie neu.",
    waiting: "Du wartest darauf, eingelassen zu werden.",
    wrong_mode: "Das geht in diesem Raum nicht.",
  },
  unknownReason: (word) => `Etwas ist schiefgegangen (${word}).`,
};
