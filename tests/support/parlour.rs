//! A whole Parlour in the test's process, a real Janus under it, and the invariants that must hold
//! after any sequence of faults.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Once};
use std::time::Duration;

use parlour::config::Config;
use parlour::gateway::janus::{JanusGateway, JanusSettings};
use parlour::names::RoomName;
use parlour::system::{MakeGateway, System};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::client::Client;
use super::eventually;
use super::janus::TestJanus;

/// A server and its gateway.
pub struct Parlour {
    /// The server.
    pub system: System,
    /// Its Janus.
    pub janus: TestJanus,
}

/// Logs panics as the binary does, once for the process.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = env_logger::builder().is_test(true).try_init();
        parlour::otp::spawn::log_panics();
    });
}

/// A server over these settings of a Janus, with more flags.
pub async fn start(settings: JanusSettings, flags: &[&str]) -> System {
    quiet_panics();
    let flags = [
        &["--listen=127.0.0.1:0", "--admin-listen=off", "--node=test"],
        flags,
    ]
    .concat();
    let config = Config::from_args(&flags).unwrap();
    let gateway: MakeGateway =
        Arc::new(move |_| Rc::new(JanusGateway::new(settings.clone()).unwrap()));
    let system = System::start(&config, Some(gateway)).unwrap();
    let board = Arc::clone(system.board.as_ref().unwrap());
    eventually("the gateway is up", Duration::from_secs(20), async || {
        board.get().up
    })
    .await;
    system
}

impl Parlour {
    /// A server with a Janus of its own.
    pub async fn start() -> Self {
        quiet_panics();
        let janus = TestJanus::start().await;
        Self {
            system: start(janus.settings(), &[]).await,
            janus,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.system.address
    }

    /// Somebody in a room.
    pub async fn join(&self, room: &str, name: &str) -> Client {
        Client::join(self.address(), room, json!({ "name": name })).await
    }

    /// Somebody back in a room.
    pub async fn rejoin(&self, room: &str, resume: &Value, call: Value) -> Client {
        let payload = json!({ "name": "back", "resume": resume, "call": call });
        Client::join(self.address(), room, payload).await
    }

    /// What the room shows of somebody.
    pub fn presence(&self, room: &str, id: &str) -> Value {
        let room = self
            .system
            .rooms
            .get(&RoomName::parse(room).unwrap())
            .unwrap();
        let presence = serde_json::to_value(room.lock().presence()).unwrap();
        presence[id]["metas"][0].clone()
    }

    /// What a metric says now: its name without `parlour_`, its labels as they are written. 0 if it was
    /// never counted.
    pub fn metric(&self, name: &str) -> f64 {
        metric(&self.system, name)
    }

    /// The session and the handle by which a feed is published.
    pub async fn publisher_of(&self, feed: &str) -> (u64, u64) {
        for session in self.janus.sessions().await {
            for handle in self.janus.handles(session).await {
                let info = self.janus.handle_info(session, handle).await;
                if info.to_string().contains(feed) {
                    return (session, handle);
                }
            }
        }
        panic!("{feed} is on no session");
    }

    /// What the room is called on Janus.
    pub fn media_room(&self, room: &str) -> String {
        let room = self.system.rooms.get(&RoomName::parse(room).unwrap());
        room.unwrap().media_room.clone()
    }

    /// The sessions on Janus that are not the server's own for a moment.
    async fn sessions_match(&self) -> bool {
        let (mut ours, mut theirs) = (self.system.sessions.owned(), self.janus.sessions().await);
        ours.sort_unstable();
        theirs.sort_unstable();
        ours.iter().map(|id| id.0).collect::<Vec<_>>() == theirs
    }

    /// What holds after any sequence of faults: no ghost, no orphan, nothing owed, the registry is
    /// reality. Within 5 s, and still after that.
    pub async fn invariants(&self) {
        let within = Duration::from_secs(5);
        let held = async || {
            let rooms = self.system.rooms.all();
            let sound = rooms.iter().all(|room| {
                let state = room.lock();
                state.owed().is_empty()
                    && state.room.as_ref().is_some_and(actix::Addr::connected)
                    && state
                        .members()
                        .all(|(_, member)| member.link.deliver.connected())
                    && state
                        .members()
                        .all(|(id, m)| m.meta.call == state.live_generation(id))
            });
            let live: usize = rooms.iter().map(|room| room.lock().live_calls()).sum();
            sound
                && live == self.system.sessions.owned().len()
                && self.system.sessions.orphans().is_empty()
                && self.sessions_match().await
        };
        let deadline = Instant::now() + within * 2;
        let mut since = None;
        // Held once, and from then on for a while.
        while since.is_none_or(|since: Instant| since.elapsed() < Duration::from_millis(300)) {
            if held().await {
                since.get_or_insert_with(Instant::now);
            } else {
                since = None;
            }
            assert!(Instant::now() < deadline, "{}", self.state().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn state(&self) -> String {
        let rooms: Vec<_> = self
            .system
            .rooms
            .all()
            .iter()
            .map(|room| {
                let state = room.lock();
                let members: Vec<_> = state
                    .members()
                    .map(|(id, m)| {
                        (
                            id.clone(),
                            m.meta.call,
                            state.live_generation(id),
                            m.link.deliver.connected(),
                        )
                    })
                    .collect();
                format!("{} owed {:?} members {members:?}", room.name, state.owed())
            })
            .collect();
        format!(
            "invariants do not hold: {rooms:?}; orphans {:?}, ours {:?}, on Janus {:?}",
            self.system.sessions.orphans(),
            self.system.sessions.owned(),
            self.janus.sessions().await
        )
    }
}

/// See [`Parlour::metric`].
pub fn metric(system: &System, name: &str) -> f64 {
    let text = system.metrics.text();
    let mut lines = text.lines();
    let value = lines.find_map(|line| {
        line.strip_prefix("parlour_")?
            .strip_prefix(name)?
            .strip_prefix(' ')
    });
    value.map_or(0.0, |value| value.parse().unwrap())
}
