//! Puts the system up and takes it down: the tables, the actors, the listeners, in this order.
//!
//! The only place that knows every layer. Used by `main` and by tests.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix::{Addr, Arbiter, ArbiterHandle};
use actix_web::dev::ServerHandle;
use actix_web::web;
use serde_json::json;
use tokio::time::Instant;

use crate::calls::directory::CallsDirectory;
use crate::calls::health::{Health, HealthBoard};
use crate::calls::janus_session::CallParts;
use crate::calls::reaper::Reaper;
use crate::calls::sessions::SessionTable;
use crate::calls::starts::Starts;
use crate::calls::supervisor::Supervisor as Calls;
use crate::config::{ADMIN_LISTEN, AdminListen, Config};
use crate::files::Files;
use crate::gateway::Gateway;
use crate::http::connections::Connections;
use crate::http::lan::{Lan, LanError};
use crate::http::per_address::PerAddress;
use crate::http::server::{self, Shared};
use crate::http::workers::Workers;
use crate::metrics::Metrics;
use crate::otp::restart::{Backoff, Intensity, Restart};
use crate::otp::send::Slots;
use crate::otp::spawn::spawn;
use crate::otp::supervisor::{ChildSpec, StartChild, Supervisor};
use crate::otp::{Watch, Watchable, cast};
use crate::phoenix::channel::{self, Mode};
use crate::phoenix::events::BroadcastEncoder;
use crate::phoenix::session::{SessionParts, Welcome};
use crate::phoenix::websocket::CloseCode;
use crate::rooms::RoomTable;
use crate::rooms::ports::{CallsPort, MediaRoomRetired, StartCalls};
use crate::rooms::registry::{Enter, RegistryParts, Retire, RoomRegistry};
use crate::rooms::room::{MESH_CAPACITY, RoomParts};
use crate::tokens::Tokens;
use crate::tokens::keys::{KeySet, KeysError};

/// Makes a gateway on the arbiter it is called on; none of it crosses threads.
pub type MakeGateway = Arc<dyn Fn(&Arc<Metrics>) -> Rc<dyn Gateway> + Send + Sync>;

/// Joins under way, of all sockets.
const JOINS: usize = 4_096;
/// Arbiters for rooms: one up to four cores.
const CORES_A_ROOM_ARBITER: usize = 4;
/// How many people are moved on at once when the server goes down, but for whole rooms.
const WAVE: usize = 200;
/// Between two such waves.
const BETWEEN_WAVES: Duration = Duration::from_millis(100);
/// How often it is looked whether file descriptors are left.
const LOOK_AT_FILES: Duration = Duration::from_millis(250);
/// How long the closing frames have to reach the browsers.
const CLOSING: Duration = Duration::from_millis(300);

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("{setting} is {address}: it cannot be bound: {source}")]
pub struct BindError {
    setting: &'static str,
    address: SocketAddr,
    source: io::Error,
}

impl BindError {
    fn new(setting: &'static str, address: SocketAddr, source: io::Error) -> Self {
        Self {
            setting,
            address,
            source,
        }
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// There can be no meeting in one house.
    #[error(transparent)]
    Lan(#[from] LanError),
    /// The keys of those who may come in cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// A running server.
pub struct System {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where people find it, without the slash at the end: what the links say that are given out. None
    /// if only the listener is known.
    pub base_url: Option<String>,
    /// Where operators ask, if anywhere.
    pub admin_address: Option<SocketAddr>,
    /// Counted by all.
    pub metrics: Arc<Metrics>,
    /// Every room.
    pub rooms: Arc<RoomTable>,
    /// Every session on the gateway.
    pub sessions: Arc<SessionTable>,
    /// How the gateway is; none without one.
    pub board: Option<Arc<HealthBoard>>,
    shared: web::Data<Shared>,
    servers: Vec<ServerHandle>,
    supervisor: Addr<Supervisor>,
}

/// The registry that lives now; asked for at each use.
type Current<A> = Arc<Mutex<Option<Addr<A>>>>;

fn current<A: actix::Actor>(slot: &Current<A>) -> Option<Addr<A>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// The arbiters that rooms live on.
struct Arbiters(Mutex<(usize, Vec<Arbiter>)>);

impl Arbiters {
    fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let count = cores.div_ceil(CORES_A_ROOM_ARBITER);
        Self(Mutex::new((
            0,
            (0..count).map(|_| Arbiter::new()).collect(),
        )))
    }

    /// The next one in turn; a new one in place of one that ended.
    fn pick(&self) -> ArbiterHandle {
        let mut arbiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (turn, all) = &mut *arbiters;
        *turn = turn.wrapping_add(1);
        let at = *turn % all.len().max(1);
        match all.get_mut(at) {
            Some(arbiter) => {
                if !arbiter.spawn_fn(|| {}) {
                    *arbiter = Arbiter::new();
                }
                arbiter.handle()
            }
            None => Arbiter::current(),
        }
    }
}

/// Who may come in, by the keys of the settings. The log says it once if that is everybody.
fn tokens(config: &Config) -> Result<Option<Tokens>, KeysError> {
    let Some(path) = &config.token_keys else {
        log::warn!("rooms are open to everybody: PARLOUR_TOKEN_KEYS is not set");
        return Ok(None);
    };
    let keys = KeySet::read(path)?;
    if keys.is_exposed() {
        let path = path.display().to_string();
        log::warn!(path = path.as_str(); "PARLOUR_TOKEN_KEYS may be read by others: chmod 600");
    }
    let (audience, twice) = (&config.token_audience, config.same_identity);
    Ok(Some(Tokens::new(keys, audience, twice)))
}

/// A child that is always started again, however often it crashes.
fn permanent(
    kind: &'static str,
    start: impl FnMut(&actix::Recipient<Watch>) -> Box<dyn Watchable> + Send + 'static,
) -> StartChild {
    StartChild(ChildSpec {
        kind,
        name: String::new(),
        restart: Restart::Permanent,
        intensity: Intensity {
            restarts: usize::MAX,
            window: Duration::from_secs(5),
        },
        backoff: Backoff::default(),
        start: Box::new(start),
        gave_up: Box::new(|| {}),
    })
}

impl System {
    /// Puts everything up, on the calling thread's arbiter and some of its own. Without a gateway,
    /// media goes from browser to browser.
    ///
    /// # Errors
    /// If an address cannot be bound: which setting names it, and why; or if this machine is in no
    /// house (`--lan`); or if the file of keys cannot be used.
    pub fn start(config: &Config, gateway: Option<MakeGateway>) -> Result<Self, StartError> {
        let tokens = tokens(config)?;
        let public = |error| BindError::new("PARLOUR_LISTEN", config.listen, error);
        let listener = TcpListener::bind(config.listen).map_err(public)?;
        let address = listener.local_addr().map_err(public)?;
        let lan = match config.lan {
            true => Some(Lan::open(address, config.state_directory().as_deref())?),
            false => None,
        };
        let (lan_url, tls) = lan.map(|lan| (lan.url, lan.tls)).unzip();
        let base_url = config.public_url.clone().or(lan_url);
        let metrics = Arc::new(Metrics::default());
        let node = config.node();
        let rooms = Arc::new(RoomTable::new(node));
        let sessions = Arc::new(SessionTable::default());
        let directory = Arc::new(CallsDirectory::default());
        let board = gateway.as_ref().map(|_| Arc::new(HealthBoard::default()));
        let downs = Arc::clone(&metrics);
        let observe = Box::new(move |kind: &'static str, reason| downs.down(kind, reason));
        let supervisor = spawn("top_supervisor", |_| Supervisor::observed(observe));
        let draining = Arc::new(AtomicBool::new(false));
        let files = Arc::new(Files::default());
        look_after(&files);

        let start_calls = gateway
            .as_ref()
            .zip(board.as_ref())
            .map(|(gateway, board)| {
                Self::start_health(&supervisor, gateway, board, &sessions, &metrics, &rooms);
                let (gateway, sessions, board) = (
                    Arc::clone(gateway),
                    Arc::clone(&sessions),
                    Arc::clone(board),
                );
                let (metrics, directory) = (Arc::clone(&metrics), Arc::clone(&directory));
                let candidates = config.candidates;
                let starts = Starts::new(size(config.call_starts), Arc::clone(&files));
                let start: StartCalls = Arc::new(move |record| {
                    let parts = CallParts {
                        gateway: gateway(&metrics),
                        sessions: Arc::clone(&sessions),
                        board: Arc::clone(&board),
                        metrics: Arc::clone(&metrics),
                        candidates,
                        starts: starts.clone(),
                    };
                    let calls = Calls::new(Arc::clone(record), parts, Arc::clone(&directory));
                    let calls = spawn("supervisor", |_| calls);
                    directory.set(record.name.clone(), calls.clone());
                    CallsPort {
                        orders: calls.clone().recipient(),
                        watch: calls.recipient(),
                    }
                });
                start
            });
        let registry: Current<RoomRegistry> = Arc::default();
        let room = RoomParts {
            encoder: Arc::new(BroadcastEncoder),
            start_calls,
            retire: retire_to(&registry),
            media_rooms: forget_at(board.clone()),
            metrics: Arc::clone(&metrics),
        };
        let mode = match gateway {
            Some(_) => Mode::Gateway(config.candidates),
            None => Mode::Mesh,
        };
        let capacity = capacity(config, mode);
        let limits = (capacity, size(config.max_rooms));
        Self::start_registry(limits, &supervisor, &registry, room, &rooms);

        let session = Arc::new(SessionParts {
            enter: Box::new(move |enter: Enter| {
                if let Some(registry) = current(&registry) {
                    cast(&registry, enter);
                }
            }),
            rooms: Arc::clone(&rooms),
            calls: gateway.as_ref().map(|_| Arc::clone(&directory)),
            joins: Slots::new(JOINS),
            welcome: welcome(config, mode, capacity, base_url.clone()),
            mode,
            tokens,
            metrics: Arc::clone(&metrics),
            draining: Arc::clone(&draining),
        });
        let shared = web::Data::new(Shared {
            session,
            connections: Arc::new(Connections::new(size(config.max_connections))),
            board: board.clone(),
            allowed_origins: config.allowed_origins.clone(),
            https: !config.lan
                && config
                    .public_url
                    .as_deref()
                    .is_some_and(|url| url.starts_with("https://")),
            per_address: per_address(config),
            trusted_proxies: config.trusted_proxies.clone(),
            files,
            workers: Arc::new(Workers::new(draining)),
        });
        let mut servers = Vec::new();
        let mut admin_address = None;
        let admin = match config.admin_listen {
            Some(AdminListen::Off) => None,
            Some(AdminListen::At(at)) => Some(
                server::admin(shared.clone(), at)
                    .map(|admin| (admin, at))
                    .map_err(|error| BindError::new("PARLOUR_ADMIN_LISTEN", at, error))?,
            ),
            // Nobody asked for it: a second server on one machine goes without.
            None => server::admin(shared.clone(), ADMIN_LISTEN)
                .map(|admin| (admin, ADMIN_LISTEN))
                .inspect_err(|error| {
                    let error = error.to_string();
                    log::warn!(error = error.as_str(); "no metrics: 127.0.0.1:4001 is taken");
                })
                .ok(),
        };
        if let Some((admin, at)) = admin {
            servers.push(admin.handle());
            admin_address = Some(at);
            actix::spawn(admin);
        }
        let public = server::public(shared.clone(), listener, tls).map_err(public)?;
        servers.push(public.handle());
        actix::spawn(public);
        Ok(Self {
            address,
            base_url,
            admin_address,
            metrics,
            rooms,
            sessions,
            board,
            shared,
            servers,
            supervisor,
        })
    }

    fn start_health(
        supervisor: &Addr<Supervisor>,
        gateway: &MakeGateway,
        board: &Arc<HealthBoard>,
        sessions: &Arc<SessionTable>,
        metrics: &Arc<Metrics>,
        rooms: &Arc<RoomTable>,
    ) {
        let parts = (Arc::clone(gateway), Arc::clone(board), Arc::clone(metrics));
        let prefix = rooms.media_room_prefix();
        cast(
            supervisor,
            permanent("health", move |parent| {
                let (gateway, board, metrics) = parts.clone();
                let prefix = prefix.clone();
                Box::new(spawn("health", |ctx| {
                    Health::new(board, gateway(&metrics), metrics, prefix, parent, ctx)
                }))
            }),
        );
        let parts = (Arc::clone(gateway), Arc::clone(board), Arc::clone(metrics));
        let sessions = Arc::clone(sessions);
        cast(
            supervisor,
            permanent("reaper", move |parent| {
                let (gateway, board, metrics) = parts.clone();
                let sessions = Arc::clone(&sessions);
                Box::new(spawn("reaper", |ctx| {
                    Reaper::new(sessions, board, gateway(&metrics), metrics, parent, ctx)
                }))
            }),
        );
    }

    fn start_registry(
        (capacity, max_rooms): (usize, usize),
        supervisor: &Addr<Supervisor>,
        registry: &Current<RoomRegistry>,
        room: RoomParts,
        rooms: &Arc<RoomTable>,
    ) {
        let arbiters = Arc::new(Arbiters::new());
        let parts = RegistryParts {
            table: Arc::clone(rooms),
            capacity,
            max_rooms,
            arbiter: Arc::new(move || arbiters.pick()),
            supervisor: supervisor.clone(),
            room,
        };
        let registry = Arc::clone(registry);
        cast(
            supervisor,
            permanent("room_registry", move |parent| {
                let parts = parts.clone();
                let address = spawn("room_registry", |ctx| RoomRegistry::new(parts, parent, ctx));
                *registry.lock().unwrap_or_else(PoisonError::into_inner) = Some(address.clone());
                Box::new(address)
            }),
        );
    }

    /// `gateway` or `mesh`.
    pub fn mode(&self) -> &'static str {
        self.shared.session.mode.as_str()
    }

    /// Whether the top supervisor lives: without it nothing is restarted, and the process must end.
    pub fn is_sound(&self) -> bool {
        self.supervisor.connected()
    }

    /// Moves whole rooms on, wave by wave, so that not everybody knocks at another server at once.
    async fn move_rooms(&self, deadline: Instant) {
        let by = Instant::now() + deadline.saturating_duration_since(Instant::now()) / 2;
        let mut moved = 0;
        for room in self.rooms.all() {
            moved += room.move_on();
            if moved >= WAVE && Instant::now() < by {
                moved = 0;
                tokio::time::sleep(BETWEEN_WAVES).await;
            }
        }
    }

    /// Takes everything down, by `deadline` even if the gateway hangs: joins are refused, sockets
    /// closed with 1012, the gateway cleared. True: nothing was left on the gateway.
    pub async fn stop(self, deadline: Instant) -> bool {
        self.shared.session.draining.store(true, Ordering::Relaxed);
        for server in &self.servers {
            server.pause().await;
        }
        self.move_rooms(deadline).await;
        let connections = &self.shared.connections;
        connections.close_all(CloseCode::RESTART, "server going down");
        let closed = Instant::now() + CLOSING;
        while !self.shared.connections.is_empty() && Instant::now() < closed.min(deadline) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // Sockets are gone, so their calls are: the Reaper clears what they leave.
        while !self.sessions.is_empty() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let cleared = self.sessions.is_empty();
        let stopped = futures_util::future::join_all(self.servers.iter().map(|s| s.stop(true)));
        let _ = tokio::time::timeout_at(deadline, stopped).await;
        cleared
    }
}

/// Takes rooms back to whichever registry lives.
fn retire_to(registry: &Current<RoomRegistry>) -> Arc<dyn Fn(Retire) + Send + Sync> {
    let registry = Arc::clone(registry);
    Arc::new(move |retire| {
        if let Some(registry) = current(&registry) {
            cast(&registry, retire);
        }
    })
}

/// Lets the gateway forget rooms that are gone.
fn forget_at(board: Option<Arc<HealthBoard>>) -> Arc<dyn Fn(MediaRoomRetired) + Send + Sync> {
    Arc::new(move |retired| {
        if let Some(board) = &board {
            board.retire_room(retired);
        }
    })
}

fn size(setting: u32) -> usize {
    usize::try_from(setting).unwrap_or(usize::MAX)
}

fn per_address(config: &Config) -> PerAddress {
    let rate = config.connections_per_second_per_address;
    PerAddress::new(
        size(config.max_connections_per_address),
        NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN),
    )
}

/// Looks after the file descriptors, as long as anybody needs them.
fn look_after(files: &Arc<Files>) {
    let files = Arc::downgrade(files);
    actix::spawn(async move {
        while let Some(files) = files.upgrade() {
            files.look();
            drop(files);
            tokio::time::sleep(LOOK_AT_FILES).await;
        }
    });
}

/// How many fit into a room of this mode.
fn capacity(config: &Config, mode: Mode) -> usize {
    let capacity = size(config.room_capacity);
    match mode {
        Mode::Gateway(_) => capacity,
        Mode::Mesh => capacity.min(MESH_CAPACITY),
    }
}

fn welcome(config: &Config, mode: Mode, capacity: usize, base_url: Option<String>) -> Welcome {
    Welcome {
        base_url,
        ice_servers: config.ice_servers(),
        limits: json!({
            "capacity": capacity,
            "streams": channel::MAX_STREAMS,
            "camera_bitrate": config.camera_bitrate,
            "screen_bitrate": config.screen_bitrate,
            "frame_bytes": channel::MAX_FRAME_BYTES,
            "sdp_frame_bytes": channel::MAX_SDP_FRAME_BYTES,
            "chat_bytes": channel::MAX_CHAT_BYTES,
        }),
        server: json!({
            "version": env!("CARGO_PKG_VERSION"),
            "features": match mode {
                Mode::Gateway(_) => ["calls", "chat", "data"],
                Mode::Mesh => ["mesh", "chat", "data"],
            },
        }),
    }
}
