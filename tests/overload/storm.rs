//! A thousand at once: each is served, or refused before the upgrade, and nothing is left of them.

use std::cell::Cell;
use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::client::{Client, good_handshake};
use super::support::eventually;
use super::{counted, server};

const SOCKETS: usize = 1_000;
/// Longer than it takes on a machine that has more to do; as long as the official client waits.
const PATIENCE: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_secs(60);

async fn storm(max_connections: usize) -> (usize, usize) {
    let system = server(&[&format!("--max-connections={max_connections}")]);
    let address = system.address;
    let (served, slowest) = (Cell::new(0), Cell::new(Duration::ZERO));
    let all = futures_util::future::join_all((0..SOCKETS).map(async |number| {
        let began = Instant::now();
        let (status, mut client) = Client::handshake(address, &good_handshake("")).await;
        if status == 503 {
            return None;
        }
        assert_eq!(status, 101);
        // Rooms of four.
        let topic = format!("room:storm-{}", number / 4);
        let join = client
            .push(&topic, "phx_join", json!({ "name": "Ann" }))
            .await;
        let reply = client.answer(&join).await;
        assert_eq!(reply["status"], "ok", "{reply}");
        served.set(served.get() + 1);
        slowest.set(slowest.get().max(began.elapsed()));
        Some(client)
    }))
    .await;
    let served = served.get();
    assert!(slowest.get() < PATIENCE, "{:?}", slowest.get());
    let refused = counted(&system, "refused_total{reason=\"too_many_connections\"}");
    assert_eq!(served + refused as usize, SOCKETS);
    assert_eq!(system.rooms.counts().1, served);
    drop(all);
    eventually("nobody is left", SOON, async || {
        let text = system.metrics.text();
        system.rooms.counts().1 == 0 && text.contains("parlour_connections 0\n")
    })
    .await;
    let again = Client::joined(address, "room:storm-0", "Ann").await;
    drop(again);
    (served, refused as usize)
}

#[actix::test]
async fn a_thousand_who_join_at_once_are_all_served() {
    assert_eq!(storm(20_000).await, (SOCKETS, 0));
}

#[actix::test]
async fn those_beyond_the_limit_are_refused_before_the_upgrade() {
    assert_eq!(storm(700).await, (700, SOCKETS - 700));
}
