//! A room goes 30 s after the last one left, on Janus as well; whoever comes before finds it as it was.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::eventually;
use support::parlour::Parlour;

/// Longer than a room stands empty.
const LONG: Duration = Duration::from_secs(60);

async fn rooms_on_janus(parlour: &Parlour) -> Vec<String> {
    let answer = parlour.janus.plugin(json!({ "request": "list" })).await;
    let rooms = answer["list"].as_array().cloned().unwrap_or_default();
    rooms
        .iter()
        .filter_map(|room| room["room"].as_str().map(str::to_owned))
        .collect()
}

#[actix::test]
async fn an_empty_room_goes_after_half_a_minute_here_and_on_janus() {
    let parlour = Parlour::start().await;
    let mut ann = parlour.join("tea", "Ann").await;
    ann.start_listening().await;
    assert_eq!(rooms_on_janus(&parlour).await.len(), 1);
    ann.request("phx_leave", json!({})).await;
    eventually("the room is retired", LONG, async || {
        parlour.system.rooms.all().is_empty()
    })
    .await;
    eventually("and destroyed on Janus", LONG, async || {
        rooms_on_janus(&parlour).await.is_empty()
    })
    .await;
}

#[actix::test]
async fn whoever_comes_in_time_finds_the_chat_and_their_own_name_again() {
    let parlour = Parlour::start().await;
    let mut ann = parlour.join("tea", "Ann").await;
    ann.request("chat", json!({ "text": "are you there?" }))
        .await;
    let (id, resume) = (ann.id(), ann.resume());
    ann.request("phx_leave", json!({})).await;
    let mut back = parlour.rejoin("tea", &resume, Value::Null).await;
    assert_eq!(back.id(), id);
    assert_eq!(back.event("chat").await["text"], "are you there?");
    // The retirement that the leave had begun is void: the room still serves after its time.
    let emptied = std::time::Instant::now();
    let mut said = 0;
    while emptied.elapsed() < parlour::rooms::room::RETIRE_AFTER + Duration::from_secs(2) {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let reply = back.request("chat", json!({ "text": "still" })).await;
        assert_eq!(reply["status"], "ok");
        said += 1;
    }
    assert!(said > 10);
    parlour.invariants().await;
}
