//! A room that dies of what a moderator asked: its successor does the rest.

#![cfg(feature = "failpoints")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod house;
mod support;

use fail::FailScenario;
use house::{House, failed, meta, ok};
use serde_json::{Value, json};
use support::client::Client;
use support::eventually;

/// Ann, who moderates, Bob in call, Cid.
async fn three() -> (House, Client, Client, Client) {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    let mut cid = house.join("Cid").await;
    house.publish(&mut bob).await;
    for client in [&mut ann, &mut bob, &mut cid] {
        client.forget().await;
    }
    (house, ann, bob, cid)
}

/// What is asked of a room that dies after the change, before it answers.
async fn dies(ann: &mut Client, act: &str, payload: Value) {
    fail::cfg("room-acted", "1*panic(injected)->off").unwrap();
    assert_eq!(failed(ann, act, payload).await, "room_restarting");
}

#[actix::test]
async fn a_kick_that_killed_the_room_is_done_by_its_successor() {
    let _scenario = FailScenario::setup();
    let (house, mut ann, mut bob, mut cid) = three().await;
    let id = bob.id();
    dies(&mut ann, "kick", json!({ "participant": id })).await;
    assert_eq!(bob.event("phx_close").await, json!({ "reason": "kicked" }));
    for client in [&mut ann, &mut cid] {
        assert_eq!(client.stop_call_of(&id).await["reason"], "kicked");
        client
            .event_where("presence_state", |p| p[&id].is_null())
            .await;
        client.settle().await;
        assert_eq!(client.count("stop_call"), 0);
    }
    house.at_rest().await;
    assert_eq!(house.sessions(), 0);
    // Asked again, as the client does after `retry_ms`.
    assert_eq!(
        failed(&mut ann, "kick", json!({ "participant": id })).await,
        "not_found"
    );
    let payload = json!({ "name": "Bob", "resume": bob.resume() });
    let refused = bob.join_room("tea", payload).await;
    assert_eq!(refused["response"]["reason"], "kicked");
}

#[actix::test]
async fn a_room_that_dies_of_saying_a_kick_says_it_once_all_the_same() {
    let _scenario = FailScenario::setup();
    for told in 0..5 {
        let (house, mut ann, mut bob, mut cid) = three().await;
        let id = bob.id();
        fail::cfg(
            "room-deliver",
            &format!("{told}*off->1*panic(injected)->off"),
        )
        .unwrap();
        ok(&mut ann, "kick", json!({ "participant": id })).await;
        bob.event_where("phx_close", |p| p["reason"] == "kicked")
            .await;
        for client in [&mut ann, &mut cid] {
            assert_eq!(client.stop_call_of(&id).await["reason"], "kicked");
            client
                .event_where("presence_state", |p| p[&id].is_null())
                .await;
            client.settle().await;
            assert_eq!(client.count("stop_call"), 0, "told {told}");
        }
        house.at_rest().await;
        fail::remove("room-deliver");
    }
}

#[actix::test]
async fn a_room_that_dies_of_its_end_ends() {
    let _scenario = FailScenario::setup();
    for point in ["room-acted", "room-deliver"] {
        for told in 0..3 {
            let (house, mut ann, mut bob, mut cid) = three().await;
            let actions = format!("{told}*off->1*panic(injected)->off");
            fail::cfg(point, &actions).unwrap();
            let asked = ann.send("end", json!({})).await;
            // Answered once: by the room, or by its channel's end.
            ann.reply_to(&asked).await;
            for client in [&mut ann, &mut bob, &mut cid] {
                client
                    .event_where("room_closed", |p| p["reason"] == "ended")
                    .await;
                client
                    .event_where("phx_close", |p| p["reason"] == "ended")
                    .await;
                client.settle().await;
                assert_eq!(
                    (client.count("stop_call"), client.count("phx_close")),
                    (0, 0)
                );
            }
            house.empty().await;
            fail::remove(point);
            let next = house.join("Dan").await;
            assert_eq!(next.joined["grants"].as_array().unwrap().len(), 7);
        }
    }
}

#[actix::test]
async fn a_lock_and_a_mute_that_killed_the_room_hold() {
    let _scenario = FailScenario::setup();
    let (house, mut ann, mut bob, mut cid) = three().await;
    let id = bob.id();
    dies(&mut ann, "lock", json!({ "locked": true, "lobby": true })).await;
    for client in [&mut ann, &mut bob, &mut cid] {
        client.event_where("lock", |p| p["locked"] == true).await;
    }
    let mut eve = Client::connect(house.address()).await;
    house.knock(&mut eve, "Eve").await;
    let lobby = ann.event("lobby").await;
    ok(&mut bob, "update", json!({ "mic": true })).await;
    cid.event_where("presence_diff", |p| meta(p, &id)["mic"] == true)
        .await;
    dies(
        &mut ann,
        "mute",
        json!({ "participant": id, "kind": "audio" }),
    )
    .await;
    cid.event_where("presence_state", |p| p[&id]["metas"][0]["mic"] == false)
        .await;
    eventually("muted on the gateway", house::SOON, async || {
        house.muted(&id) == ["0"]
    })
    .await;
    // Who waits is known to the successor, and still watched.
    let person = json!({ "participant": lobby["people"][0]["participant"] });
    ok(&mut ann, "admit", person.clone()).await;
    assert_eq!(
        house.knock(&mut eve, "Eve").await["participant"],
        person["participant"]
    );
    let mut fay = Client::connect(house.address()).await;
    house.knock(&mut fay, "Fay").await;
    ann.event_where("lobby", |p| p["people"][0]["name"] == "Fay")
        .await;
    dies(&mut ann, "lock", json!({ "locked": true, "lobby": true })).await;
    fay.vanish();
    ann.event_where("lobby", |p| p["people"] == json!([])).await;
}
