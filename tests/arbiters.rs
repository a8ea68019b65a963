//! A thread that serves rooms ends: its rooms and calls go on on another.

#![cfg(feature = "failpoints")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::Instant;

use serde_json::{Value, json};
use support::faults::{held, took};
use support::scene::{Failpoints, Scene};

#[actix::test]
async fn the_rooms_of_an_arbiter_that_ends_go_on_on_another() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    fail::cfg("room-arbiter", "1*return->off").unwrap();
    let begun = Instant::now();
    scene
        .ann
        .send("chat", json!({ "text": "the last on it" }))
        .await;
    // Every call of the room ended with its thread; the people are here still.
    let ids: Vec<String> = scene
        .others
        .iter()
        .map(|other| other.id())
        .chain([scene.ann.id()])
        .collect();
    for client in scene.others.iter_mut().chain([&mut scene.ann]) {
        for id in &ids {
            let stop_call = client.stop_call_of(id).await;
            assert_eq!(stop_call["restart"], true, "{stop_call}");
        }
        let presence: Value = client.event("presence_state").await;
        assert_eq!(presence.as_object().unwrap().len(), 3, "{presence}");
    }
    let rebuilt = begun.elapsed();
    drop(points);
    scene.starts_again().await;
    for other in &mut scene.others {
        other.start_listening().await;
        other.settle().await;
        assert_eq!(
            other.count("stop_call"),
            0,
            "once each: {:?}",
            other.events()
        );
    }
    scene.parlour.invariants().await;
    held(
        "F14",
        "its room rebuilt elsewhere, S each, nobody left, calls again",
        took(rebuilt),
    );
}
