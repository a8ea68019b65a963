//! Calls that are started at once: so many at a time, the others in turn, and not for ever.

use std::time::Duration;

use parlour::gateway::janus::{JanusSettings, RoomSettings};
use parlour::system::System;
use serde_json::{Value, json};

use super::counted;
use super::support::client::Client;
use super::support::eventually;
use super::support::fake_janus::{FakeJanus, Fault, On};
use super::support::janus::TestJanus;
use super::support::parlour::{Parlour, start};

const SOON: Duration = Duration::from_secs(20);

async fn scene(flags: &[&str]) -> (FakeJanus, System) {
    let fake = FakeJanus::start().await;
    let settings = JanusSettings {
        url: fake.url(),
        api_secret: Some(fake.secret()),
        admin_key: None,
        rooms: RoomSettings::default(),
    };
    let system = start(settings, flags).await;
    (fake, system)
}

async fn join(system: &System, name: &str) -> Client {
    Client::join(system.address, "tea", json!({ "name": name })).await
}

fn listen() -> Value {
    json!({ "streams": [] })
}

#[actix::test]
async fn those_beyond_wait_their_turn_and_are_told_when_it_does_not_come() {
    let (fake, system) = scene(&["--call-starts=2"]).await;
    let mut all = Vec::new();
    for number in 0..4 {
        all.push(join(&system, &format!("p{number}")).await);
    }
    // The first two hang as they enter the room, and keep their turns.
    fake.times(2, On::Message("join"), Fault::Hang);
    let before = fake.count("create");
    let mut refs = Vec::new();
    for client in &mut all {
        refs.push(client.send("start_call", listen()).await);
        client.settle().await;
    }
    eventually("two are at it", SOON, async || fake.all_done()).await;
    assert_eq!(
        system.sessions.owned().len(),
        2,
        "the others ask nothing of Janus"
    );
    // One of the two goes: its turn is the third one's.
    all.remove(0).vanish();
    refs.remove(0);
    let reply = all[1].reply_to(&refs[1]).await;
    assert_eq!(reply["status"], "ok", "{reply}");
    // That one is done: the fourth has its turn.
    let reply = all[2].reply_to(&refs[2]).await;
    assert_eq!(reply["status"], "ok", "{reply}");
    assert!(fake.count("create") >= before + 4);
}

#[actix::test]
async fn a_turn_that_does_not_come_in_time_is_busy_and_the_next_start_is_served() {
    let (fake, system) = scene(&["--call-starts=1"]).await;
    let (mut ann, mut bob) = (join(&system, "Ann").await, join(&system, "Bob").await);
    fake.once(On::Message("join"), Fault::Hang);
    let hangs = ann.send("start_call", listen()).await;
    eventually("she is at it", SOON, async || fake.all_done()).await;
    let waits = bob.send("start_call", listen()).await;
    let reply = bob.reply_to(&waits).await;
    assert_eq!(reply["response"]["reason"], "busy", "{reply}");
    assert!(
        reply["response"]["retry_ms"]
            .as_u64()
            .is_some_and(|ms| ms >= 500),
        "{reply}"
    );
    assert_eq!(counted(&system, "refused_total{reason=\"busy\"}"), 1);
    let reply = ann.reply_to(&hangs).await;
    assert_eq!(reply["response"]["reason"], "janus_timeout", "{reply}");
    eventually("he is served", SOON, async || {
        bob.request("start_call", listen()).await["status"] == "ok"
    })
    .await;
}

#[actix::test]
async fn a_storm_of_calls_is_served_a_few_at_a_time() {
    let janus = TestJanus::start().await;
    let system = start(janus.settings(), &["--call-starts=4"]).await;
    let parlour = Parlour { system, janus };
    let mut all = Vec::new();
    for number in 0..40 {
        all.push(parlour.join("tea", &format!("p{number}")).await);
    }
    let mut refs = Vec::new();
    for client in &mut all {
        refs.push(client.send("start_call", listen()).await);
    }
    for (client, reference) in all.iter_mut().zip(&refs) {
        let reply = client.reply_to(reference).await;
        assert_eq!(reply["status"], "ok", "{reply}");
    }
    drop(all);
    parlour.invariants().await;
}
