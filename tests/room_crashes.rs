//! Crashes of what serves a whole room, injected by panics: everybody is told once, nobody is
//! disconnected, and nothing is left behind.

#![cfg(feature = "failpoints")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::client::Client;
use support::eventually;
use support::faults::{held, took};
use support::parlour::Parlour;
use support::scene::{Failpoints, Scene};

#[actix::test]
async fn a_room_that_panics_in_the_middle_of_telling_tells_once_and_disconnects_nobody() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let session = scene.session_of_ann().await;
    // The second delivery of the stop_call.
    fail::cfg("room-deliver", "1*off->1*panic(injected)->off").unwrap();
    scene.parlour.janus.destroy_session(session).await;
    let begun = Instant::now();
    scene.one_stop_call("janus_session_lost", true).await;
    for client in scene.others.iter_mut().chain([&mut scene.ann]) {
        let presence = client.event("presence_state").await;
        assert_eq!(presence.as_object().unwrap().len(), 3);
        // Ann's meta lost its call; nobody left or came.
        let diff = client.event("presence_diff").await;
        let keys = |of: &Value| of.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&diff["joins"]), keys(&diff["leaves"]), "{diff}");
    }
    let told = begun.elapsed();
    drop(points);
    scene.starts_again().await;
    scene.parlour.invariants().await;
    assert_eq!(
        scene
            .parlour
            .metric(r#"downs_total{actor="room",reason="panicked"}"#),
        1.0
    );
    held(
        "F16",
        "S once, no leave or join, presence_state",
        took(told),
    );
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
    let begun = Instant::now();
    points.panic_once("room-ask");
    let reply = ann.request("chat", json!({ "text": "hello" })).await;
    assert_eq!(reply["response"]["reason"], "room_restarting");
    ann.event_where("phx_close", |p| p["reason"] == "room_closed")
        .await;
    points.off("room-started");
    let again = ann.join_room("tea", json!({ "name": "Ann" })).await;
    assert_eq!(again["status"], "ok", "{again}");
    parlour.invariants().await;
    held(
        "F17",
        "room_closed, joining again works",
        took(begun.elapsed()),
    );
}

#[actix::test]
async fn a_panic_of_the_registry_costs_one_join_a_retry() {
    let points = Failpoints::take();
    let parlour = Parlour::start().await;
    let mut ann = parlour.join("tea", "Ann").await;
    points.panic_once("registry-enter");
    let begun = Instant::now();
    let mut bob = Client::connect(parlour.address()).await;
    let reply = bob.join_room("tea", json!({ "name": "Bob" })).await;
    assert_eq!(reply["response"]["reason"], "room_restarting");
    assert!(reply["response"]["retry_ms"].is_u64());
    let reply = bob.join_room("tea", json!({ "name": "Bob" })).await;
    assert_eq!(reply["status"], "ok");
    ann.event_where("presence_diff", |p| !p["joins"][bob.id()].is_null())
        .await;
    let joined = begun.elapsed();
    parlour.invariants().await;
    held(
        "F18",
        "one join room_restarting, then in; nobody else noticed",
        took(joined),
    );
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
    let begun = Instant::now();
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
    held(
        "F25",
        "S(supervisor_died) once each of 3, calls again",
        took(begun.elapsed()),
    );
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
