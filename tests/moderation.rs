//! What moderators do, over real sockets: who may, to whom, and what everybody sees of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod house;
mod support;

use std::time::Duration;

use house::{House, OFFER, failed, meta, ok};
use parlour::names::ParticipantId;
use serde_json::{Value, json};
use support::client::Client;
use support::eventually;

fn person(client: &Client) -> Value {
    json!({ "participant": client.id() })
}

#[actix::test]
async fn each_act_is_for_moderators_only_and_wants_somebody_who_is_there() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    let absent = json!({ "participant": "pnobody" });
    let mute = |who: &Value| json!({ "participant": who["participant"], "kind": "audio" });
    let acts = [
        ("mute", mute(&person(&ann)), mute(&absent)),
        ("kick", person(&ann), absent.clone()),
        ("admit", person(&ann), absent.clone()),
        ("refuse", person(&ann), absent.clone()),
    ];
    for (act, of_ann, of_nobody) in acts {
        assert_eq!(failed(&mut bob, act, of_ann).await, "forbidden", "{act}");
        // Not even whether there is such a person is told.
        let said = failed(&mut bob, act, of_nobody.clone()).await;
        assert_eq!(said, "forbidden", "{act}");
        let said = failed(&mut ann, act, of_nobody).await;
        assert_eq!(said, "not_found", "{act}");
        assert_eq!(failed(&mut ann, act, json!({})).await, "bad_payload");
    }
    for (act, payload) in [
        ("lock", json!({ "locked": true })),
        ("end", json!({})),
        ("record", json!({ "on": true })),
    ] {
        assert_eq!(failed(&mut bob, act, payload).await, "forbidden", "{act}");
    }
    assert_eq!(
        failed(&mut ann, "record", json!({ "on": true })).await,
        "recording_off"
    );
    let oneself = person(&ann);
    assert_eq!(failed(&mut ann, "kick", oneself).await, "forbidden");
    assert_eq!(
        failed(&mut bob, "update", json!({ "role": "moderator" })).await,
        "forbidden"
    );
    // Nothing of it was done.
    bob.settle().await;
    assert_eq!((bob.count("lock"), bob.count("room_closed")), (0, 0));
    // Somebody who left cannot be put out, and is not there to do it.
    let gone = person(&bob);
    ok(&mut bob, "phx_leave", json!({})).await;
    assert_eq!(failed(&mut ann, "kick", gone).await, "not_found");
    assert_eq!(failed(&mut bob, "kick", person(&ann)).await, "not_joined");
}

#[actix::test]
async fn the_first_moderates_then_whoever_is_there_longest_until_the_first_is_back() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let all = json!([
        "publish",
        "subscribe",
        "chat",
        "data",
        "screen",
        "record",
        "moderate"
    ]);
    assert_eq!(ann.joined["grants"], all);
    let mut bob = house.join("Bob").await;
    assert_eq!(bob.joined["grants"].as_array().unwrap().len(), 5);
    let mut cid = house.join("Cid").await;
    let (ann_id, bob_id, resume) = (ann.id(), bob.id(), ann.resume());
    ann.settle().await;
    ann.vanish();
    cid.event_where("presence_diff", |p| meta(p, &bob_id)["role"] == "moderator")
        .await;
    assert_eq!(
        house.roles(),
        [
            (ann_id.clone(), None),
            (bob_id.clone(), Some("moderator")),
            (cid.id(), Some("participant"))
        ]
        .into_iter()
        .filter_map(|(id, role)| Some((id, role?)))
        .collect()
    );
    // Within its time the resume brings the role back, and Bob stands in no more.
    let mut ann = house.rejoin("Ann", &resume).await;
    assert_eq!(ann.id(), ann_id);
    assert_eq!(ann.joined["grants"], all);
    let diff = cid
        .event_where("presence_diff", |p| {
            meta(p, &bob_id)["role"] == "participant"
        })
        .await;
    assert_eq!(meta(&diff, &ann_id)["role"], "moderator", "{diff}");
    assert_eq!(
        failed(&mut bob, "lock", json!({ "locked": true })).await,
        "forbidden"
    );
    ok(&mut ann, "lock", json!({ "locked": false })).await;
    // A takeover keeps it, too.
    let mut again = house.rejoin("Ann", &resume).await;
    assert_eq!(again.joined["grants"], all);
    ok(
        &mut again,
        "mute",
        json!({ "participant": cid.id(), "kind": "video" }),
    )
    .await;
}

#[actix::test]
async fn who_is_muted_is_heard_by_nobody_until_they_lift_it_themselves() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    let id = bob.id();
    house.publish(&mut bob).await;
    ok(&mut bob, "update", json!({ "mic": true, "camera": true })).await;
    ann.event_where("presence_diff", |p| meta(p, &id)["mic"] == true)
        .await;
    let muted = || house.muted(&id);

    ok(
        &mut ann,
        "mute",
        json!({ "participant": id, "kind": "audio" }),
    )
    .await;
    for client in [&mut ann, &mut bob] {
        client
            .event_where("presence_diff", |p| {
                meta(p, &id)["mic"] == false && meta(p, &id)["camera"] == true
            })
            .await;
    }
    eventually("muted on the gateway", house::SOON, async || {
        muted() == ["0"]
    })
    .await;
    // What says nothing of the microphone lifts nothing, nor does turning it off.
    for update in [
        json!({ "hand": true }),
        json!({ "mic": false }),
        json!({ "camera": true }),
    ] {
        ok(&mut bob, "update", update).await;
    }
    ok(
        &mut ann,
        "mute",
        json!({ "participant": id, "kind": "video" }),
    )
    .await;
    eventually("both are muted", house::SOON, async || {
        muted() == ["0", "1"]
    })
    .await;

    // Whatever the browser does: it publishes anew, or changes what it publishes.
    ok(&mut bob, "update_call", house::published()).await;
    assert_eq!(muted(), ["0", "1"]);
    ok(&mut bob, "stop_call", json!({ "restart": true })).await;
    bob.stop_call_of(&id).await;
    house.publish(&mut bob).await;
    assert_eq!(muted(), ["0", "1"], "muted before the answer was known");

    ok(&mut bob, "update", json!({ "mic": true })).await;
    ann.event_where("presence_diff", |p| meta(p, &id)["mic"] == true)
        .await;
    eventually("the microphone is heard", house::SOON, async || {
        muted() == ["1"]
    })
    .await;
    ok(&mut bob, "update", json!({ "camera": true })).await;
    eventually("the camera is seen", house::SOON, async || {
        muted().is_empty()
    })
    .await;
    // Oneself can be muted by the same word, and somebody without a call.
    let oneself = json!({ "participant": ann.id(), "kind": "audio" });
    ok(&mut ann, "mute", oneself).await;
    house.at_rest().await;
}

#[actix::test]
async fn a_mute_while_the_call_starts_holds() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    for delay in [0, 3, 6, 9, 12, 20, 40] {
        let mut bob = house.join("Bob").await;
        let id = bob.id();
        let started = bob.send("start_call", house::published()).await;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        ok(
            &mut ann,
            "mute",
            json!({ "participant": id, "kind": "audio" }),
        )
        .await;
        assert_eq!(bob.reply_to(&started).await["status"], "ok");
        let held = async || house.muted(&id) == ["0"];
        eventually(&format!("muted after {delay} ms"), house::SOON, held).await;
    }
}

#[actix::test]
async fn a_call_that_cannot_be_muted_ends_and_its_next_life_is_muted() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    let id = bob.id();
    house.publish(&mut bob).await;
    house.refuses_to_mute();
    ok(
        &mut ann,
        "mute",
        json!({ "participant": id, "kind": "audio" }),
    )
    .await;
    let stop_call = ann.stop_call_of(&id).await;
    assert_eq!(
        (&stop_call["reason"], &stop_call["restart"]),
        (&json!("janus_refused"), &json!(true))
    );
    house.publish(&mut bob).await;
    assert_eq!(house.muted(&id), ["0"]);
}

#[actix::test]
async fn who_is_kicked_is_out_at_once_and_stays_out_until_the_room_ends() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    let mut cid = house.join("Cid").await;
    let (id, resume) = (bob.id(), bob.resume());
    house.publish(&mut bob).await;
    ok(&mut ann, "kick", person(&bob)).await;
    for client in [&mut ann, &mut cid] {
        let stop_call = client.stop_call_of(&id).await;
        assert_eq!(
            (&stop_call["reason"], &stop_call["restart"]),
            (&json!("kicked"), &json!(false))
        );
        client
            .event_where("leaving", |p| p["participant"] == id)
            .await;
        client.leave_of(&id).await;
        client.settle().await;
        assert_eq!(client.count("stop_call"), 0);
    }
    let closed = bob.event("phx_close").await;
    assert_eq!(closed, json!({ "reason": "kicked" }));
    assert_eq!(
        failed(&mut bob, "chat", json!({ "text": "hi" })).await,
        "not_joined"
    );
    house.at_rest().await;
    assert_eq!(house.sessions(), 0, "its session was destroyed");
    // The same socket, and another one: by the token.
    for mut client in [bob, Client::connect(house.address()).await] {
        let payload = json!({ "name": "Bob", "resume": resume });
        let refused = client.join_room("tea", payload).await["response"].clone();
        assert_eq!(refused["reason"], "kicked");
        assert_eq!(refused["retry_ms"], Value::Null);
    }
    // Without it they are somebody new. The role went to nobody.
    let other = house.join("Bob").await;
    assert_ne!(other.id(), id);
    // A new room knows nothing of it.
    ok(&mut ann, "end", json!({})).await;
    let back = house.rejoin("Bob", &resume).await;
    assert_eq!(back.joined["resumed"], false);
}

#[actix::test]
async fn a_kick_while_the_call_starts_leaves_one_answer_and_no_call() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let (mut refused, mut began) = (0, 0);
    for delay in [0, 0, 4, 8, 12, 16, 20, 24, 40, 60] {
        let mut bob = house.join("Bob").await;
        let id = bob.id();
        let started = bob.send("start_call", house::published()).await;
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        ok(&mut ann, "kick", person(&bob)).await;
        let reply = bob.reply_to(&started).await;
        ann.leave_of(&id).await;
        ann.settle().await;
        if reply["status"] == "ok" {
            began += 1;
            assert_eq!(ann.stop_call_of(&id).await["reason"], "kicked");
        } else {
            refused += 1;
            // Its ok may have been on its way when the call was live already.
            let reason = &reply["response"]["reason"];
            assert!(
                ["kicked", "not_joined"].contains(&reason.as_str().unwrap()),
                "{reply}"
            );
        }
        bob.event_where("phx_close", |p| p["reason"] == "kicked")
            .await;
        bob.settle().await;
        assert_eq!(bob.count("phx_reply"), 0, "one answer: {:?}", bob.events());
        ann.inbox.clear();
    }
    assert!(refused > 0 && began > 0, "both ways: {refused}, {began}");
    house.at_rest().await;
    assert_eq!(house.sessions(), 0);
}

#[actix::test]
async fn an_ended_room_is_over_for_everybody_and_the_next_one_is_new() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    house.publish(&mut ann).await;
    house.publish(&mut bob).await;
    ok(&mut ann, "chat", json!({ "text": "hi" })).await;
    ok(&mut ann, "lock", json!({ "locked": true, "lobby": true })).await;
    let mut eve = Client::connect(house.address()).await;
    assert_eq!(house.knock(&mut eve, "Eve").await["reason"], "waiting");
    ann.forget().await;
    bob.forget().await;

    ok(&mut ann, "end", json!({})).await;
    for client in [&mut ann, &mut bob] {
        let closed = client.event("room_closed").await;
        assert_eq!(closed, json!({ "reason": "ended" }));
        assert_eq!(
            client.event("phx_close").await,
            json!({ "reason": "ended" })
        );
        client.settle().await;
        // That stands for all.
        let rest = [
            "stop_call",
            "leaving",
            "presence_diff",
            "publishers",
            "lobby",
        ];
        assert!(
            rest.iter().all(|event| client.count(event) == 0),
            "{:?}",
            client.events()
        );
        assert_eq!(
            failed(client, "chat", json!({ "text": "?" })).await,
            "not_joined"
        );
    }
    // Who waited comes into a room where nobody is, and moderates it.
    let joined = house.knock(&mut eve, "Eve").await;
    assert_eq!(joined["room"]["locked"], false, "{joined}");
    eve.settle().await;
    assert_eq!(eve.count("chat"), 0);
    let (resume, old) = (bob.resume(), bob.id());
    let bob = house.rejoin("Bob", &resume).await;
    assert_ne!(bob.id(), old);
    assert_eq!(house.roles().get(&eve.id()), Some(&"moderator"));
    house.at_rest().await;
    assert_eq!((house.sessions(), house.system.rooms.all().len()), (0, 1));
}

#[actix::test]
async fn an_end_while_a_call_starts_leaves_one_answer_and_nothing_on_the_gateway() {
    let house = House::open().await;
    for delay in [0, 4, 8, 12, 16, 20, 40] {
        let mut ann = house.join("Ann").await;
        let mut bob = house.join("Bob").await;
        let started = bob.send("start_call", house::published()).await;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        ok(&mut ann, "end", json!({})).await;
        let reply = bob.reply_to(&started).await;
        let reason = reply["response"]["reason"].as_str().unwrap_or("ok");
        assert!(
            ["ok", "ended", "not_joined"].contains(&reason),
            "{delay} ms: {reply}"
        );
        bob.event_where("phx_close", |p| p["reason"] == "ended")
            .await;
        bob.settle().await;
        assert_eq!((bob.count("phx_reply"), bob.count("stop_call")), (0, 0));
        house.empty().await;
    }
}

#[actix::test]
async fn what_moderators_do_leaves_one_line_each_and_what_they_may_not_do_none() {
    let lines = house::audit_lines();
    let house = House::open().await;
    let room = "audited";
    let mut ann = Client::join(house.address(), room, json!({ "name": "Ann Secret" })).await;
    let mut bob = Client::join(house.address(), room, json!({ "name": "Bob Secret" })).await;
    failed(&mut bob, "kick", person(&ann)).await;
    failed(&mut ann, "kick", json!({ "participant": "pnobody" })).await;
    ok(
        &mut ann,
        "mute",
        json!({ "participant": bob.id(), "kind": "audio" }),
    )
    .await;
    ok(&mut ann, "lock", json!({ "locked": true, "lobby": true })).await;
    ok(&mut ann, "kick", person(&bob)).await;
    ok(&mut ann, "end", json!({})).await;
    let lines = lines.of_room(room);
    let line = |act: &str, whom: &str, how: &str| {
        format!(
            "act={act} how={how} participant={} room={room} whom={whom}",
            ann.id()
        )
    };
    assert_eq!(
        lines,
        [
            line("mute", &bob.id(), "audio"),
            line("lock", "", "lobby"),
            line("kick", &bob.id(), ""),
            line("end", "", ""),
        ]
    );
}

#[actix::test]
async fn moderators_are_held_to_a_rate() {
    let house = House::open().await;
    let mut ann = house.join("Ann").await;
    let mut said = Vec::new();
    for locked in [true, false].repeat(8) {
        let reply = ann.request("lock", json!({ "locked": locked })).await;
        said.push(
            reply["response"]["reason"]
                .as_str()
                .unwrap_or("ok")
                .to_owned(),
        );
    }
    assert!(said.iter().take(10).all(|said| said == "ok"), "{said:?}");
    assert!(said.iter().any(|said| said == "too_fast"), "{said:?}");
}

#[actix::test]
async fn in_a_mesh_a_mute_is_a_word_of_presence() {
    let house = House::mesh().await;
    let mut ann = house.join("Ann").await;
    let mut bob = house.join("Bob").await;
    let id = bob.id();
    ok(&mut bob, "update", json!({ "mic": true })).await;
    ok(
        &mut ann,
        "mute",
        json!({ "participant": id, "kind": "audio" }),
    )
    .await;
    bob.event_where("presence_diff", |p| {
        meta(p, &id)["mic"] == false && p["leaves"][&id]["metas"][0]["mic"] == true
    })
    .await;
    ok(&mut ann, "kick", person(&bob)).await;
    bob.event_where("phx_close", |p| p["reason"] == "kicked")
        .await;
    assert!(ParticipantId::parse(&id).is_some() && OFFER.contains("m=audio"));
}
