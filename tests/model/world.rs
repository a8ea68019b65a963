//! Everything that `system.rs` puts up but HTTP, over a gateway in memory, on one arbiter whose clock
//! jumps; and the connections that use it.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use actix::{Addr, Arbiter};
use parlour::calls::directory::CallsDirectory;
use parlour::calls::health::{Health, HealthBoard};
use parlour::calls::janus_session::CallParts;
use parlour::calls::messages::{Command, InCall};
use parlour::calls::reaper::Reaper;
use parlour::calls::sessions::SessionTable;
use parlour::calls::starts::Starts;
use parlour::calls::supervisor::Supervisor as Calls;
use parlour::gateway::fake::FakeGateway;
use parlour::metrics::Metrics;
use parlour::names::{Generation, ParticipantId, RoomName};
use parlour::otp::send::Slots;
use parlour::otp::spawn::spawn;
use parlour::otp::supervisor::{ChildSpec, StartChild, StartFn, Supervisor};
use parlour::otp::{Backoff, Intensity, Monitors, Restart, cast};
use parlour::rooms::authorisation::Pass;
use parlour::rooms::messages::{Act, Ask, Join, Request};
use parlour::rooms::ports::{CallsPort, MemberLink, MembershipId};
use parlour::rooms::registry::{Enter, RegistryParts, RoomRegistry};
use parlour::rooms::room::RoomParts;
use parlour::rooms::table::RoomTable;
use parlour::sdp::CandidatePolicy;
use tokio::time::Instant;

use super::asks::{ask, count_panics, request, room_reply, send_leave, start};
use super::member::{Log, Member, Recorder, Script, Vanish, Word};

/// How many fit into the room.
pub const CAPACITY: usize = 4;
/// How long the gateway takes for each request.
const LATENCY: Duration = Duration::from_millis(7);

/// Between panics of the room: at most three in five seconds, whenever they come.
const PANICS_APART: Duration = Duration::from_secs(3);

/// One connection, alive or not.
pub struct Connection {
    pub membership: MembershipId,
    address: Addr<Member>,
    log: Arc<Mutex<Log>>,
}

impl Connection {
    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap()
    }

    /// It is in the room, as far as it knows.
    pub fn is_in(&self) -> bool {
        let log = self.log();
        !log.gone && !log.left && log.joined.is_some()
    }

    pub fn participant(&self) -> Option<ParticipantId> {
        self.log().joined.as_ref().map(|(id, _)| id.clone())
    }
}

/// See the module.
pub struct World {
    pub fake: FakeGateway,
    pub room: RoomName,
    pub table: Arc<RoomTable>,
    pub sessions: Arc<SessionTable>,
    pub board: Arc<HealthBoard>,
    pub directory: Arc<CallsDirectory>,
    pub metrics: Arc<Metrics>,
    pub script: Script,
    pub connections: Vec<Connection>,
    /// At which word the room panics next.
    panic_at: Arc<Mutex<Option<Word>>>,
    panic_asked: Option<Instant>,
    /// Those that no test asked for.
    pub panics: Arc<AtomicUsize>,
    registry: Arc<Mutex<Option<Addr<RoomRegistry>>>>,
    joins: Slots,
    _supervisor: Addr<Supervisor>,
}

fn permanent(name: &str, start: StartFn) -> StartChild {
    StartChild(ChildSpec {
        kind: "actor",
        name: name.to_owned(),
        restart: Restart::Permanent,
        intensity: Intensity {
            restarts: usize::MAX,
            ..Intensity::default()
        },
        backoff: Backoff::default(),
        start,
        gave_up: Box::new(|| {}),
    })
}

impl World {
    /// Puts everything up, and waits for the gateway to be seen.
    pub async fn start() -> Self {
        let table = Arc::new(RoomTable::new("model".into()));
        let script = Script::default();
        let world = Self {
            fake: FakeGateway::new(LATENCY),
            room: RoomName::parse("tea").unwrap(),
            table,
            sessions: Arc::default(),
            board: Arc::default(),
            directory: Arc::default(),
            metrics: Arc::default(),
            script,
            connections: Vec::new(),
            panic_at: Arc::default(),
            panic_asked: None,
            panics: count_panics(),
            registry: Arc::default(),
            joins: Slots::new(1_000),
            _supervisor: spawn("top_supervisor", |_| Supervisor::default()),
        };
        world.start_health();
        world.start_registry();
        while !world.board.get().up {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world
    }

    fn start_health(&self) {
        let (fake, board, metrics) = (
            self.fake.clone(),
            Arc::clone(&self.board),
            Arc::clone(&self.metrics),
        );
        let prefix = self.table.media_room_prefix();
        let start: StartFn = Box::new(move |parent| {
            let (gateway, board, metrics) =
                (fake.gateway(), Arc::clone(&board), Arc::clone(&metrics));
            let prefix = prefix.clone();
            Box::new(spawn("health", |ctx| {
                Health::new(board, gateway, metrics, prefix, parent, ctx)
            }))
        });
        cast(&self._supervisor, permanent("health", start));
        let (fake, board, metrics) = (
            self.fake.clone(),
            Arc::clone(&self.board),
            Arc::clone(&self.metrics),
        );
        let sessions = Arc::clone(&self.sessions);
        let start: StartFn = Box::new(move |parent| {
            let (gateway, board, metrics) =
                (fake.gateway(), Arc::clone(&board), Arc::clone(&metrics));
            let sessions = Arc::clone(&sessions);
            Box::new(spawn("reaper", |ctx| {
                Reaper::new(sessions, board, gateway, metrics, parent, ctx)
            }))
        });
        cast(&self._supervisor, permanent("reaper", start));
    }

    fn start_registry(&self) {
        let (fake, sessions, board, metrics, directory) = (
            self.fake.clone(),
            Arc::clone(&self.sessions),
            Arc::clone(&self.board),
            Arc::clone(&self.metrics),
            Arc::clone(&self.directory),
        );
        let starts = Starts::new(64, Arc::default());
        let start_calls: parlour::rooms::ports::StartCalls = Arc::new(move |record| {
            let parts = CallParts {
                gateway: fake.gateway(),
                sessions: Arc::clone(&sessions),
                board: Arc::clone(&board),
                metrics: Arc::clone(&metrics),
                candidates: CandidatePolicy::default(),
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
        let (retiring, board) = (Arc::clone(&self.registry), Arc::clone(&self.board));
        let room = RoomParts {
            encoder: Arc::new(Recorder {
                script: self.script.clone(),
                table: Arc::clone(&self.table),
                panic_at: Arc::clone(&self.panic_at),
            }),
            start_calls: Some(start_calls),
            retire: Arc::new(move |retire| {
                if let Some(registry) = &*retiring.lock().unwrap() {
                    cast(registry, retire);
                }
            }),
            media_rooms: Arc::new(move |retired| board.retire_room(retired)),
            metrics: Arc::clone(&self.metrics),
        };
        let parts = RegistryParts {
            table: Arc::clone(&self.table),
            capacity: CAPACITY,
            max_rooms: usize::MAX,
            arbiter: Arc::new(Arbiter::current),
            supervisor: self._supervisor.clone(),
            room,
        };
        let registry = Arc::clone(&self.registry);
        let start: StartFn = Box::new(move |parent| {
            let parts = parts.clone();
            let address = spawn("room_registry", |ctx| RoomRegistry::new(parts, parent, ctx));
            *registry.lock().unwrap() = Some(address.clone());
            Box::new(address)
        });
        cast(&self._supervisor, permanent("room_registry", start));
    }

    // ---- what connections do ----

    /// A new connection comes in.
    pub fn join(&mut self, name: String, resume: Option<String>, call: Option<Generation>) {
        self.join_with(Pass::open(), name, resume, call);
    }

    /// A new connection comes in, with a pass of its own.
    pub fn join_with(
        &mut self,
        pass: Pass,
        name: String,
        resume: Option<String>,
        call: Option<Generation>,
    ) {
        let (membership, log) = (MembershipId::next(), Arc::<Mutex<Log>>::default());
        let (directory, room, of_adopt) = (
            Arc::clone(&self.directory),
            self.room.clone(),
            Arc::clone(&log),
        );
        let (table, name_of_room, of_leave) =
            (Arc::clone(&self.table), self.room.clone(), Arc::clone(&log));
        let script = self.script.clone();
        let kept = Arc::clone(&log);
        let address = spawn("member", move |_| Member {
            membership,
            log: kept,
            script,
            on_joined: Box::new(move |member, joined| {
                if joined.resumed
                    && let Some(calls) = directory.get(&room)
                {
                    let request = request(
                        ("adopt", Command::Adopt),
                        (member, membership, &of_adopt),
                        joined.participant.clone(),
                    );
                    cast(&calls, request);
                }
            }),
            on_leave: Box::new(move |member| {
                send_leave((&table, &name_of_room), member, (membership, &of_leave));
            }),
            monitors: Monitors::default(),
        });
        let token = ask(&log, "join");
        let link = MemberLink {
            membership,
            deliver: address.clone().recipient(),
            signalled: address.clone().recipient(),
            notice: address.clone().recipient(),
            watch: address.clone().recipient(),
        };
        let enter = Enter {
            room: self.room.clone(),
            join: Join {
                link,
                name,
                resume,
                call,
                pass,
                reply: room_reply(&address, token),
                slot: self.joins.take().unwrap(),
            },
        };
        cast(self.registry.lock().unwrap().as_ref().unwrap(), enter);
        self.connections.push(Connection {
            membership,
            address,
            log,
        });
    }

    /// The room panics at this word; never so often that it would be given up.
    pub fn panic_at(&mut self, word: Word) {
        let now = Instant::now();
        let before = self.panic_asked.replace(now);
        if before.is_none_or(|before| now - before > PANICS_APART) {
            *self.panic_at.lock().unwrap() = Some(word);
        } else {
            self.panic_asked = before;
        }
    }

    /// It does not panic at any.
    pub fn forget_panic(&self) {
        *self.panic_at.lock().unwrap() = None;
    }

    /// A connection leaves the room and stays open.
    pub fn leave(&self, connection: &Connection) {
        connection.log().left = true;
        let (membership, log) = (connection.membership, &connection.log);
        send_leave(
            (&self.table, &self.room),
            &connection.address,
            (membership, log),
        );
    }

    /// A connection is gone without a word.
    pub fn vanish(&self, connection: &Connection) {
        cast(&connection.address, Vanish);
    }

    /// A member asks something of its call.
    pub fn call(&self, connection: &Connection, what: &'static str, command: Command) {
        let Some(participant) = connection.participant() else {
            return;
        };
        let Some(calls) = self.directory.get(&self.room) else {
            return;
        };
        let who = (&connection.address, connection.membership, &connection.log);
        cast(&calls, request((what, command), who, participant));
    }

    /// A member asks something of the room.
    pub fn ask(&self, connection: &Connection, what: &'static str, request: Request) {
        let Some(record) = self.table.get(&self.room) else {
            return;
        };
        let Some(room) = record.lock().room.clone() else {
            return;
        };
        let ask = Ask {
            membership: connection.membership,
            what: request,
            reply: room_reply(&connection.address, ask(&connection.log, what)),
            slot: record.requests.take().unwrap(),
        };
        cast(&room, ask);
    }

    /// Whoever moderates does something.
    pub fn moderate(&self, act: Act) {
        let Some(record) = self.table.get(&self.room) else {
            return;
        };
        let moderator = {
            let state = record.lock();
            let mut members = state.members();
            let first = members.find(|(_, member)| member.moderates());
            first.map(|(_, member)| member.link.membership)
        };
        let mut connections = self.connections.iter();
        if let Some(by) = connections.find(|c| Some(c.membership) == moderator) {
            self.ask(by, "act", Request::Act(act));
        }
    }

    /// What browsers do by themselves: answer what is offered, start again what is to come back.
    pub fn browsers_act(&self) {
        for connection in self.connections.iter().filter(|c| c.is_in()) {
            let (offered, to_restart) = {
                let mut log = connection.log();
                let offered = log.offer.as_ref().map_or(0, |offer| offer.version);
                (offered > log.answered, std::mem::take(&mut log.to_restart))
            };
            if offered {
                self.answer(connection);
            }
            if to_restart {
                self.call(connection, "start_call", start(true));
            }
        }
    }

    /// A member answers the last offer it had.
    pub fn answer(&self, connection: &Connection) {
        let offer = connection.log().offer.clone();
        if let Some(offer) = offer {
            let answer = offer
                .sdp
                .as_str()
                .replace("a=setup:actpass", "a=setup:active")
                .replace("a=sendonly", "a=recvonly");
            let version = offer.version;
            connection.log().answered = version;
            self.call(
                connection,
                "answer",
                Command::InCall(InCall::Answer { answer, version }),
            );
        }
    }
}
