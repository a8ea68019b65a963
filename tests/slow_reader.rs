//! A peer that never reads fills its own outbox and is let go; nobody else notices.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use futures_util::SinkExt;
use futures_util::StreamExt;
use serde_json::{Value, json};
use support::faults::held;
use support::parlour::Parlour;
use tokio_tungstenite::tungstenite::Message;

#[actix::test]
async fn a_peer_that_never_reads_is_evicted_and_the_others_lose_nothing() {
    let parlour = Parlour::start().await;
    let mut bob = parlour.join("tea", "Bob").await;
    // Joined, and from then on it does not read: neither frames nor pings.
    let url = format!("ws://{}/socket/websocket?vsn=2.0.0", parlour.address());
    let (mut stalled, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let join = json!(["1", "1", "room:tea", "phx_join", { "name": "Stalled" }]);
    stalled.send(Message::text(join.to_string())).await.unwrap();
    let diff = bob
        .event_where("presence_diff", |p| {
            p["joins"].to_string().contains("Stalled")
        })
        .await;
    let id = diff["joins"]
        .as_object()
        .unwrap()
        .keys()
        .next()
        .unwrap()
        .clone();

    // More than its outbox and the kernel hold.
    let mut sender = parlour.join("tea", "Sender").await;
    let big = "x".repeat(15_000);
    let mut sent = 0;
    let evicted = || {
        parlour
            .system
            .metrics
            .text()
            .contains("evicted_total{why=\"slow\"} 1")
    };
    while !evicted() {
        assert!(sent < 2_000, "30 MB were not enough");
        let reply = sender
            .request("data", json!({ "n": sent, "big": big }))
            .await;
        if reply["status"] == "ok" {
            sent += 1;
        } else {
            let wait = reply["response"]["retry_ms"].as_u64().unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        }
    }
    bob.leave_of(&id).await;
    // Bob has all of it, in order.
    for n in 0..sent {
        let data: Value = bob.event("data").await;
        assert_eq!(data["data"]["n"], n);
    }
    // Reading at last, it finds the reason at the end.
    let mut last = None;
    while let Some(Ok(message)) = stalled.next().await {
        last = Some(message);
    }
    match last {
        Some(Message::Close(Some(close))) => assert_eq!(u16::from(close.code), 1013),
        other => panic!("no close frame, but {other:?}"),
    }
    parlour.invariants().await;
    let seen = "evicted{slow}, close 1013, the others have all of it in order";
    held("F07", seen, format!("{sent} messages of 15 kB"));
}
