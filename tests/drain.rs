//! What members see, and what is left on Janus, when the server is told to end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::Duration;

use serde_json::json;
use support::client::{Client, Ended};
use support::eventually;
use support::fake_janus::{FakeJanus, Fault, On};
use support::faults::{held, took};
use support::parlour::{Parlour, start};
use tokio::time::Instant;

#[actix::test]
async fn everybody_is_moved_on_with_1012_nothing_else_is_said_and_janus_is_cleared() {
    let Parlour { system, janus } = Parlour::start().await;
    let mut people = Vec::new();
    for room in ["tea", "tea", "coffee"] {
        let mut client = Client::join(system.address, room, json!({ "name": "Ann" })).await;
        client.start_listening().await;
        people.push(client);
    }
    let mut unjoined = Client::connect(system.address).await;
    for client in &mut people {
        client.forget().await;
    }
    assert_eq!(janus.sessions().await.len(), 3);
    let cleared = system.stop(Instant::now() + Duration::from_secs(10)).await;
    assert!(cleared, "nothing is left on Janus");
    assert_eq!(janus.sessions().await, Vec::<u64>::new());
    for client in people.iter_mut().chain([&mut unjoined]) {
        assert_eq!(client.ended().await, Ended::Close(1012));
        assert_eq!(client.events(), Vec::<String>::new());
    }
}

#[actix::test]
async fn a_janus_that_hangs_delays_the_end_no_longer_than_its_deadline() {
    let janus = support::janus::TestJanus::start().await;
    let system = start(janus.settings(), &[]).await;
    let mut ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
    ann.start_listening().await;
    janus.suspend().await;
    let begun = Instant::now();
    let cleared = system.stop(begun + Duration::from_secs(2)).await;
    janus.resume();
    assert!(!cleared);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(ann.ended().await, Ended::Close(1012));
}

#[actix::test]
async fn a_call_that_starts_when_the_server_ends_is_answered_or_moved_on_and_nothing_is_left() {
    let fake = FakeJanus::start().await;
    let system = start(fake.settings(), &[]).await;
    let mut ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
    fake.once(On::Event("join"), Fault::Late(Duration::from_secs(1)));
    ann.send("start_call", json!({ "streams": [] })).await;
    eventually(
        "the start is under way",
        Duration::from_secs(10),
        async || fake.all_done(),
    )
    .await;
    let begun = Instant::now();
    let cleared = system.stop(begun + Duration::from_secs(10)).await;
    let ended = begun.elapsed();
    assert!(cleared, "nothing is left on Janus");
    assert_eq!(ann.ended().await, Ended::Close(1012));
    assert_eq!(ann.count("stop_call"), 0);
    eventually(
        "Janus has nothing of it",
        Duration::from_secs(10),
        async || fake.sessions().is_empty(),
    )
    .await;
    held("F45", "close 1012, no stop_call, gone", took(ended));
}
