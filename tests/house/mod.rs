//! A whole Parlour in the test's process over a gateway in memory, and what tests of moderation ask of it.

#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, reason = "a module of each test file")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, Once, OnceLock};
use std::time::Duration;

use log::kv::{Key, Value as KvValue, VisitSource};
use parlour::config::Config;
use parlour::gateway::GatewayError;
use parlour::gateway::fake::{FakeGateway, Fault, Kind};
use parlour::names::{ParticipantId, RoomName};
use parlour::system::{MakeGateway, System};
use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::eventually;

pub const OFFER: &str = include_str!("../fixtures/sdp/chromium-offer-audio-video.sdp");
/// A generous deadline for what should take milliseconds.
pub const SOON: Duration = Duration::from_secs(10);
/// How long the gateway takes for each request.
const LATENCY: Duration = Duration::from_millis(4);

/// See the module.
pub struct House {
    pub system: System,
    fake: FakeGateway,
}

impl House {
    pub async fn open() -> Self {
        let fake = FakeGateway::new(LATENCY);
        let made = fake.clone();
        let gateway: MakeGateway = Arc::new(move |_| made.gateway());
        let house = Self {
            system: Self::start(Some(gateway)),
            fake,
        };
        let board = Arc::clone(house.system.board.as_ref().unwrap());
        eventually("the gateway is up", SOON, async || board.get().up).await;
        house
    }

    pub async fn mesh() -> Self {
        Self {
            system: Self::start(None),
            fake: FakeGateway::new(LATENCY),
        }
    }

    fn start(gateway: Option<MakeGateway>) -> System {
        audit_lines();
        let flags = ["--listen=127.0.0.1:0", "--admin-listen=off", "--node=test"];
        System::start(&Config::from_args(&flags).unwrap(), gateway).unwrap()
    }

    pub fn address(&self) -> SocketAddr {
        self.system.address
    }

    pub async fn join(&self, name: &str) -> Client {
        Client::join(self.address(), "tea", json!({ "name": name })).await
    }

    pub async fn rejoin(&self, name: &str, resume: &Value) -> Client {
        let payload = json!({ "name": name, "resume": resume, "call": null });
        Client::join(self.address(), "tea", payload).await
    }

    /// Somebody tries to come in; the response, ok or not.
    pub async fn knock(&self, client: &mut Client, name: &str) -> Value {
        // Joins are held to two a second.
        loop {
            let reply = client.join_room("tea", json!({ "name": name })).await;
            let response = reply["response"].clone();
            if response["reason"] != "too_fast" {
                return response;
            }
            let wait = response["retry_ms"].as_u64().unwrap();
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }

    /// Somebody's call with microphone and camera.
    pub async fn publish(&self, client: &mut Client) {
        ok(client, "start_call", published()).await;
    }

    /// The mids of somebody that the gateway holds back.
    pub fn muted(&self, id: &str) -> Vec<String> {
        let muted = self.fake.muted(&ParticipantId::parse(id).unwrap());
        let muted = muted.unwrap_or_default();
        muted.iter().map(ToString::to_string).collect()
    }

    /// The next time it is asked to hold something back it says no.
    pub fn refuses_to_mute(&self) {
        let (request, code, detail) = ("mute", 499, "as told".to_owned());
        let refused = GatewayError::Refused {
            request,
            code,
            detail,
        };
        self.fake.next(Kind::Mute, Fault::Fail(refused));
    }

    pub fn sessions(&self) -> usize {
        self.fake.live_sessions().len()
    }

    /// Everybody's role.
    pub fn roles(&self) -> BTreeMap<String, &'static str> {
        let record = self.system.rooms.get(&RoomName::parse("tea").unwrap());
        let record = record.unwrap();
        let state = record.lock();
        let roles = state.members();
        roles.map(|(id, m)| (id.to_string(), m.meta.role)).collect()
    }

    /// Whether nothing is owed to anybody, and the gateway has what is live.
    pub async fn at_rest(&self) {
        let sound = async || {
            let rooms = self.system.rooms.all();
            let live: usize = rooms.iter().map(|room| room.lock().live_calls()).sum();
            rooms.iter().all(|room| {
                let state = room.lock();
                let mut members = state.members();
                state.owed().is_empty()
                    && state.dismissed().is_none()
                    && !state.is_closed()
                    && members.all(|(id, m)| {
                        m.link.deliver.connected() && m.meta.call == state.live_generation(id)
                    })
            }) && self.system.sessions.orphans().is_empty()
                && self.sessions() == live
        };
        eventually("nothing is left over", SOON, sound).await;
    }

    /// No room is left, and nothing on the gateway.
    pub async fn empty(&self) {
        let empty = async || {
            self.system.rooms.all().is_empty()
                && self.system.sessions.is_empty()
                && self.sessions() == 0
        };
        eventually("the room is gone with all it had", SOON, empty).await;
    }
}

/// `start_call` with microphone and camera.
pub fn published() -> Value {
    let stream = |mid: &str, source: &str| json!({ "mid": mid, "source": source, "label": "" });
    json!({ "jsep": { "type": "offer", "sdp": OFFER },
        "streams": [stream("0", "mic"), stream("1", "camera")] })
}

/// Asks, again and again if that was too fast; the reply.
async fn asked(client: &mut Client, event: &str, payload: Value) -> Value {
    loop {
        let reply = client.request(event, payload.clone()).await;
        if reply["response"]["reason"] != "too_fast" {
            return reply;
        }
        let wait = reply["response"]["retry_ms"].as_u64().unwrap();
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

/// Asks; the response of the ok reply.
pub async fn ok(client: &mut Client, event: &str, payload: Value) -> Value {
    let reply = asked(client, event, payload).await;
    assert_eq!(reply["status"], "ok", "{event}: {reply}");
    reply["response"].clone()
}

/// Asks; the reason why not.
pub async fn failed(client: &mut Client, event: &str, payload: Value) -> String {
    let reply = asked(client, event, payload).await;
    assert_eq!(reply["status"], "error", "{event}: {reply}");
    reply["response"]["reason"].as_str().unwrap().to_owned()
}

/// Somebody's new meta in a `presence_diff`.
pub fn meta<'a>(diff: &'a Value, id: &str) -> &'a Value {
    &diff["joins"][id]["metas"][0]
}

/// The lines of the log target `audit`, each with its values in the order of their names.
#[derive(Default)]
pub struct Audit(Mutex<Vec<String>>);

impl Audit {
    pub fn of_room(&self, room: &str) -> Vec<String> {
        let lines = self.0.lock().unwrap();
        let of_it = |line: &&String| line.contains(&format!(" room={room} "));
        lines.iter().filter(of_it).cloned().collect()
    }
}

struct Values(BTreeMap<String, String>);

impl<'kvs> VisitSource<'kvs> for Values {
    fn visit_pair(&mut self, key: Key<'kvs>, value: KvValue<'kvs>) -> Result<(), log::kv::Error> {
        self.0.insert(key.to_string(), value.to_string());
        Ok(())
    }
}

impl log::Log for Audit {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let is_audit = record.target() == "audit";
        if !is_audit && record.level() > log::Level::Error {
            return;
        }
        let mut values = Values(BTreeMap::new());
        record.key_values().visit(&mut values).unwrap();
        let values = values.0.into_iter().map(|(k, v)| format!("{k}={v}"));
        let line = values.collect::<Vec<_>>().join(" ");
        if !is_audit {
            // A panic, this test's or one of the server's.
            return eprintln!("{} {line}", record.args());
        }
        self.0.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

/// Where the process's audit lines go.
pub fn audit_lines() -> &'static Audit {
    static LINES: OnceLock<Audit> = OnceLock::new();
    static ONCE: Once = Once::new();
    let lines = LINES.get_or_init(Audit::default);
    ONCE.call_once(|| {
        log::set_logger(lines).unwrap();
        log::set_max_level(log::LevelFilter::Info);
        parlour::otp::spawn::log_panics();
    });
    lines
}
