//! Many at once: leaves against joins, crashes in pairs, a Janus that restarts under many calls.
//! `ALL=1` has them as often as docs/faults.md says.

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

use futures_util::future::join_all;
use serde_json::{Value, json};
use support::client::Client;
use support::faults::{held, took};
use support::parlour::Parlour;
use support::scene::{Failpoints, Scene};

fn many(few: usize, all: usize) -> usize {
    if std::env::var_os("ALL").is_some() {
        all
    } else {
        few
    }
}

/// A room goes 30 s after its last one left. Who comes at that very moment, before it or after it, is in
/// one room with who comes beside them.
#[actix::test]
async fn a_join_against_the_end_of_an_empty_room_is_never_refused_and_never_in_another() {
    let parlour = Parlour::start().await;
    let rooms = many(60, 1_000);
    let empty_for = parlour::rooms::room::RETIRE_AFTER;
    let name = |n: usize| format!("room-{n}");
    let mut left = Vec::new();
    for n in 0..rooms {
        let mut ann = parlour.join(&name(n), "Ann").await;
        ann.request("phx_leave", json!({})).await;
        left.push(Instant::now());
    }
    let address = parlour.address();
    let pairs = left.iter().enumerate().map(|(n, left)| {
        let name = name(n);
        // From 30 ms before to 30 ms after.
        let at =
            *left + empty_for + Duration::from_millis(n as u64 % 61) - Duration::from_millis(30);
        async move {
            tokio::time::sleep_until(at.into()).await;
            let join = |who: &'static str| Client::join(address, &name, json!({ "name": who }));
            let (first, second) = futures_util::join!(join("Bob"), join("Cid"));
            (first, second)
        }
    });
    let pairs = join_all(pairs).await;
    for (n, (mut first, mut second)) in pairs.into_iter().enumerate() {
        first.settle().await;
        second.settle().await;
        let record = parlour
            .system
            .rooms
            .get(&parlour::names::RoomName::parse(&name(n)).unwrap());
        let here = record.unwrap().lock().members().count();
        assert_eq!(here, 2, "{}: both are in the one room of its name", name(n));
        // Each heard of the other.
        for (client, other) in [(&first, second.id()), (&second, first.id())] {
            let heard = client.inbox.iter().any(|f| f.to_string().contains(&other));
            assert!(heard, "{:?}", client.events());
        }
    }
    parlour.invariants().await;
    held(
        "F19",
        format!("{rooms} rooms at their end: every join in, one room a name"),
        "0 bad",
    );
}

/// Two calls crash by the same blow; of every second pair one's tab goes at the same moment.
#[actix::test]
async fn two_crashes_at_once_are_one_stop_call_each() {
    let points = Failpoints::take();
    let mut scene = Scene::set().await;
    let rounds = many(20, 500);
    for round in 0..rounds {
        let mut dan = scene.parlour.join("tea", "Dan").await;
        let dans = json!(dan.start_listening().await);
        let mut eve = scene.parlour.join("tea", "Eve").await;
        let eves = json!(eve.start_listening().await);
        for client in &mut scene.others {
            client.forget().await;
        }
        fail::cfg("session-request", "2*panic(injected)->off").unwrap();
        let restart = json!({ "restart": true });
        dan.send("subscribe", restart.clone()).await;
        eve.send("subscribe", restart).await;
        let ids = [(dan.id(), dans), (eve.id(), eves)];
        let mut dan = Some(dan);
        if round % 2 == 1
            && let Some(dan) = dan.take()
        {
            dan.vanish();
        }
        for client in &mut scene.others {
            for (id, generation) in &ids {
                let stop_call = client.stop_call_of(id).await;
                assert_eq!(stop_call["generation"], *generation, "{stop_call}");
                let due = ["panicked", "left"];
                assert!(
                    due.contains(&stop_call["reason"].as_str().unwrap()),
                    "{stop_call}"
                );
            }
        }
        points.off("session-request");
        drop((dan, eve));
        for client in &mut scene.others {
            for (id, _) in &ids {
                client.leave_of(id).await;
            }
            client.settle().await;
            assert_eq!(client.count("stop_call"), 0, "{:?}", client.events());
        }
    }
    scene.parlour.invariants().await;
    held(
        "F23",
        format!("{rounds} pairs, half of them with a tab closed: one S each"),
        "0 doubles",
    );
}

/// Starts a call until it stands, waiting as long as each refusal says.
async fn start_when_it_is_back(client: &mut Client) -> Value {
    loop {
        let reply = client.request("start_call", json!({ "streams": [] })).await;
        if reply["status"] == "ok" {
            return reply["response"]["generation"].clone();
        }
        let wait = reply["response"]["retry_ms"].as_u64();
        let wait = wait.unwrap_or_else(|| panic!("{reply}"));
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

#[actix::test]
async fn a_janus_restarted_under_many_calls_has_them_all_again() {
    let mut parlour = Parlour::start().await;
    let mut people = Vec::new();
    for n in 0..20 {
        let mut client = parlour.join(&format!("room-{}", n % 4), "Ann").await;
        let generation = json!(client.start_listening().await);
        people.push((client, generation));
    }
    let rounds = many(1, 40);
    let mut took_all = Vec::new();
    for _ in 0..rounds {
        for (client, _) in &mut people {
            client.forget().await;
        }
        parlour.janus.kill();
        parlour.janus.restart().await;
        let begun = Instant::now();
        join_all(people.iter_mut().map(async |(client, generation)| {
            let id = client.id();
            let stop_call = client.stop_call_of(&id).await;
            assert_eq!(
                (&stop_call["generation"], &stop_call["restart"]),
                (&*generation, &json!(true))
            );
            *generation = start_when_it_is_back(client).await;
            begun.elapsed()
        }))
        .await
        .into_iter()
        .for_each(|took| took_all.push(took));
        for (client, _) in &mut people {
            let id = client.id();
            client.settle().await;
            let again = client
                .inbox
                .iter()
                .filter(|f| f[3] == "stop_call" && f[4]["participant"] == id);
            assert_eq!(again.count(), 0, "once each: {:?}", client.events());
        }
        parlour.invariants().await;
    }
    took_all.sort_unstable();
    let (p50, max) = (took_all[took_all.len() / 2], took_all[took_all.len() - 1]);
    let figure = format!("p50 {}, max {}", took(p50), took(max));
    held(
        "F29",
        format!("{rounds} restarts of 20 calls: S once each, all calls back"),
        figure,
    );
}
