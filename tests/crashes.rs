//! Crashes of what serves one person, injected by panics: the crash stays with that person, the room is
//! told once, nothing is left on Janus, and the call starts again.

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

use serde_json::json;
use support::client::Client;
use support::eventually;
use support::faults::{held, took};
use support::parlour::Parlour;
use support::scene::{Failpoints, Scene};

/// Ann's call dies at `point`, where it is woken to: everybody hears it once, it starts again, and is
/// counted once as the end of `actor`. The figures.
async fn dies_once(
    scene: &mut Scene,
    points: &Failpoints,
    point: &str,
    actor: &str,
    reason: &str,
) -> String {
    points.panic_once(point);
    scene.wake_poller_of_ann().await;
    let begun = Instant::now();
    scene.one_stop_call(reason, true).await;
    let told = begun.elapsed();
    scene.starts_again().await;
    let back = begun.elapsed();
    scene.parlour.invariants().await;
    for counted in [
        format!(r#"downs_total{{actor="{actor}",reason="panicked"}}"#),
        format!(r#"stop_calls_total{{reason="{reason}",restart="true"}}"#),
    ] {
        assert_eq!(scene.parlour.metric(&counted), 1.0, "{counted}");
    }
    format!("told {}, call again {}", took(told), took(back))
}

#[actix::test]
async fn a_panic_of_the_poller_ends_one_call_once_and_it_starts_again() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let figure = dies_once(&mut scene, &points, "poller", "poller", "poller_died").await;
    held("F22", "S(poller_died), gone, call again", figure);
}

#[actix::test]
async fn a_panic_of_the_session_ends_one_call_once_and_it_starts_again() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let (point, actor) = ("session-configured", "janus_session");
    let figure = dies_once(&mut scene, &points, point, actor, "panicked").await;
    assert_eq!(scene.parlour.metric("restarts_total"), 1.0);
    held("F20", "S(panicked), gone, restarts +1, call again", figure);
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
    held(
        "F21",
        "one error reply each, no stop_call, gone",
        "2 places",
    );
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
    assert_eq!(scene.parlour.metric("gave_up_total"), 1.0);
    scene.parlour.invariants().await;
    held(
        "F24",
        "S(restart: false) at the 4th, gave_up +1, by hand it works",
        "",
    );
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
async fn a_panic_of_a_connection_is_a_leave_like_any_other() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let id = scene.ann.id();
    points.panic_once("socket-bytes");
    let begun = Instant::now();
    scene.ann.send("chat", json!({ "text": "hello" })).await;
    assert_eq!(scene.ann.ended().await, support::client::Ended::Close(1011));
    let stop_call = scene.others[0].stop_call_of(&id).await;
    assert_eq!(stop_call["reason"], "left");
    scene.others[0].leave_of(&id).await;
    let left = begun.elapsed();
    scene.parlour.invariants().await;
    held("F11", "close 1011, S(left), L, gone", took(left));
}

#[actix::test]
async fn a_panic_of_a_connection_in_its_join_is_no_member() {
    let points = Failpoints::take();
    let parlour = Parlour::start().await;
    let mut ann = parlour.join("tea", "Ann").await;
    let mut bob = Client::connect(parlour.address()).await;
    points.panic_once("socket-joined");
    let begun = Instant::now();
    bob.send_join("tea", json!({ "name": "Bob" })).await;
    assert_eq!(bob.ended().await, support::client::Ended::Close(1011));
    let ended = begun.elapsed();
    eventually("only Ann is here", Duration::from_secs(5), async || {
        parlour.system.rooms.counts().1 == 1
    })
    .await;
    ann.settle().await;
    let bob = parlour.join("tea", "Bob").await;
    ann.event_where("presence_diff", |p| !p["joins"][bob.id()].is_null())
        .await;
    parlour.invariants().await;
    held("F12", "close 1011, not a member", took(ended));
}

#[actix::test]
async fn as_many_panics_are_as_many_stop_calls_and_nothing_grows() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let before = support::resident_kib();
    let panics = if std::env::var_os("ALL").is_some() {
        1_000
    } else {
        100
    };
    // A new connection each: one alone would be told that it starts calls too fast.
    for _ in 0..panics {
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
    // Of crashed calls nothing is kept; what is allowed for are the test's own clients.
    let grown = support::resident_kib().saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB more are resident");
    assert_eq!(scene.parlour.system.sessions.len(), 3);
    eventually("the reaper is idle", Duration::from_secs(10), async || {
        scene.parlour.system.metrics.reaper_queue.get() == 0
    })
    .await;
    let stop_calls = r#"stop_calls_total{reason="panicked",restart="true"}"#;
    assert_eq!(scene.parlour.metric(stop_calls), f64::from(panics));
    held(
        "R02",
        format!("{panics} panics, {panics} stop_calls"),
        format!("+{grown} KiB"),
    );
}
