// Spanish: tú, neutral vocabulary.

import type { Dictionary } from "./dictionary";
import { number, percent, plural, unit } from "./format";

const seconds = (n: number) =>
  plural("es", n, { one: `${number("es", n)} segundo`, other: `${number("es", n)} segundos` });

const MISUNDERSTOOD = "Esta página y el servidor no se entienden. Vuelve a cargarla.";

export const es: Dictionary = {
  common: {
    close: "Cerrar",
    cancel: "Cancelar",
    copy: "Copiar",
    copied: "Copiado",
    copyFailed: "No se ha podido copiar. Selecciónalo y cópialo a mano.",
    share: "Compartir",
    more: "Más",
    on: "activado",
    off: "desactivado",
    tryAgain: "Volver a intentarlo",
    reload: "Volver a cargar la página",
    language: "Idioma",
    theme: "Apariencia",
    themeSystem: "Como el sistema",
    themeDark: "Oscura",
    themeLight: "Clara",
  },

  join: {
    ready: "¿Listo para entrar?",
    start: "Inicia una reunión o únete a una",
    tagline: "Videollamadas en el navegador. Sin cuenta y sin instalar nada.",
    name: "Tu nombre",
    room: "Sala",
    roomHint: "Quien abra la misma sala se encontrará contigo.",
    join: "Entrar",
    preview: "Tu cámara",
    cameraOff: "Tu cámara está apagada",
    nameMissing: "Escribe tu nombre.",
    roomWrong:
      "El nombre de la sala puede tener letras sin tilde, cifras, «-» y «_», 64 como máximo.",
    withoutDevices: "Puedes entrar sin micrófono ni cámara.",
    startNow: "Iniciar una reunión",
    change: "Cambiar",
  },

  devices: {
    mic: "Micrófono",
    camera: "Cámara",
    speaker: "Altavoz",
    micLevel: "Nivel del micrófono",
    default: "Predeterminado del sistema",
    none: "No se ha encontrado ninguno",
    unnamed: (n) => `Dispositivo ${number("es", n)}`,
    testSound: "Reproducir un sonido de prueba",
    changed: (label) => `Ahora se usa ${label}.`,
  },

  trouble: {
    asking: {
      mic: "Pidiendo acceso al micrófono…",
      camera: "Pidiendo acceso a la cámara…",
      both: "Pidiendo acceso al micrófono y a la cámara…",
    },
    denied: {
      mic: "Esta página no puede usar tu micrófono. Permítelo en la barra de direcciones.",
      camera: "Esta página no puede usar tu cámara. Permítelo en la barra de direcciones.",
      both: "Esta página no puede usar tu micrófono ni tu cámara. Permítelo en la barra de direcciones.",
    },
    missing: {
      mic: "No se ha encontrado ningún micrófono.",
      camera: "No se ha encontrado ninguna cámara.",
      both: "No se ha encontrado ni micrófono ni cámara.",
    },
    busy: {
      mic: "Otro programa está usando tu micrófono.",
      camera: "Otro programa está usando tu cámara.",
      both: "Otros programas están usando tu micrófono y tu cámara.",
    },
    insecure:
      "Los navegadores solo permiten usar la cámara y el micrófono en páginas seguras. Abre esta página con https.",
    unsupported:
      "Este navegador no da a las páginas ni cámara ni micrófono. Aun así puedes ver, escuchar y escribir.",
    howToAllow: "Cómo permitirlo",
    allow: {
      chromium:
        "Haz clic en el icono a la izquierda de la dirección, activa la cámara y el micrófono y vuelve a intentarlo.",
      firefox:
        "Haz clic en la cámara o el micrófono tachados de la barra de direcciones, quita el bloqueo y vuelve a intentarlo.",
      safari:
        "Elige Safari › Ajustes para este sitio web (en el iPhone: «aA» › Ajustes del sitio web), permite la cámara y el micrófono y vuelve a intentarlo.",
      ios: "Toca «aA» o «•••» en la barra de direcciones › Ajustes del sitio web y permite la cámara y el micrófono. En otros navegadores: app Ajustes › nombre del navegador.",
      other:
        "Permite la cámara y el micrófono para esta página en los ajustes del navegador y vuelve a intentarlo.",
    },
    allowSystem:
      "Si ahí no hay nada bloqueado, puede que el propio sistema no deje al navegador: mira en sus ajustes de privacidad.",
    soundBlocked: "Tu navegador aún no ha activado el sonido.",
    turnOnSound: "Activar el sonido",
    screenFailed: "No se ha podido compartir tu pantalla.",
    paused: (n) => `Sin conexión desde hace ${seconds(n)}. Nadie te ve ni te oye hasta que vuelva.`,
    notHeard: "Puede que los demás no te oigan. Reconectando el sonido y la imagen…",
    backAgain: "Ya estás de vuelta.",
  },

  check: {
    title: "Prueba de conexión",
    run: "Probar la conexión",
    running: "Probando…",
    signalling: "Servidor",
    gateway: "Servidor multimedia",
    peers: "Directamente con los demás",
    relayUdp: "Retransmisión por UDP",
    relayTcp: "Retransmisión por TCP",
    relayTls: "Retransmisión por TLS",
    open: "funciona",
    openIn: (ms) => `funciona, ${unit("es", ms, "millisecond")}`,
    closed: "bloqueado",
    notSetUp: "no configurado",
    allGood: "Todo funciona. Puedes entrar sin problemas.",
    noServer: "No se puede llegar al servidor. Revisa tu conexión a internet.",
    noMedia:
      "El sonido y la imagen no pueden atravesar tu red. Prueba otra red o pregunta a quien la administre.",
    udpClosed: "Tu red bloquea UDP. Las llamadas funcionan, pero pueden ser menos fluidas.",
    onlyTls: "Tu red solo deja pasar TLS. Las llamadas funcionan, pero pueden ser menos fluidas.",
    network: "Tu red",
    again: "Volver a probar",
    meetDirectly: "aquí no hay: la gente se conecta directamente",
    why: {
      no_webrtc: "sin WebRTC",
      no_address: "no se ha encontrado ninguna red",
      unreachable: "no se puede llegar",
      lost: "conexión perdida",
      timeout: "sin respuesta a tiempo",
      draining: "se está apagando",
      gateway_down: "fuera de servicio",
      bad_answer: "respuesta extraña",
      no_answer: "sin respuesta",
      unauthorized: "rechazado",
      not_relayed: "no ha llegado nada",
    },
    skipped: "no se ha probado",
    noSocket:
      "Se puede llegar al servidor, pero la conexión que necesitan las llamadas (un WebSocket) está bloqueada. Puede ser un proxy, una VPN o un antivirus: prueba sin él o en otra red.",
    gatewayDown:
      "El servidor funciona, pero su servidor multimedia está fuera de servicio. Las llamadas empezarán solas cuando vuelva.",
    noAddress:
      "Este navegador no ha encontrado ninguna red que pueda usar. Revisa tu conexión, una VPN o una extensión que bloquee WebRTC.",
    serverGood: "El servidor responde. Puedes entrar.",
    relayClosed:
      "No se puede llegar a la retransmisión. Las llamadas que la necesiten no funcionarán: prueba otra red o pregunta a quien administre esta.",
  },

  status: {
    connecting: "Conectando…",
    connectingBecause: (why) => `Conectando… ${why}`,
    connected: "Conectado",
    reconnecting: "Se ha perdido la conexión. Reconectando…",
    reconnectingFor: (n) => `Sin conexión desde hace ${seconds(n)}. Reconectando…`,
    passing: {
      busy: "La sala está saturada. Se vuelve a intentar automáticamente…",
      draining: "El servidor se está reiniciando. Se vuelve a intentar automáticamente…",
      room_restarting: "La sala se está restaurando. Enseguida estarás de vuelta…",
      too_fast: "Eso ha sido mucho de golpe. Se vuelve a intentar enseguida…",
      waiting: "Esperando a que te dejen entrar…",
    },
    switchingDevices: "Activando tus dispositivos…",
    restarting: "Tu llamada se ha interrumpido. Reiniciando…",
    restartingBecause: (why) => `Iniciando tu llamada… ${why}`,
    failed: (why) => `Tu llamada ha terminado. ${why}`,
    startAgain: "Volver a empezar",
    dismiss: "Descartar",
  },

  room: {
    controls: "Controles",
    people: "Participantes",
    leave: "Salir",
    shareScreen: "Compartir pantalla",
    stopScreen: "Dejar de compartir",
    screenOf: (name) => `Pantalla de ${name}`,
    youShare: "Estás compartiendo tu pantalla",
    raiseHand: "Levantar la mano",
    react: "Reaccionar",
    reactions: {
      thumbsUp: "Me gusta",
      clap: "Aplausos",
      heart: "Corazón",
      laugh: "Risas",
      surprise: "Sorpresa",
      celebrate: "Celebración",
    },
    gridView: "Vista de cuadrícula",
    speakerView: "Vista del orador",
    fullScreen: "Pantalla completa",
    exitFullScreen: "Salir de pantalla completa",
    pictureInPicture: "Imagen en imagen",
    settings: "Ajustes",
    more: "Más",
    alone: "Aún no hay nadie más. Comparte el enlace para invitar a otros.",
    modeMesh: "Directo",
    modeGateway: "A través del servidor",
    modeMeshHint: "El sonido y la imagen van directamente de navegador a navegador.",
    modeGatewayHint: "El sonido y la imagen pasan por el servidor multimedia.",
    pushToTalk: "Mantén pulsada la barra espaciadora para hablar",
    talking: "Se te oye",
    locked: "La sala está cerrada",
    recording: "Esta reunión se está grabando",
    moreTiles: (n) =>
      plural("es", n, {
        one: `${number("es", n)} persona más`,
        other: `${number("es", n)} personas más`,
      }),
  },

  invite: {
    title: "Invitar a otros",
    link: "Enlace a esta sala",
    copy: "Copiar enlace",
    copied: "Enlace copiado",
    share: "Compartir enlace",
    shareText: (room) => `Únete a mí en «${room}»:`,
    qr: "Código QR",
    qrAlt: (room) => `Código QR con el enlace a la sala «${room}»`,
  },

  tile: {
    you: (name) => `${name} (tú)`,
    micOff: "micrófono desactivado",
    cameraOff: "cámara apagada",
    handRaised: "mano levantada",
    talking: "hablando",
    sharing: "compartiendo pantalla",
    pinned: "fijado",
    restarting: "Reconectando…",
    connecting: "Conectando…",
    pin: (name) => `Fijar a ${name}`,
    unpin: (name) => `Dejar de fijar a ${name}`,
    quality: "Calidad de la conexión",
    qualityGood: "Buena conexión",
    qualityFair: "Conexión regular",
    qualityPoor: "Mala conexión",
    qualityLost: "Conexión perdida",
    loss: (share) => `${percent("es", share)} perdido`,
    roundTrip: (ms) => `${unit("es", ms, "millisecond")} de ida y vuelta`,
    atYourEnd: "Es tu conexión.",
    atTheirEnd: (name) => `Es la conexión de ${name}.`,
    atServer: "Es la conexión del servidor.",
    lostFor: (n) => `Perdida desde hace ${seconds(n)}`,
  },

  chat: {
    title: "Chat",
    message: "Mensaje",
    placeholder: "Escribe a todos",
    send: "Enviar",
    notSent: "Tu mensaje no se ha enviado. Vuelve a intentarlo.",
    empty: "Aún no hay mensajes.",
    unread: (n) =>
      plural("es", n, {
        one: `${number("es", n)} mensaje sin leer`,
        other: `${number("es", n)} mensajes sin leer`,
      }),
    newMessages: "Mensajes nuevos",
    earlier: "Antes de que entraras",
    tooLong: (n) =>
      plural("es", n, {
        one: `Sobra ${number("es", n)} carácter.`,
        other: `Sobran ${number("es", n)} caracteres.`,
      }),
  },

  people: {
    title: "Participantes",
    count: (n) =>
      plural("es", n, { one: `${number("es", n)} persona`, other: `${number("es", n)} personas` }),
    moderator: "Moderador",
    handsRaised: (n) =>
      plural("es", n, {
        one: `${number("es", n)} mano levantada`,
        other: `${number("es", n)} manos levantadas`,
      }),
  },

  announce: {
    joined: (names, n) =>
      plural("es", n, { one: `${names} ha entrado.`, other: `${names} han entrado.` }),
    left: (names, n) =>
      plural("es", n, { one: `${names} ha salido.`, other: `${names} han salido.` }),
    handRaised: (name) => `${name} ha levantado la mano.`,
    handLowered: (name) => `${name} ha bajado la mano.`,
    message: (name, text) => `${name}: ${text}`,
    reaction: (name, reaction) => `${name}: ${reaction}.`,
    screenStarted: (name) => `${name} está compartiendo su pantalla.`,
    screenStopped: (name) => `${name} ha dejado de compartir su pantalla.`,
    micOn: "Micrófono activado.",
    micOff: "Micrófono desactivado.",
    mutedByModerator: "Un moderador te ha silenciado.",
  },

  left: {
    title: "Ya no estás en la sala",
    rejoin: "Volver a entrar",
    other: "Otro nombre u otra sala",
    serverBack: "El servidor ha vuelto. Ya puedes entrar de nuevo.",
    here: "Usar esta pestaña",
    otherName: "Elegir otro nombre",
    otherRoom: "Ir a otra sala",
    newLink: "Pide un enlace nuevo a quien te haya invitado.",
  },

  problem: {
    title: "Esto no funciona",
    badRoom: (name) =>
      `«${name}» no puede ser el nombre de una sala. Puede tener letras sin tilde, cifras, «-» y «_», 64 como máximo.`,
    noWebRtc: "Este navegador no puede hacer llamadas porque no tiene WebRTC. Usa otro.",
    crashed: "Algo ha fallado en esta página. Volver a cargarla suele ayudar.",
    chooseRoom: "Elegir otra sala",
  },

  notices: {
    gone: (label, other) => `${label} ya no está. Ahora se usa ${other}.`,
    goneAll: (label) => `${label} ya no está.`,
  },

  settings: {
    title: "Ajustes",
    devices: "Dispositivos",
    appearance: "Apariencia",
  },

  keys: {
    title: "Atajos de teclado",
    open: "Atajos de teclado",
    mic: "Activar o desactivar el micrófono",
    camera: "Encender o apagar la cámara",
    hand: "Levantar o bajar la mano",
    chat: "Abrir o cerrar el chat",
    people: "Abrir o cerrar la lista de participantes",
    talk: "Mantener pulsado para hablar",
    list: "Mostrar esta lista",
    leave: "Salir",
    closePanel: "Cerrar lo que esté abierto",
    space: "Espacio",
    escape: "Esc",
  },

  diagnostics: {
    title: "Diagnóstico",
    open: "Diagnóstico",
    copyJson: "Copiar como JSON",
    copied: "Copiado. Pégalo en tu informe.",
    hint: "Para informar de problemas. No contiene chat ni imágenes.",
    state: "Estado",
    cause: "Causa",
    history: "Historial",
    lastEvents: "Últimos eventos",
    path: "Ruta de red",
    local: "Este lado",
    remote: "El otro lado",
    relayed: "por retransmisión",
    direct: "directa",
    sending: "Enviando",
    receiving: "Recibiendo",
    bitrate: (bits) =>
      bits >= 1e6 ? `${number("es", bits / 1e6, 1)} Mbit/s` : `${number("es", bits / 1e3)} kbit/s`,
    frames: (n) =>
      plural("es", n, {
        one: `${number("es", n)} fotograma`,
        other: `${number("es", n)} fotogramas`,
      }),
    freezes: (n) =>
      plural("es", n, {
        one: `${number("es", n)} congelación`,
        other: `${number("es", n)} congelaciones`,
      }),
    packetLoss: "Paquetes perdidos",
    roundTrip: "Ida y vuelta",
    version: "Versión",
    nothing: "Nada todavía",
  },

  reasons: {
    already_started: "Tu llamada ya está en marcha.",
    answer_timeout: "Este navegador no ha respondido al servidor multimedia.",
    bad_candidate: "El servidor no ha entendido la dirección de este navegador.",
    bad_frame: MISUNDERSTOOD,
    bad_handshake: MISUNDERSTOOD,
    bad_name: "Este nombre no se puede usar. Elige otro.",
    bad_payload: MISUNDERSTOOD,
    bad_sdp: "El servidor no entiende la oferta de este navegador.",
    bad_topic: "No puede haber ninguna sala con este nombre.",
    busy: "La sala está sobrecargada. Vuelve a intentarlo en un momento.",
    draining: "El servidor se está apagando. Vuelve a intentarlo en un momento.",
    ended: "Un moderador ha terminado la reunión.",
    forbidden: "No tienes permiso para hacer eso.",
    forbidden_origin: "El servidor no acepta páginas de esta dirección.",
    full: "La sala está llena.",
    gave_up: "Ha fallado varias veces seguidas.",
    internal: "Algo ha fallado en el servidor.",
    janus_lost: "Se ha perdido la conexión con el servidor multimedia.",
    janus_protocol: "El servidor multimedia ha dado una respuesta sin sentido.",
    janus_refused: "El servidor multimedia ha rechazado la llamada.",
    janus_room_destroyed: "El servidor multimedia ha cerrado esta sala.",
    janus_session_lost: "El servidor multimedia ha perdido esta llamada.",
    janus_timeout: "El servidor multimedia no responde.",
    janus_unauthorised:
      "Este servidor no tiene acceso a su servidor multimedia. Debe arreglarlo quien lo administra.",
    janus_unfit:
      "El servidor multimedia no está bien configurado. Debe arreglarlo quien lo administra.",
    janus_unreachable: "No se puede llegar al servidor multimedia.",
    kicked: "Un moderador te ha sacado de la sala.",
    killed: "Esta llamada ha fallado en el servidor.",
    left: "Has salido de la sala.",
    locked: "La sala está cerrada.",
    media_lost: "El servidor multimedia ha perdido la conexión con este navegador.",
    moved: "La sala se ha trasladado a otro servidor.",
    no_call: "Ahora mismo no hay ninguna llamada.",
    noproc: "Esta llamada ha fallado en el servidor.",
    not_found: "Eso ya no está ahí.",
    not_joined: "No estás en la sala.",
    offer_failed: "Este navegador no ha podido iniciar la llamada.",
    offer_refused: "El servidor multimedia ha rechazado la conexión.",
    overloaded: "El servidor no ha dado abasto con esta llamada.",
    panicked: "Esta llamada ha fallado en el servidor.",
    poller_died: "Se ha roto el enlace con el servidor multimedia.",
    recording_off: "Este servidor no graba.",
    refused: "No se te ha admitido en la sala.",
    replaced: "Has entrado en esta sala desde otra pestaña.",
    room_closed: "La sala se ha cerrado.",
    room_restarting: "La sala se está restableciendo.",
    stale_version: "La conexión ha cambiado entretanto.",
    stopped: "La llamada se ha detenido.",
    supervisor_died: "Las llamadas de esta sala han fallado en el servidor.",
    timeout: "El servidor no ha respondido a tiempo.",
    too_fast: "Demasiado rápido. Vuelve a intentarlo en un momento.",
    too_large: "Era demasiado largo.",
    too_many_connections: "El servidor está lleno. Vuelve a intentarlo en un momento.",
    too_many_rooms: "Ya estás en demasiadas salas.",
    unauthorised: "No puedes entrar en esta sala con este enlace.",
    unknown_event: "El servidor no conoce lo que ha pedido esta página. Vuelve a cargarla.",
    waiting: "Esperando a que te dejen entrar.",
    wrong_mode: "Esta sala no permite hacer eso.",
  },
  unknownReason: (word) => `Algo ha fallado (${word}).`,
};
