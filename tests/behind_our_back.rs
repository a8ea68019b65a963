//! A real Janus loses what is ours while calls are on: a handle, a room, the queue of events.

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
use support::faults::{held, took};
use support::parlour::Parlour;

/// Two people who send, and who watches without a call.
struct Scene {
    parlour: Parlour,
    people: Vec<(Client, Value)>,
    witness: Client,
}

const OFFER: &str = include_str!("fixtures/sdp/chromium-offer-audio-video.sdp");

/// Starts a call that sends; its generation.
async fn start_sending(client: &mut Client) -> Value {
    let streams = json!([
        { "mid": "0", "source": "mic", "label": "" },
        { "mid": "1", "source": "camera", "label": "" },
    ]);
    let jsep = json!({ "type": "offer", "sdp": OFFER });
    let call = json!({ "jsep": jsep, "streams": streams });
    loop {
        let reply = client.request("start_call", call.clone()).await;
        if reply["status"] == "ok" {
            return reply["response"]["generation"].clone();
        }
        let Some(wait) = reply["response"]["retry_ms"].as_u64() else {
            panic!("{reply}")
        };
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
}

impl Scene {
    async fn set() -> Self {
        let parlour = Parlour::start().await;
        let mut people = Vec::new();
        for name in ["Ann", "Bob"] {
            let mut client = parlour.join("tea", name).await;
            let generation = start_sending(&mut client).await;
            people.push((client, generation));
        }
        let mut witness = parlour.join("tea", "Cid").await;
        witness.forget().await;
        Self {
            parlour,
            people,
            witness,
        }
    }

    /// The witness hears that this one's call ended, once; it starts anew.
    async fn ends_once_and_starts_again(&mut self, which: usize) -> String {
        let (client, generation) = &mut self.people[which];
        let id = client.id();
        let stop_call = self.witness.stop_call_of(&id).await;
        assert_eq!(stop_call["generation"], *generation, "{stop_call}");
        assert_eq!(stop_call["restart"], true, "{stop_call}");
        client.stop_call_of(&id).await;
        let again = start_sending(client).await;
        assert!(again.as_u64() > generation.as_u64());
        *generation = again;
        self.witness.settle().await;
        assert_eq!(
            self.witness.count("stop_call"),
            0,
            "{:?}",
            self.witness.events()
        );
        stop_call["reason"].as_str().unwrap().to_owned()
    }
}

#[actix::test]
async fn a_handle_detached_ends_that_call_alone() {
    let mut scene = Scene::set().await;
    let (client, generation) = &scene.people[0];
    let feed = format!("{}-{generation}", client.id());
    let (session, handle) = scene.parlour.publisher_of(&feed).await;
    scene.parlour.janus.detach_handle(session, handle).await;
    let begun = Instant::now();
    let reason = scene.ends_once_and_starts_again(0).await;
    let back = begun.elapsed();
    scene.witness.settle().await;
    assert_eq!(scene.witness.count("stop_call"), 0, "Bob's goes on");
    scene.parlour.invariants().await;
    held("F33", format!("S({reason}), call again"), took(back));
}

#[actix::test]
async fn a_room_destroyed_on_janus_ends_its_calls_once_and_is_made_anew() {
    let mut scene = Scene::set().await;
    let room = scene.parlour.media_room("tea");
    let destroy = json!({ "request": "destroy", "room": room });
    let begun = Instant::now();
    let answer = scene.parlour.janus.plugin(destroy).await;
    assert_eq!(answer["videoroom"], "destroyed", "{answer}");
    let mut reasons = Vec::new();
    // Both end before either starts anew.
    for which in 0..2 {
        reasons.push(scene.hears_the_end_of(which).await);
    }
    for (client, generation) in &mut scene.people {
        let again = start_sending(client).await;
        assert!(again.as_u64() > generation.as_u64());
    }
    let back = begun.elapsed();
    scene.witness.settle().await;
    assert_eq!(scene.witness.count("stop_call"), 0, "once each");
    scene.parlour.invariants().await;
    assert_eq!(scene.parlour.janus.participants(&room).await.len(), 2);
    held(
        "F34",
        format!("S({}) each, calls again in a new room", reasons.join(", ")),
        took(back),
    );
}

impl Scene {
    async fn hears_the_end_of(&mut self, which: usize) -> String {
        let (client, generation) = &mut self.people[which];
        let id = client.id();
        let stop_call = self.witness.stop_call_of(&id).await;
        assert_eq!(
            (&stop_call["generation"], &stop_call["restart"]),
            (&*generation, &json!(true))
        );
        client.stop_call_of(&id).await;
        stop_call["reason"].as_str().unwrap().to_owned()
    }
}

/// Cuts every connection to a port of this machine, as a firewall that lost its state does. Needs root.
fn cut_connections_to(port: u16) {
    let filter = ["-K", "dst", "127.0.0.1", "dport", "=", &format!(":{port}")].map(str::to_owned);
    let output = std::process::Command::new("ss")
        .args(&filter)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[actix::test]
async fn connections_to_janus_cut_end_each_call_once_and_nothing_is_missing() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: to cut connections needs root");
        return;
    }
    let mut scene = Scene::set().await;
    let url = scene.parlour.janus.access().http_url.clone();
    let port = url
        .split(':')
        .nth(2)
        .and_then(|rest| rest.split('/').next())
        .unwrap();
    let begun = Instant::now();
    cut_connections_to(port.parse().unwrap());
    for which in 0..2 {
        assert_eq!(scene.hears_the_end_of(which).await, "janus_lost");
    }
    for (client, generation) in &mut scene.people {
        *generation = start_sending(client).await;
    }
    let back = begun.elapsed();
    scene.parlour.invariants().await;
    let room = scene.parlour.media_room("tea");
    let mut due: Vec<String> = scene
        .people
        .iter()
        .map(|(client, generation)| format!("{}-{generation}", client.id()))
        .collect();
    let mut there = scene.parlour.janus.participants(&room).await;
    due.sort();
    there.sort();
    assert_eq!(there, due, "none missing, none left over");
    held(
        "F35",
        "S(janus_lost) each, calls again, none missing or left over",
        took(back),
    );
}
