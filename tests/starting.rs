//! Who goes while their call starts, at each step that Janus takes, and what is left on Janus when it does
//! not destroy what it is told to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::{Duration, Instant};

use parlour::system::System;
use serde_json::json;
use support::client::Client;
use support::eventually;
use support::fake_janus::{FakeJanus, Fault, On};
use support::faults::{held, took};
use support::parlour::{metric, start};

async fn slow_janus() -> (FakeJanus, System) {
    let fake = FakeJanus::start().await;
    let system = start(fake.settings(), &[]).await;
    (fake, system)
}

/// Nothing is known here or there.
async fn nothing_left(system: &System, fake: &FakeJanus, within: Duration) {
    eventually("nothing is left over", within, async || {
        system.sessions.is_empty() && fake.sessions().is_empty()
    })
    .await;
}

#[actix::test]
async fn who_goes_while_their_call_starts_leaves_nothing_whatever_step_it_had_come_to() {
    let (fake, system) = slow_janus().await;
    let mut bob = Client::join(system.address, "tea", json!({ "name": "Bob" })).await;
    let steps = [
        On::Request("create"),
        On::Poll,
        On::Request("attach"),
        On::Message("join"),
        On::Event("join"),
    ];
    let mut longest = Duration::ZERO;
    for step in &steps {
        let mut ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
        let id = ann.id();
        bob.forget().await;
        fake.once(step.clone(), Fault::Late(Duration::from_millis(400)));
        ann.send("start_call", json!({ "streams": [] })).await;
        eventually(
            "the step is under way",
            Duration::from_secs(10),
            async || fake.all_done(),
        )
        .await;
        let gone = Instant::now();
        ann.vanish();
        bob.leave_of(&id).await;
        nothing_left(&system, &fake, Duration::from_secs(20)).await;
        longest = longest.max(gone.elapsed());
        bob.settle().await;
        for event in ["publishers", "stop_call", "leaving"] {
            assert_eq!(bob.count(event), 0, "{step:?}: {:?}", bob.events());
        }
    }
    let seen = format!(
        "{} steps: L, gone, no publishers, no stop_call",
        steps.len()
    );
    held("F13", seen, took(longest));
}

#[actix::test]
async fn a_destroy_that_is_not_answered_is_asked_again() {
    let (fake, system) = slow_janus().await;
    let mut bob = Client::join(system.address, "tea", json!({ "name": "Bob" })).await;
    let mut ann = Client::join(system.address, "tea", json!({ "name": "Ann" })).await;
    ann.start_listening().await;
    let id = ann.id();
    fake.times(2, On::Request("destroy"), Fault::Hang);
    let gone = Instant::now();
    ann.vanish();
    bob.leave_of(&id).await;
    assert_eq!(
        metric(&system, "reaper_queue"),
        1.0,
        "it waits to be cleared"
    );
    nothing_left(&system, &fake, Duration::from_secs(60)).await;
    let cleared = gone.elapsed();
    assert!(fake.all_done(), "both destroys were tried in vain");
    eventually("the queue is empty", Duration::from_secs(5), async || {
        metric(&system, "reaper_queue") == 0.0
    })
    .await;
    held(
        "F26",
        "two destroys unanswered, the third done, reaper_queue 0",
        took(cleared),
    );
}
