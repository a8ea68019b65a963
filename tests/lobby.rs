//! A locked door over real sockets: who comes in, who waits in the lobby, and who learns of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod house;
mod support;

use house::{House, failed, ok};
use serde_json::{Value, json};
use support::client::Client;

#[actix::test]
async fn a_lock_keeps_new_ones_out_and_lets_back_who_was_in() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    ok(&mut ann, "lock", json!({ "locked": true })).await;
    for client in [&mut ann, &mut bob] {
        assert_eq!(
            client.event("lock").await,
            json!({ "locked": true, "lobby": false })
        );
    }
    // The same again is no news.
    ok(&mut ann, "lock", json!({ "locked": true })).await;
    let mut eve = Client::connect(house.address()).await;
    let refused = house.knock(&mut eve, "Eve").await;
    assert_eq!(
        (&refused["reason"], &refused["retry_ms"]),
        (&json!("locked"), &Value::Null)
    );
    // Back after a leave, and before the old socket's end was noticed.
    let (id, resume) = (bob.id(), bob.resume());
    bob.vanish();
    ann.leave_of(&id).await;
    let bob = house.rejoin("Bob", &resume).await;
    assert_eq!(
        (bob.id(), &bob.joined["room"]["locked"]),
        (id.clone(), &json!(true))
    );
    let mut bob = house.rejoin("Bob", &resume).await;
    assert_eq!(bob.id(), id);
    bob.settle().await;
    assert_eq!(bob.count("lock"), 0);
    ok(&mut ann, "lock", json!({ "locked": false })).await;
    bob.event_where("lock", |p| p["locked"] == false).await;
    assert!(house.knock(&mut eve, "Eve").await["participant"].is_string());
}

/// Who waits, by name.
async fn people(moderator: &mut Client, due: &[&str]) -> Vec<Value> {
    let lobby = moderator
        .event_where("lobby", |p| {
            let names = p["people"].as_array().unwrap().iter();
            names
                .map(|person| person["name"].as_str().unwrap())
                .eq(due.iter().copied())
        })
        .await;
    lobby["people"].as_array().unwrap().clone()
}

#[actix::test]
async fn who_waits_in_the_lobby_is_let_in_refused_or_forgotten() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    ok(&mut ann, "lock", json!({ "locked": true, "lobby": true })).await;
    let (mut cid, mut dan, mut eve) = (
        Client::connect(house.address()).await,
        Client::connect(house.address()).await,
        Client::connect(house.address()).await,
    );
    let waiting = house.knock(&mut cid, "Cid").await;
    assert_eq!(
        (&waiting["reason"], &waiting["retry_ms"]),
        (&json!("waiting"), &json!(2_000))
    );
    people(&mut ann, &["Cid"]).await;
    house.knock(&mut dan, "Dan").await;
    house.knock(&mut eve, "Eve").await;
    let all = people(&mut ann, &["Cid", "Dan", "Eve"]).await;
    // Asking again changes nothing; another name does.
    assert_eq!(house.knock(&mut cid, "Cid").await["reason"], "waiting");
    assert_eq!(house.knock(&mut dan, "Dan D.").await["reason"], "waiting");
    let again = people(&mut ann, &["Cid", "Dan D.", "Eve"]).await;
    assert_eq!(again[1]["participant"], all[1]["participant"]);
    // Only moderators hear of it.
    bob.settle().await;
    assert_eq!(bob.count("lobby"), 0);

    // A closed socket.
    dan.vanish();
    people(&mut ann, &["Cid", "Eve"]).await;
    // Let in: at their next try, as who was shown.
    ok(
        &mut ann,
        "admit",
        json!({ "participant": all[0]["participant"] }),
    )
    .await;
    people(&mut ann, &["Eve"]).await;
    assert_eq!(
        failed(
            &mut ann,
            "admit",
            json!({ "participant": all[0]["participant"] })
        )
        .await,
        "not_found"
    );
    let joined = house.knock(&mut cid, "Cid").await;
    assert_eq!(joined["participant"], all[0]["participant"], "{joined}");
    // Refused, as often as they try.
    ok(
        &mut ann,
        "refuse",
        json!({ "participant": all[2]["participant"] }),
    )
    .await;
    people(&mut ann, &[]).await;
    for _ in 0..3 {
        let refused = house.knock(&mut eve, "Eve").await;
        assert_eq!(
            (&refused["reason"], &refused["retry_ms"]),
            (&json!("refused"), &Value::Null)
        );
    }
    // Who comes to moderate learns who waits; so does a moderator who joins.
    let mut fay = Client::connect(house.address()).await;
    house.knock(&mut fay, "Fay").await;
    people(&mut ann, &["Fay"]).await;
    let (id, resume) = (ann.id(), ann.resume());
    ann.vanish();
    bob.leave_of(&id).await;
    people(&mut bob, &["Fay"]).await;
    let mut ann = house.rejoin("Ann", &resume).await;
    people(&mut ann, &["Fay"]).await;
    // An open door lets all in, also who was refused.
    ok(&mut ann, "lock", json!({ "locked": false })).await;
    people(&mut ann, &[]).await;
    for (client, name) in [(&mut fay, "Fay"), (&mut eve, "Eve")] {
        assert!(house.knock(client, name).await["participant"].is_string());
    }
    house.at_rest().await;
}

#[actix::test]
async fn a_lock_without_a_lobby_sends_who_waited_away() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    ok(&mut ann, "lock", json!({ "locked": true, "lobby": true })).await;
    let mut eve = Client::connect(house.address()).await;
    house.knock(&mut eve, "Eve").await;
    people(&mut ann, &["Eve"]).await;
    ok(&mut ann, "lock", json!({ "locked": true, "lobby": false })).await;
    people(&mut ann, &[]).await;
    assert_eq!(house.knock(&mut eve, "Eve").await["reason"], "locked");
}
