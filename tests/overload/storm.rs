//! A thousand at once: each is served, or refused before the upgrade, and nothing is left of them.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::client::{Client, good_handshake};
use super::support::eventually;
use super::{counted, server};

const SOCKETS: usize = 1_000;
/// Longer than it takes on a machine that has more to do; as long as the official client waits.
const PATIENCE: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_secs(60);

/// How many were served, and how long the slowest one waited.
type Served = (usize, Duration);

/// All of them, on a thread of their own: this one has the server's registry. They stay until `leave`.
fn come(address: SocketAddr, leave: oneshot::Receiver<()>) -> oneshot::Receiver<Served> {
    let (sender, served) = oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let all = join_all((0..SOCKETS).map(|number| one(address, number))).await;
            let waited: Vec<Duration> = all.iter().flatten().map(|(_, waited)| *waited).collect();
            let slowest = waited.iter().max().copied().unwrap();
            sender.send((waited.len(), slowest)).unwrap();
            let _ = leave.await;
        });
    });
    served
}

/// One of them, and how long the join took from the first byte on; none if refused before the upgrade.
async fn one(address: SocketAddr, number: usize) -> Option<(Client, Duration)> {
    let began = Instant::now();
    let (status, mut client) = Client::handshake(address, &good_handshake("")).await;
    if status == 503 {
        return None;
    }
    assert_eq!(status, 101);
    // Rooms of four.
    let topic = format!("room:storm-{}", number / 4);
    let reply = client
        .ask(&topic, "phx_join", json!({ "name": "Ann" }))
        .await;
    assert_eq!(reply["status"], "ok", "{reply}");
    Some((client, began.elapsed()))
}

async fn storm(max_connections: usize) -> (usize, usize) {
    let system = server(&[&format!("--max-connections={max_connections}")]);
    let (leave, left) = oneshot::channel();
    let (served, slowest) = come(system.address, left).await.expect("all are answered");
    assert!(slowest < PATIENCE, "{slowest:?}");
    let refused = counted(&system, "refused_total{reason=\"too_many_connections\"}");
    assert_eq!(served + refused as usize, SOCKETS);
    assert_eq!(system.rooms.counts().1, served);
    leave.send(()).unwrap();
    eventually("nobody is left", SOON, async || {
        let text = system.metrics.text();
        system.rooms.counts().1 == 0 && text.contains("parlour_connections 0\n")
    })
    .await;
    Client::joined(system.address, "room:storm-0", "Ann").await;
    let seen = format!("of {SOCKETS} at once {served} served, {refused} told before the upgrade");
    crate::support::faults::held("F42", seen, crate::support::faults::took(slowest));
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
