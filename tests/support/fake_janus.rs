//! A scripted Janus: healthy unless told otherwise, and exactly as wrong as it is told to be.
//!
//! Speaks REST with long poll on a port of its own; knows sessions, handles, and enough of the
//! VideoRoom for calls without media. A [`Fault`] is set for one kind of request, for the next time or
//! for some.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use parlour::gateway::janus::{JanusSettings, RoomSettings};
use parlour::secret::Secret;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

mod videoroom;
mod wire;

use videoroom::Rooms;
pub use wire::Fault;
use wire::{Asked, read_request, reply, set};

/// What a fault is set for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// `GET /janus/info`.
    Info,
    /// The long poll.
    Poll,
    /// A request by its `janus`: `create`, `attach`, `keepalive`, `destroy`, `detach`, `trickle`.
    Request(&'static str),
    /// The direct answer to a message, by its `request`: `join`, `configure`, `start` …
    Message(&'static str),
    /// The event that answers a message.
    Event(&'static str),
}

struct Session {
    handles: Vec<u64>,
    queue: VecDeque<Value>,
    wake: Rc<Notify>,
}

#[derive(Default)]
struct State {
    sessions: BTreeMap<u64, Session>,
    rooms: Rooms,
    faults: Vec<(On, Fault, usize)>,
    /// Names of requests, in order.
    log: Vec<String>,
    next_id: u64,
}

/// The server. Ends with its owner.
pub struct FakeJanus {
    state: Rc<RefCell<State>>,
    port: u16,
    task: tokio::task::JoinHandle<()>,
}

/// What it wants to hear.
const SECRET: &str = "fake-secret";

/// How long an idle poll waits.
const IDLE: Duration = Duration::from_secs(30);

impl Drop for FakeJanus {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FakeJanus {
    /// Starts one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Rc::new(RefCell::new(State {
            next_id: 1000,
            ..State::default()
        }));
        let shared = state.clone();
        let task = tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::task::spawn_local(serve(stream, shared.clone()));
            }
        });
        Self { state, port, task }
    }

    /// Its REST API.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/janus", self.port)
    }

    /// What a server needs to know of it.
    pub fn settings(&self) -> JanusSettings {
        JanusSettings {
            url: self.url(),
            api_secret: Some(self.secret()),
            admin_key: None,
            rooms: RoomSettings::default(),
        }
    }

    /// Its API secret.
    pub fn secret(&self) -> Secret {
        Secret::new(SECRET)
    }

    /// Does `fault` at the next `on`.
    pub fn once(&self, on: On, fault: Fault) {
        self.times(1, on, fault);
    }

    /// Does `fault` at each of the next `times` `on`.
    pub fn times(&self, times: usize, on: On, fault: Fault) {
        self.state.borrow_mut().faults.push((on, fault, times));
    }

    /// Is healthy from now on.
    pub fn heal(&self) {
        self.state.borrow_mut().faults.clear();
    }

    /// Whether every fault that was set has been done.
    pub fn all_done(&self) -> bool {
        self.state.borrow().faults.is_empty()
    }

    /// Puts an event into a session's queue as it is.
    pub fn push(&self, session: u64, event: Value) {
        self.state.borrow_mut().push(session, event);
    }

    /// Its sessions.
    pub fn sessions(&self) -> Vec<u64> {
        self.state.borrow().sessions.keys().copied().collect()
    }

    /// The handles of a session.
    pub fn handles(&self, session: u64) -> Vec<u64> {
        let state = self.state.borrow();
        state
            .sessions
            .get(&session)
            .map_or_else(Vec::new, |session| session.handles.clone())
    }

    /// Forgets a session, as by the Admin API.
    pub fn destroy_session(&self, session: u64) {
        self.state.borrow_mut().destroy(session);
    }

    /// How often a request was made, by the name that [`On`] has for it.
    pub fn count(&self, name: &str) -> usize {
        let state = self.state.borrow();
        state.log.iter().filter(|logged| *logged == name).count()
    }
}

impl State {
    fn push(&mut self, session: u64, event: Value) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.queue.push_back(event);
            session.wake.notify_one();
        }
    }

    fn destroy(&mut self, id: u64) -> bool {
        let Some(session) = self.sessions.remove(&id) else {
            return false;
        };
        for handle in session.handles {
            for (to, event) in self.rooms.gone(handle) {
                self.push(to, event);
            }
        }
        true
    }

    /// The fault that is due, counted down.
    fn fault(&mut self, on: &On) -> Option<Fault> {
        let index = self.faults.iter().position(|(due, _, _)| due == on)?;
        let (_, fault, left) = &mut self.faults[index];
        let fault = fault.clone();
        *left -= 1;
        if *left == 0 {
            self.faults.remove(index);
        }
        Some(fault)
    }

    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

async fn serve(mut stream: TcpStream, state: Rc<RefCell<State>>) {
    let mut buffer = Vec::new();
    while let Some(asked) = read_request(&mut stream, &mut buffer).await {
        let (on, answer) = answer(&asked, &state).await;
        let fault = state.borrow_mut().fault(&on);
        if !reply(&mut stream, answer, fault).await {
            return;
        }
    }
}

/// The healthy answer: a status and a body.
async fn answer(asked: &Asked, state: &Rc<RefCell<State>>) -> (On, (u16, String)) {
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let mut parts = path.split('/').skip(2);
    let first = parts.next().filter(|part| !part.is_empty());
    if first == Some("info") {
        let info = json!({"janus": "server_info", "version": 1102, "version_string": "fake",
            "server-name": "fake", "plugins": {"janus.plugin.videoroom": {}}});
        return (On::Info, (200, info.to_string()));
    }
    let session = first.and_then(|id| id.parse().ok());
    let handle = parts.next().and_then(|id| id.parse().ok());
    if asked.get {
        state.borrow_mut().log.push("poll".into());
        // a fault of a poll does not wait for an event
        let faulty = state
            .borrow()
            .faults
            .iter()
            .any(|(on, _, _)| *on == On::Poll);
        let wait = if faulty { Duration::ZERO } else { IDLE };
        let secret = query.contains(&format!("apisecret={SECRET}"));
        return (On::Poll, poll(session, secret, wait, state).await);
    }
    let (on, answer) = post(session, handle, &asked.body, &mut state.borrow_mut(), state);
    (on, (200, answer.to_string()))
}

async fn poll(
    session: Option<u64>,
    secret: bool,
    wait: Duration,
    state: &Rc<RefCell<State>>,
) -> (u16, String) {
    if !secret {
        return (403, String::new());
    }
    let taken = || -> Option<Vec<Value>> {
        let mut state = state.borrow_mut();
        let queue = &mut state.sessions.get_mut(&session?)?.queue;
        let events = queue.len().min(20);
        Some(queue.drain(..events).collect())
    };
    let wake = session.and_then(|id| Some(state.borrow().sessions.get(&id)?.wake.clone()));
    let Some(wake) = wake else {
        return (404, String::new());
    };
    let look = async {
        loop {
            match taken() {
                Some(events) if !events.is_empty() => return events,
                _ => wake.notified().await,
            }
        }
    };
    match timeout(wait, look).await {
        Ok(events) => (200, Value::Array(events).to_string()),
        Err(_) => (200, json!({"janus": "keepalive"}).to_string()),
    }
}

fn post(
    session: Option<u64>,
    handle: Option<u64>,
    body: &Value,
    state: &mut State,
    shared: &Rc<RefCell<State>>,
) -> (On, Value) {
    let name = known(body["janus"].as_str().unwrap_or_default());
    let transaction = body["transaction"].as_str().unwrap_or_default().to_owned();
    let message = (name == "message").then(|| known(body["body"]["request"].as_str().unwrap()));
    state.log.push(message.unwrap_or(name).to_owned());
    let on = message.map_or(On::Request(name), On::Message);
    let error = |code: u32, reason: &str| {
        json!({"janus": "error", "transaction": transaction,
            "error": {"code": code, "reason": reason}})
    };
    if body["apisecret"] != SECRET {
        return (
            on,
            error(403, "Unauthorized request (wrong or missing secret/token)"),
        );
    }
    let known_session = session.is_none_or(|id| state.sessions.contains_key(&id));
    if !known_session {
        return (on, error(458, "No such session"));
    }
    let (Some(session), request) = (session, name) else {
        let answer = match name {
            "create" => {
                let id = body["id"].as_u64().unwrap();
                if state.sessions.contains_key(&id) {
                    return (on, error(468, "Session ID already in use"));
                }
                let made = Session {
                    handles: Vec::new(),
                    queue: VecDeque::new(),
                    wake: Rc::default(),
                };
                state.sessions.insert(id, made);
                json!({"janus": "success", "transaction": transaction, "data": {"id": id}})
            }
            "ping" => json!({"janus": "pong", "transaction": transaction}),
            _ => error(457, "Unhandled request"),
        };
        return (on, answer);
    };
    let handles = &state.sessions[&session].handles;
    if handle.is_some_and(|handle| !handles.contains(&handle)) {
        return (on, error(459, "No such handle"));
    }
    let mut answer = json!({"janus": "success", "session_id": session, "transaction": transaction});
    match (request, handle) {
        ("attach", None) => {
            let id = state.new_id();
            let session = state.sessions.get_mut(&session).unwrap();
            session.handles.push(id);
            answer["data"] = json!({"id": id});
        }
        ("keepalive", None) | ("trickle", Some(_)) => answer["janus"] = "ack".into(),
        ("destroy", None) => {
            state.destroy(session);
        }
        ("detach", Some(handle)) => {
            for (to, event) in state.rooms.gone(handle) {
                state.push(to, event);
            }
            let handles = &mut state.sessions.get_mut(&session).unwrap().handles;
            handles.retain(|id| *id != handle);
        }
        ("message", Some(handle)) => {
            let said = state
                .rooms
                .message(session, handle, &body["body"], &body["jsep"]);
            if said.direct {
                answer["sender"] = handle.into();
                answer["plugindata"] = said.plugindata();
            } else {
                answer["janus"] = "ack".into();
                let mut event = json!({"janus": "event", "session_id": session,
                    "transaction": transaction, "sender": handle,
                    "plugindata": said.plugindata()});
                if !said.jsep.is_null() {
                    event["jsep"] = said.jsep.clone();
                }
                let fault = message.and_then(|name| state.fault(&On::Event(name)));
                if !said.silent {
                    answer_by_event(session, event, fault, state, shared);
                }
            }
            for (to, event) in said.others {
                state.push(to, event);
            }
        }
        _ => return (on, error(457, "Unhandled request")),
    }
    (on, answer)
}

fn answer_by_event(
    session: u64,
    mut event: Value,
    fault: Option<Fault>,
    state: &mut State,
    shared: &Rc<RefCell<State>>,
) {
    match fault {
        None => state.push(session, event),
        Some(Fault::Twice) => {
            state.push(session, event.clone());
            state.push(session, event);
        }
        Some(Fault::Dropped) => {}
        Some(Fault::Late(after)) => {
            let shared = shared.clone();
            tokio::task::spawn_local(async move {
                sleep(after).await;
                shared.borrow_mut().push(session, event);
            });
        }
        Some(Fault::Set(pointer, value)) => {
            set(&mut event, pointer, value);
            state.push(session, event);
        }
        Some(Fault::Body(text)) => state.push(session, serde_json::from_str(&text).unwrap()),
        Some(other) => panic!("{other:?} is no fault of an event"),
    }
}

/// The same name, for ever.
fn known(name: &str) -> &'static str {
    let all = [
        "create",
        "attach",
        "keepalive",
        "destroy",
        "detach",
        "trickle",
        "message",
        "ping",
        "hangup",
        "join",
        "configure",
        "start",
        "update",
        "exists",
        "list",
        "leave",
    ];
    all.into_iter().find(|known| *known == name).unwrap_or("?")
}
