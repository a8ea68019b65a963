//! What a Janus gone wrong costs: one call, one `stop_call`, one error reply; never more.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::Duration;

use parlour::system::System;
use serde_json::{Value, json};
use support::client::Client;
use support::eventually;
use support::fake_janus::{FakeJanus, Fault, On};
use support::faults::{held, took};
use support::parlour::start;

struct Scene {
    system: System,
    fake: FakeJanus,
    bob: Client,
    ann: Client,
}

impl Scene {
    /// Bob in call, Ann in the room.
    async fn set() -> Self {
        let fake = FakeJanus::start().await;
        let system = start(fake.settings(), &[]).await;
        let join =
            |name: &'static str| Client::join(system.address, "tea", json!({ "name": name }));
        let (mut bob, mut ann) = (join("Bob").await, join("Ann").await);
        bob.start_listening().await;
        ann.forget().await;
        Self {
            system,
            fake,
            bob,
            ann,
        }
    }

    /// The session on the gateway that is neither of `before` nor the server's own.
    fn session_since(&self, before: &[u64]) -> u64 {
        let ours: Vec<u64> = self.system.sessions.owned().iter().map(|id| id.0).collect();
        ours.into_iter().find(|id| !before.contains(id)).unwrap()
    }

    fn owned(&self) -> Vec<u64> {
        self.system.sessions.owned().iter().map(|id| id.0).collect()
    }

    /// Nothing but `live` calls is known here or there.
    async fn only_live(&self, live: usize) {
        eventually(
            "nothing is left over",
            Duration::from_secs(20),
            async || {
                let mut theirs = self.fake.sessions();
                theirs.sort_unstable();
                let mut ours = self.owned();
                ours.sort_unstable();
                self.system.sessions.orphans().is_empty() && ours.len() == live && ours == theirs
            },
        )
        .await;
    }

    /// Everybody has one `stop_call` of Ann's generation, nobody one of Bob's.
    async fn one_stop_call(&mut self, generation: &Value, reason: &str, restart: bool) {
        let id = self.ann.id();
        for client in [&mut self.ann, &mut self.bob] {
            let stop_call = client.stop_call_of(&id).await;
            let due = json!({ "participant": id, "generation": generation,
                "reason": reason, "restart": restart });
            assert_eq!(stop_call, due);
            client.settle().await;
            assert_eq!(client.count("stop_call"), 0, "{:?}", client.events());
        }
    }
}

#[actix::test]
async fn a_poll_that_fails_in_any_way_is_one_stop_call_and_the_call_can_start_again() {
    let faults = [
        (Fault::Reset, "janus_lost"),
        (Fault::CutBody, "janus_lost"),
        (Fault::TruncatedJson, "janus_protocol"),
        (Fault::Body("<html>".into()), "janus_protocol"),
        (Fault::Body(String::new()), "janus_protocol"),
        (Fault::Huge, "janus_protocol"),
        (Fault::Status(404), "janus_session_lost"),
        (Fault::Status(500), "janus_protocol"),
    ];
    for (fault, reason) in faults {
        let mut scene = Scene::set().await;
        let before = scene.owned();
        let generation = json!(scene.ann.start_listening().await);
        let session = scene.session_since(&before);
        scene.fake.once(On::Poll, fault.clone());
        scene.fake.push(
            session,
            json!({ "janus": "webrtcup", "session_id": session, "sender": 1 }),
        );
        eprintln!("{fault:?}");
        scene.one_stop_call(&generation, reason, true).await;
        scene.only_live(1).await;
        let again = json!(scene.ann.start_listening().await);
        assert!(again.as_u64() > generation.as_u64());
        scene.only_live(2).await;
    }
    held(
        "F36",
        "polls reset before and within the answer: S(janus_lost), gone, call again",
        "",
    );
    held(
        "F37",
        "truncated JSON in whole HTTP: S(janus_protocol), gone, call again",
        "",
    );
}

#[actix::test]
async fn a_loop_of_broken_polls_is_given_up_at_the_fourth() {
    let mut scene = Scene::set().await;
    for crash in 1..=4 {
        let before = scene.owned();
        let generation = json!(scene.ann.start_listening().await);
        let session = scene.session_since(&before);
        scene.fake.once(On::Poll, Fault::TruncatedJson);
        scene.fake.push(
            session,
            json!({ "janus": "webrtcup", "session_id": session, "sender": 1 }),
        );
        scene
            .one_stop_call(&generation, "janus_protocol", crash < 4)
            .await;
        scene.only_live(1).await;
    }
    scene.ann.start_listening().await;
    scene.only_live(2).await;
}

#[actix::test]
async fn a_start_that_meets_nonsense_is_one_error_reply_no_stop_call_and_nothing_left() {
    let faults = [
        Fault::Reset,
        Fault::CutBody,
        Fault::TruncatedJson,
        Fault::Body("[]".into()),
        Fault::Huge,
        Fault::Status(500),
        Fault::Set("/transaction", json!("foreign")),
    ];
    let places = [
        On::Request("create"),
        On::Request("attach"),
        On::Message("join"),
    ];
    for place in &places {
        let mut scene = Scene::set().await;
        for fault in &faults {
            // A socket each: one alone would be told that it starts calls too fast.
            let mut cid = Client::join(scene.system.address, "tea", json!({ "name": "Cid" })).await;
            scene.fake.once(place.clone(), fault.clone());
            let reply = cid.request("start_call", json!({ "streams": [] })).await;
            let reason = reply["response"]["reason"]
                .as_str()
                .unwrap_or("none")
                .to_owned();
            assert!(reason.starts_with("janus_"), "{place:?} {fault:?}: {reply}");
            assert!(scene.fake.all_done(), "{place:?} {fault:?} was met");
            scene.bob.settle().await;
            assert_eq!(scene.bob.count("stop_call"), 0, "{place:?} {fault:?}");
            scene.only_live(1).await;
        }
    }
    let wrong = places.len() * faults.len();
    held(
        "F31",
        "each fails that one start alone, no stop_call, gone",
        format!("{wrong} wrong answers"),
    );
}

#[actix::test]
async fn an_event_that_is_doubled_foreign_or_unknown_ends_nothing() {
    let mut scene = Scene::set().await;
    let before = scene.owned();
    scene.ann.start_listening().await;
    let session = scene.session_since(&before);
    for event in [
        json!({ "janus": "never_heard_of", "session_id": session, "sender": 1 }),
        json!({ "janus": "webrtcup", "session_id": session, "sender": 999_999 }),
        json!({ "janus": "event", "session_id": session, "sender": 1, "transaction": "foreign",
            "plugindata": { "plugin": "janus.plugin.videoroom", "data": { "videoroom": "x" } } }),
        json!({ "janus": "media", "session_id": session, "sender": 1, "type": 7 }),
    ] {
        scene.fake.push(session, event.clone());
        scene.fake.push(session, event);
    }
    for client in [&mut scene.ann, &mut scene.bob] {
        client.settle().await;
        assert_eq!(client.count("stop_call"), 0, "{:?}", client.events());
    }
    let reply = scene
        .ann
        .request("subscribe", json!({ "restart": true }))
        .await;
    assert_eq!(reply["status"], "ok", "the call lives: {reply}");
    scene.only_live(2).await;
    held("F41", "4 kinds, each twice: ignored, the call lives", "");
}

#[actix::test]
async fn a_janus_that_hangs_in_a_start_is_told_before_the_client_gives_up() {
    let mut scene = Scene::set().await;
    scene.fake.once(On::Message("join"), Fault::Hang);
    let asked = std::time::Instant::now();
    let reply = scene
        .ann
        .request("start_call", json!({ "streams": [] }))
        .await;
    let told = asked.elapsed();
    assert_eq!(reply["response"]["reason"], "janus_timeout", "{reply}");
    assert!(reply["response"]["retry_ms"].is_u64());
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "the official client gives up then"
    );
    scene.bob.settle().await;
    assert_eq!(scene.bob.count("stop_call"), 0);
    scene.only_live(1).await;
    scene.ann.start_listening().await;
    // 3 s an answer is slow, and works.
    scene.ann.request("stop_call", json!({})).await;
    scene
        .fake
        .once(On::Event("join"), Fault::Late(Duration::from_secs(3)));
    let asked_slow = std::time::Instant::now();
    scene.ann.start_listening().await;
    let slow = asked_slow.elapsed();
    assert!(slow >= Duration::from_secs(3) && scene.fake.all_done());
    let figure = format!(
        "hung: told after {}; 3 s late: works after {}",
        took(told),
        took(slow)
    );
    held(
        "F30",
        "janus_timeout with retry_ms before the client gives up; slow works",
        figure,
    );
}

#[actix::test]
async fn a_janus_that_refuses_everything_is_told_apart_by_why() {
    let scene = Scene::set().await;
    for (status, due) in [
        (500, "janus_protocol"),
        (403, "janus_unauthorised"),
        (404, "janus_protocol"),
    ] {
        let mut cid = Client::join(scene.system.address, "tea", json!({ "name": "Cid" })).await;
        scene
            .fake
            .once(On::Request("create"), Fault::Status(status));
        let asked = std::time::Instant::now();
        let reply = cid.request("start_call", json!({ "streams": [] })).await;
        assert_eq!(reply["response"]["reason"], due, "{status}: {reply}");
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "{status}: at once"
        );
        scene.only_live(1).await;
    }
    // Refused for good: not ready, and it says that it is the secret.
    let board = scene.system.board.clone().unwrap();
    scene
        .fake
        .times(1_000, On::Request("create"), Fault::Status(403));
    eventually("it is not ready", Duration::from_secs(30), async || {
        !board.get().up
    })
    .await;
    assert_eq!(board.get().reason, "janus_unauthorised");
    scene.fake.heal();
    eventually("it is ready again", Duration::from_secs(30), async || {
        board.get().up
    })
    .await;
    held(
        "F40",
        "500, 404 in HTML: janus_protocol; 403: janus_unauthorised, and not ready",
        "",
    );
}
