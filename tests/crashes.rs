//! Crashes of each actor, injected by panics: the crash stays with that one user, the room is told
//! once, nothing is left on Janus, and the call starts again.

#![cfg(feature = "failpoints")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::Duration;

use fail::FailScenario;
use serde_json::{Value, json};
use support::client::Client;
use support::eventually;
use support::parlour::Parlour;

const OFFER: &str = include_str!("fixtures/sdp/chromium-offer-audio-video.sdp");

/// Holds the process's failpoints for one test, and clears them after it.
struct Failpoints {
    _scenario: FailScenario<'static>,
}

impl Failpoints {
    fn take() -> Self {
        Self {
            _scenario: FailScenario::setup(),
        }
    }

    /// The next time anybody passes it, it panics.
    fn panic_once(&self, name: &str) {
        fail::cfg(name, "1*panic(injected)->off").unwrap();
    }

    fn panic_always(&self, name: &str) {
        fail::cfg(name, "panic(injected)").unwrap();
    }

    fn off(&self, name: &str) {
        fail::remove(name);
    }
}

/// A room of three in call, and whom the crash hits.
struct Scene {
    parlour: Parlour,
    ann: Client,
    others: Vec<Client>,
    generation: Value,
}

impl Scene {
    async fn set() -> Self {
        let parlour = Parlour::start().await;
        let mut others = vec![
            parlour.join("tea", "Bob").await,
            parlour.join("tea", "Cid").await,
        ];
        for other in &mut others {
            other.start_listening().await;
        }
        let mut ann = parlour.join("tea", "Ann").await;
        let generation = json!(ann.start_listening().await);
        for client in others.iter_mut().chain([&mut ann]) {
            client.forget().await;
        }
        Self {
            parlour,
            ann,
            others,
            generation,
        }
    }

    /// Everybody has exactly one `stop_call` of Ann's generation, and of nobody else.
    async fn one_stop_call(&mut self, reason: &str, restart: bool) {
        let id = self.ann.id();
        for client in self.others.iter_mut().chain([&mut self.ann]) {
            let stop_call = client.stop_call_of(&id).await;
            let due = json!({ "participant": id, "generation": self.generation,
                "reason": reason, "restart": restart });
            assert_eq!(stop_call, due);
            client.settle().await;
            assert_eq!(client.count("stop_call"), 0, "{:?}", client.events());
        }
    }

    async fn starts_again(&mut self) {
        let again = json!(self.ann.start_listening().await);
        assert!(again.as_u64() > self.generation.as_u64());
        self.generation = again;
    }
}

#[actix::test]
async fn a_panic_of_the_poller_ends_one_call_once_and_it_starts_again() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    points.panic_once("poller");
    scene.wake_poller_of_ann().await;
    scene.one_stop_call("poller_died", true).await;
    scene.starts_again().await;
    scene.parlour.invariants().await;
}

impl Scene {
    /// Ann joined last: hers is the session that the others' were before.
    async fn session_of_ann(&self) -> u64 {
        let feed = format!("{}-{}", self.ann.id(), self.generation);
        for session in self.parlour.janus.sessions().await {
            for handle in self.parlour.janus.handles(session).await {
                let info = self.parlour.janus.handle_info(session, handle).await;
                if info.to_string().contains(&feed) {
                    return session;
                }
            }
        }
        panic!("{feed} is on no session");
    }

    /// Makes Janus say something to Ann's poller, and to nobody else's.
    async fn wake_poller_of_ann(&mut self) {
        let streams = json!([
            { "mid": "0", "source": "mic", "label": "" },
            { "mid": "1", "source": "camera", "label": "" },
        ]);
        let jsep = json!({ "type": "offer", "sdp": OFFER });
        self.ann
            .send("update_call", json!({ "jsep": jsep, "streams": streams }))
            .await;
    }
}

#[actix::test]
async fn a_panic_of_the_session_ends_one_call_once_and_it_starts_again() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    points.panic_once("session-configured");
    scene.wake_poller_of_ann().await;
    scene.one_stop_call("panicked", true).await;
    scene.starts_again().await;
    scene.parlour.invariants().await;
}

#[actix::test]
async fn a_crash_while_a_call_starts_is_one_error_reply_and_no_stop_call() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    scene.ann.request("stop_call", json!({})).await;
    scene.one_stop_call("stopped", false).await;
    for point in ["session-start", "session-publish"] {
        points.panic_once(point);
        let reply = scene
            .ann
            .request("start_call", json!({ "streams": [] }))
            .await;
        assert_eq!(reply["response"]["reason"], "panicked", "{point}: {reply}");
        assert!(reply["response"]["retry_ms"].is_u64());
        scene.others[0].settle().await;
        assert_eq!(scene.others[0].count("stop_call"), 0);
    }
    scene.starts_again().await;
    scene.parlour.invariants().await;
}

#[actix::test]
async fn a_crash_between_the_rooms_word_and_the_reply_is_told_to_both() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    scene.ann.request("stop_call", json!({})).await;
    scene.one_stop_call("stopped", false).await;
    points.panic_once("session-began");
    let reply = scene
        .ann
        .request("start_call", json!({ "streams": [] }))
        .await;
    assert_eq!(reply["response"]["reason"], "panicked");
    let id = scene.ann.id();
    let stop_call = scene.others[0].stop_call_of(&id).await;
    assert_eq!(stop_call["reason"], "panicked");
    scene.starts_again().await;
    scene.parlour.invariants().await;
}

#[actix::test]
async fn a_crash_loop_ends_in_restart_false_and_a_start_by_hand_works() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    for crash in 1..=4 {
        points.panic_once("session-configured");
        scene.wake_poller_of_ann().await;
        scene.one_stop_call("panicked", crash < 4).await;
        scene.starts_again().await;
    }
    assert_eq!(scene.parlour.system.metrics.gave_up.get(), 1);
    scene.parlour.invariants().await;
}

#[actix::test]
async fn a_start_that_dies_too_often_is_told_so_without_a_time_to_retry() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    scene.ann.request("stop_call", json!({})).await;
    points.panic_always("session-publish");
    let mut reasons = Vec::new();
    for _ in 0..4 {
        let reply = scene
            .ann
            .request("start_call", json!({ "streams": [] }))
            .await;
        reasons.push(reply["response"]["reason"].as_str().unwrap().to_owned());
    }
    assert_eq!(reasons, ["panicked", "panicked", "panicked", "gave_up"]);
    points.off("session-publish");
    scene.starts_again().await;
    scene.parlour.invariants().await;
}

#[actix::test]
async fn a_room_that_panics_in_the_middle_of_telling_tells_once_and_disconnects_nobody() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let session = scene.session_of_ann().await;
    // The second delivery of the stop_call.
    fail::cfg("room-deliver", "1*off->1*panic(injected)->off").unwrap();
    scene.parlour.janus.destroy_session(session).await;
    scene.one_stop_call("janus_session_lost", true).await;
    for client in scene.others.iter_mut().chain([&mut scene.ann]) {
        let presence = client.event("presence_state").await;
        assert_eq!(presence.as_object().unwrap().len(), 3);
        // Ann's meta lost its call; nobody left or came.
        let diff = client.event("presence_diff").await;
        let keys = |of: &Value| of.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&diff["joins"]), keys(&diff["leaves"]), "{diff}");
    }
    drop(points);
    scene.starts_again().await;
    scene.parlour.invariants().await;
}

#[actix::test]
async fn a_room_that_panics_while_it_tells_a_leave_leaves_no_call_behind() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    points.panic_once("room-deliver");
    let reply = scene.ann.request("phx_leave", json!({})).await;
    assert_eq!(reply["status"], "ok", "{reply}");
    scene.parlour.invariants().await;
    assert_eq!(scene.parlour.system.sessions.owned().len(), 2);
}

#[actix::test]
async fn a_room_that_panics_while_it_tells_a_reload_lets_the_call_start_again() {
    let points = Failpoints::take();
    let scene = Scene::set().await;
    let resume = scene.ann.resume();
    points.panic_once("room-deliver");
    let mut again = scene.parlour.rejoin("tea", &resume, Value::Null).await;
    again.event("presence_state").await; // of the join
    again.event("presence_state").await; // of the room's next life
    again.start_listening().await;
    scene.parlour.invariants().await;
}

#[actix::test]
async fn a_room_that_panics_while_it_tells_a_second_join_leaves_no_ghost_of_the_first() {
    let points = Failpoints::take();
    let parlour = Parlour::start().await;
    let mut bob = parlour.join("tea", "Bob").await;
    let mut ann = parlour.join("tea", "Ann").await;
    let first = ann.id();
    points.panic_once("room-deliver");
    let reply = ann.join_room("tea", json!({ "name": "Ann" })).await;
    assert_eq!(reply["status"], "ok");
    bob.leave_of(&first).await;
    parlour.invariants().await;
    assert_eq!(parlour.system.rooms.counts().1, 2);
}

#[actix::test]
async fn a_room_that_panics_at_each_rebuild_is_closed_and_can_be_joined_anew() {
    let points = Failpoints::take();
    let parlour = Parlour::start().await;
    let mut ann = parlour.join("tea", "Ann").await;
    points.panic_always("room-started");
    points.panic_once("room-ask");
    let reply = ann.request("chat", json!({ "text": "hello" })).await;
    assert_eq!(reply["response"]["reason"], "room_restarting");
    ann.event_where("phx_close", |p| p["reason"] == "room_closed")
        .await;
    points.off("room-started");
    let again = ann.join_room("tea", json!({ "name": "Ann" })).await;
    assert_eq!(again["status"], "ok", "{again}");
    parlour.invariants().await;
}

#[actix::test]
async fn a_panic_of_the_registry_costs_one_join_a_retry() {
    let points = Failpoints::take();
    let parlour = Parlour::start().await;
    let mut ann = parlour.join("tea", "Ann").await;
    points.panic_once("registry-enter");
    let mut bob = Client::connect(parlour.address()).await;
    let reply = bob.join_room("tea", json!({ "name": "Bob" })).await;
    assert_eq!(reply["response"]["reason"], "room_restarting");
    assert!(reply["response"]["retry_ms"].is_u64());
    let reply = bob.join_room("tea", json!({ "name": "Bob" })).await;
    assert_eq!(reply["status"], "ok");
    ann.event_where("presence_diff", |p| !p["joins"][bob.id()].is_null())
        .await;
    parlour.invariants().await;
}

#[actix::test]
async fn a_room_that_panics_over_a_join_has_the_joiner_once_after_the_retry() {
    let points = Failpoints::take();
    let parlour = Parlour::start().await;
    let ann = parlour.join("tea", "Ann").await;
    points.panic_once("room-entered");
    let mut bob = Client::connect(parlour.address()).await;
    let reply = bob.join_room("tea", json!({ "name": "Bob" })).await;
    assert_eq!(reply["response"]["reason"], "room_restarting");
    let reply = bob.join_room("tea", json!({ "name": "Bob" })).await;
    assert_eq!(reply["status"], "ok");
    let (what, within) = ("only Ann and one Bob are here", Duration::from_secs(5));
    eventually(what, within, async || parlour.system.rooms.counts().1 == 2).await;
    let mut cid = parlour.join("tea", "Cid").await;
    let state = cid.event("presence_state").await;
    for id in [ann.id(), bob.id(), cid.id()] {
        assert!(state[&id].is_object(), "{id} is missing in {state}");
    }
    parlour.invariants().await;
}

#[actix::test]
async fn a_panic_of_the_supervisor_ends_each_call_of_the_room_once() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    points.panic_once("supervisor-request");
    let reply = scene
        .ann
        .request("trickle", json!({ "of": "publisher", "candidate": null }))
        .await;
    assert_eq!(
        reply["status"], "ok",
        "not forwarded, so it hits nobody: {reply}"
    );
    let reply = scene
        .ann
        .request("subscribe", json!({ "restart": true }))
        .await;
    assert_eq!(reply["response"]["reason"], "room_restarting");
    let ids: Vec<String> = scene
        .others
        .iter()
        .map(Client::id)
        .chain([scene.ann.id()])
        .collect();
    for client in scene.others.iter_mut().chain([&mut scene.ann]) {
        for id in &ids {
            let stop_call = client.stop_call_of(id).await;
            assert_eq!(stop_call["reason"], "supervisor_died");
            assert_eq!(stop_call["restart"], true);
        }
        client.settle().await;
        assert_eq!(client.count("stop_call"), 0);
    }
    scene.starts_again().await;
    scene.parlour.invariants().await;
}

#[actix::test]
async fn a_panic_of_the_reaper_leaves_nothing_on_janus() {
    let points = Failpoints::take();
    let scene = Scene::set().await;
    points.panic_once("reaper");
    let Scene {
        parlour,
        ann,
        mut others,
        ..
    } = scene;
    let id = ann.id();
    ann.vanish();
    others[0].leave_of(&id).await;
    parlour.invariants().await;
    assert_eq!(parlour.system.sessions.owned().len(), 2);
}

#[actix::test]
async fn a_panic_of_a_connection_is_a_leave_like_any_other() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let id = scene.ann.id();
    points.panic_once("socket-bytes");
    scene.ann.send("chat", json!({ "text": "hello" })).await;
    assert_eq!(scene.ann.ended().await, support::client::Ended::Close(1011));
    let stop_call = scene.others[0].stop_call_of(&id).await;
    assert_eq!(stop_call["reason"], "left");
    scene.others[0].leave_of(&id).await;
    scene.parlour.invariants().await;
}

/// Memory of this process, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[actix::test]
async fn a_hundred_panics_are_a_hundred_stop_calls_and_nothing_grows() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let before = resident_kib();
    // A new connection each: one alone would be told that it starts calls too fast.
    for _ in 0..100 {
        let id = scene.ann.id();
        let next = scene.parlour.join("tea", "Ann").await;
        std::mem::replace(&mut scene.ann, next).vanish();
        for other in &mut scene.others {
            other.leave_of(&id).await;
            other.forget().await;
        }
        scene.ann.forget().await;
        scene.generation = json!(scene.ann.start_listening().await);
        points.panic_once("session-configured");
        scene.wake_poller_of_ann().await;
        scene.one_stop_call("panicked", true).await;
    }
    scene.starts_again().await;
    scene.parlour.invariants().await;
    // Of 100 crashed calls nothing is kept; what is allowed for are the test's own clients.
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB more are resident");
    assert_eq!(scene.parlour.system.sessions.len(), 3);
    eventually("the reaper is idle", Duration::from_secs(10), async || {
        scene.parlour.system.metrics.reaper_queue.get() == 0
    })
    .await;
}
