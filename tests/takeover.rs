//! Somebody is back on a new socket before, or after, the end of the old one was noticed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::time::Instant;

use serde_json::{Value, json};
use support::client::{Client, Ended};
use support::faults::{held, took};
use support::parlour::Parlour;

/// Ann in call and Bob who watches.
async fn ann_and_bob() -> (Parlour, Client, Client, Value) {
    let parlour = Parlour::start().await;
    let mut bob = parlour.join("tea", "Bob").await;
    let mut ann = parlour.join("tea", "Ann").await;
    let generation = json!(ann.start_listening().await);
    ann.forget().await;
    bob.forget().await;
    (parlour, ann, bob, generation)
}

#[actix::test]
async fn a_socket_taken_over_goes_on_with_its_call_and_nobody_hears_of_it() {
    let (parlour, mut ann, mut bob, generation) = ann_and_bob().await;
    let begun = Instant::now();
    let mut back = parlour
        .rejoin("tea", &ann.resume(), generation.clone())
        .await;
    let took_over = begun.elapsed();
    assert_eq!(back.id(), ann.id());
    assert_eq!(back.joined["resumed"], true);
    assert_eq!(back.joined["call"], generation);
    ann.event_where("phx_close", |p| p["reason"] == "replaced")
        .await;
    assert!(
        matches!(ann.ended().await, Ended::Close(_)),
        "it had no other topic"
    );
    // The call is the new socket's: it answers, and it ends with it.
    let reply = back.request("start_call", json!({ "streams": [] })).await;
    assert_eq!(reply["response"]["reason"], "already_started");
    drop(ann);
    bob.settle().await;
    assert_eq!(
        (bob.count("stop_call"), bob.count("leaving")),
        (0, 0),
        "{:?}",
        bob.events()
    );
    parlour.invariants().await;
    let id = back.id();
    back.vanish();
    assert_eq!(bob.stop_call_of(&id).await["reason"], "left");
    bob.leave_of(&id).await;
    parlour.invariants().await;
    assert_eq!(parlour.system.sessions.owned().len(), 0);
    let seen = "same id, no leave, no stop_call, the call goes on, the old end ignored";
    held("F08", seen, took(took_over));
}

#[actix::test]
async fn a_reload_ends_the_call_it_cannot_go_on_with_and_starts_a_new_one() {
    let (parlour, ann, mut bob, generation) = ann_and_bob().await;
    let mut back = parlour.rejoin("tea", &ann.resume(), Value::Null).await;
    assert_eq!(back.id(), ann.id());
    assert_eq!(back.joined["call"], Value::Null);
    let stop_call = bob.stop_call_of(&ann.id()).await;
    assert_eq!(
        stop_call,
        json!({ "participant": ann.id(), "generation": generation,
        "reason": "replaced", "restart": true })
    );
    let again = json!(back.start_listening().await);
    assert!(again.as_u64() > generation.as_u64());
    bob.settle().await;
    assert_eq!(bob.count("stop_call"), 0);
    parlour.invariants().await;
}

#[actix::test]
async fn a_reload_under_another_name_is_seen_as_one_person_by_the_others() {
    let (parlour, ann, mut bob, _) = ann_and_bob().await;
    let id = ann.id();
    let mut metas = parlour.presence("tea", &id);
    assert!(!metas["call"].is_null());
    // What bob's Presence would hold: each diff's leave names the meta before it.
    let _back = parlour.rejoin("tea", &ann.resume(), Value::Null).await;
    while !metas["call"].is_null() || metas["name"] != "back" {
        let diff = bob
            .event_where("presence_diff", |p| !p["joins"][&id].is_null())
            .await;
        assert_eq!(
            diff["leaves"][&id]["metas"][0]["phx_ref"], metas["phx_ref"],
            "{diff}"
        );
        metas = diff["joins"][&id]["metas"][0].clone();
        assert_eq!(
            metas["phx_ref_prev"],
            diff["leaves"][&id]["metas"][0]["phx_ref"]
        );
    }
}

#[actix::test]
async fn after_the_end_of_the_old_socket_it_is_the_same_person_in_a_new_call() {
    let (parlour, ann, mut bob, _) = ann_and_bob().await;
    let (id, resume) = (ann.id(), ann.resume());
    ann.vanish();
    assert_eq!(bob.stop_call_of(&id).await["reason"], "left");
    bob.leave_of(&id).await;
    let mut back = parlour.rejoin("tea", &resume, Value::Null).await;
    assert_eq!(
        (back.id(), &back.joined["resumed"]),
        (id.clone(), &json!(true))
    );
    bob.event_where("presence_diff", |p| !p["joins"][&id].is_null())
        .await;
    back.start_listening().await;
    parlour.invariants().await;
}

#[actix::test]
async fn a_resume_that_is_not_known_joins_as_somebody_new() {
    let (parlour, ann, _bob, _) = ann_and_bob().await;
    let long = "x".repeat(10_000);
    for resume in ["", "garbage", long.as_str()] {
        let other = parlour.rejoin("tea", &json!(resume), Value::Null).await;
        assert_ne!(other.id(), ann.id());
        assert_eq!(other.joined["resumed"], false);
    }
    let elsewhere = parlour.rejoin("coffee", &ann.resume(), Value::Null).await;
    assert_ne!(elsewhere.id(), ann.id(), "a token holds for its room");
    parlour.invariants().await;
}

#[actix::test]
async fn of_two_tabs_with_one_token_the_newer_wins_and_there_is_one_of_them() {
    let (parlour, ann, mut bob, generation) = ann_and_bob().await;
    let mut first = parlour
        .rejoin("tea", &ann.resume(), generation.clone())
        .await;
    let begun = Instant::now();
    let second = parlour.rejoin("tea", &ann.resume(), generation).await;
    first
        .event_where("phx_close", |p| p["reason"] == "replaced")
        .await;
    let replaced = begun.elapsed();
    assert_eq!(second.id(), ann.id());
    bob.settle().await;
    assert_eq!(bob.count("stop_call"), 0);
    let room = parlour.system.rooms.all().pop().unwrap();
    assert_eq!(room.lock().members().count(), 2);
    parlour.invariants().await;
    let seen = "the newer wins, the older gets phx_close, one entry, no stop_call";
    held("F48", seen, took(replaced));
}

#[actix::test]
async fn a_second_join_of_a_topic_on_one_socket_replaces_the_first() {
    let (parlour, mut ann, mut bob, generation) = ann_and_bob().await;
    let (id, resume) = (ann.id(), ann.resume());
    // With its token it is the same membership, and the call goes on.
    let payload = json!({ "name": "Ann", "resume": resume, "call": generation });
    let reply = ann.join_room("tea", payload).await;
    assert_eq!(reply["response"]["participant"], json!(id));
    assert_eq!(reply["response"]["call"], generation);
    bob.settle().await;
    assert_eq!(bob.count("stop_call"), 0, "{:?}", bob.events());
    // Without it is somebody new, and the first one leaves.
    let reply = ann.join_room("tea", json!({ "name": "Ann" })).await;
    assert_ne!(reply["response"]["participant"], json!(id));
    assert_eq!(bob.stop_call_of(&id).await["reason"], "left");
    bob.leave_of(&id).await;
    ann.settle().await;
    parlour.invariants().await;
}

#[actix::test]
async fn joins_and_leaves_of_one_topic_in_one_breath_leave_no_ghost() {
    let parlour = Parlour::start().await;
    let mut bob = parlour.join("tea", "Bob").await;
    let mut ann = parlour.join("tea", "Ann").await;
    let first = ann.id();
    let second = ann.send_join("tea", json!({ "name": "Ann 2" })).await;
    let third = ann.send_join("tea", json!({ "name": "Ann 3" })).await;
    let reply = ann.reply_to(&second).await;
    assert!(
        reply["status"] == "ok" || reply["response"]["reason"] == "replaced",
        "{reply}"
    );
    let reply = ann.reply_to(&third).await;
    let last = reply["response"]["participant"]
        .as_str()
        .unwrap()
        .to_owned();
    bob.leave_of(&first).await;
    // Join and leave at once: nobody stays.
    ann.send_join("tea", json!({ "name": "Ann 4" })).await;
    ann.send("phx_leave", json!({})).await;
    bob.leave_of(&last).await;
    let room = parlour.system.rooms.all().pop().unwrap();
    support::eventually(
        "only Bob is left",
        std::time::Duration::from_secs(10),
        async || room.lock().members().count() == 1,
    )
    .await;
    parlour.invariants().await;
}

#[actix::test]
async fn a_reload_while_the_call_starts_can_start_its_own() {
    let parlour = Parlour::start().await;
    let mut bob = parlour.join("tea", "Bob").await;
    for delay in [0, 1, 3, 10, 30] {
        let mut ann = parlour.join("tea", "Ann").await;
        let asked = ann.send("start_call", json!({ "streams": [] })).await;
        tokio::time::sleep(std::time::Duration::from_millis(delay)).await;
        let mut back = parlour.rejoin("tea", &ann.resume(), Value::Null).await;
        let reply = ann.reply_to(&asked).await;
        let started = back.request("start_call", json!({ "streams": [] })).await;
        assert_eq!(started["status"], "ok", "after {delay} ms: {started}");
        // Whichever came first, the old socket has one answer; one that began has its stop_call.
        if reply["status"] == "ok" {
            let stop_call = bob.stop_call_of(&ann.id()).await;
            assert_eq!(stop_call["generation"], reply["response"]["generation"]);
            assert_eq!(stop_call["reason"], "replaced");
        }
        let id = back.id();
        back.vanish();
        let mut stop_call = bob.stop_call_of(&id).await;
        if stop_call["reason"] == "replaced" {
            // It had begun, and was taken over before its own answer went out.
            assert_ne!(stop_call["generation"], started["response"]["generation"]);
            stop_call = bob.stop_call_of(&id).await;
        }
        assert_eq!(stop_call["reason"], "left");
        assert_eq!(stop_call["generation"], started["response"]["generation"]);
        bob.leave_of(&id).await;
    }
    parlour.invariants().await;
}
