//! docs/protocol.schema.json refuses what the protocol does not know, and a call from one end to the other
//! says nothing that is not in it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use parlour::config::Config;
use parlour::gateway::GatewayEvent;
use parlour::gateway::fake::FakeGateway;
use parlour::names::{Feed, Generation, Kind, Mid, Of, ParticipantId};
use parlour::system::System;
use serde_json::{Value, json};
use support::client::Client;
use support::wire::Wire;

const OFFER: &str = include_str!("fixtures/sdp/chromium-offer-audio-video.sdp");

fn event(name: &str, payload: Value) -> Value {
    json!([null, null, "room:tea", name, payload])
}

fn reply(status: &str, response: Value) -> Value {
    json!(["1", "2", "room:tea", "phx_reply", { "status": status, "response": response }])
}

fn refused(frame: &Value, asked: Option<&str>) -> String {
    Wire::get()
        .check(frame, asked)
        .expect_err(&frame.to_string())
}

#[test]
fn a_frame_of_the_protocol_passes() {
    let talking = event("talking", json!({ "participant": "p1", "talking": true }));
    assert_eq!(Wire::get().check(&talking, None), Ok(()));
    let started = json!({ "jsep": null, "generation": 17 });
    let started = reply("ok", started);
    assert_eq!(Wire::get().check(&started, Some("start_call")), Ok(()));
    let busy = json!({ "reason": "busy", "detail": "…", "retry_ms": 1000 });
    assert_eq!(Wire::get().check(&reply("error", busy), Some("x")), Ok(()));
    let unread = json!({ "status": "error", "response": { "reason": "bad_frame", "detail": "" } });
    let unread = json!([null, null, "phoenix", "phx_reply", unread]);
    assert_eq!(Wire::get().check(&unread, None), Ok(()));
}

#[test]
fn a_wrong_event_is_refused_with_its_name_and_why() {
    let more = json!({ "participant": "p1", "talking": true, "loud": 3 });
    let error = refused(&event("talking", more), None);
    assert!(error.starts_with("talking: ") && error.contains("loud"));
    let less = refused(&event("talking", json!({ "participant": "p1" })), None);
    assert!(less.contains("\"talking\" is a required property"));
    let odd = json!({ "participant": "p1", "talking": "yes" });
    assert!(refused(&event("talking", odd), None).contains("/talking"));
    assert!(refused(&event("shouting", json!({})), None).contains("no such event"));
    // Deep inside.
    let stream = json!({ "mid": "0", "source": "mic", "label": "", "codec": null, "disabled": true,
        "feed": 1 });
    let publisher = json!({ "participant": "p1", "generation": 1, "streams": [stream] });
    let publishers = event("publishers", json!({ "publishers": [publisher] }));
    assert!(refused(&publishers, None).contains("feed"));
    // A name that is kept for later.
    refused(&event("mode", json!({ "mode": "mesh" })), None);
}

#[test]
fn a_wrong_reply_is_refused() {
    let updated = reply("ok", json!({ "jsep": { "type": "offer", "sdp": "" } }));
    refused(&updated, Some("update_call"));
    refused(&reply("ok", json!({ "more": 1 })), Some("chat"));
    refused(&reply("ok", json!({})), Some("start_call"));
    refused(&reply("ok", json!({})), Some("no_such_request"));
    refused(&reply("error", json!({ "reason": "busy" })), Some("chat"));
    refused(&reply("late", json!({})), Some("chat"));
    // Nobody asked.
    refused(&reply("ok", json!({})), None);
}

#[test]
fn what_is_no_frame_is_refused() {
    for odd in [
        json!({}),
        json!([null, null, "room:tea", "talking"]),
        json!([1, null, "room:tea", "phx_close", {}]),
        json!([null, null, null, "phx_close", {}]),
        json!([null, "3", "room:tea", "phx_close", {}]),
    ] {
        refused(&odd, None);
    }
}

/// Asks; the response of the ok reply.
async fn ok(client: &mut Client, event: &str, payload: Value) -> Value {
    let reply = client.request(event, payload).await;
    assert_eq!(reply["status"], "ok", "{event}: {reply}");
    reply["response"].clone()
}

/// Answers the next offer, all of it.
async fn answer(client: &mut Client) -> Value {
    let offer = client.event("subscriber_offer").await;
    let sdp = offer["jsep"]["sdp"].as_str().unwrap();
    let sdp = sdp.replace("a=setup:actpass", "a=setup:active");
    let jsep = json!({ "type": "answer", "sdp": sdp.replace("a=sendonly", "a=recvonly") });
    let payload = json!({ "jsep": jsep, "version": offer["version"] });
    ok(client, "subscriber_answer", payload).await;
    offer
}

fn published(sdp: &str, sources: &[&str]) -> Value {
    let streams: Vec<Value> = sources
        .iter()
        .enumerate()
        .map(|(mid, source)| json!({ "mid": mid.to_string(), "source": source, "label": "" }))
        .collect();
    json!({ "jsep": { "type": "offer", "sdp": sdp }, "streams": streams })
}

/// The client checks each frame; here each request and each event of a call happens once.
#[actix::test]
async fn a_whole_call_is_told_in_the_schemas_words() {
    let fake = FakeGateway::new(Duration::from_millis(1));
    let flags = ["--listen=127.0.0.1:0", "--admin-listen=off", "--node=test"];
    let made = fake.clone();
    let gateway = Arc::new(move |_: &Arc<_>| made.gateway());
    let config = Config::from_args(&flags).unwrap();
    let system = System::start(&config, Some(gateway)).unwrap();
    let board = Arc::clone(system.board.as_ref().unwrap());
    let within = Duration::from_secs(20);
    support::eventually("the gateway is up", within, async || board.get().up).await;
    let join =
        async |name: &str| Client::join(system.address, "tea", json!({ "name": name })).await;
    let (mut ann, mut bob) = (join("Ann").await, join("Bob").await);
    let ann_id = ParticipantId::parse(&ann.id()).unwrap();

    // Ann publishes, Bob receives.
    let call = published(OFFER, &["mic", "camera"]);
    let started = ok(&mut ann, "start_call", call.clone()).await;
    let generation: Generation = serde_json::from_value(started["generation"].clone()).unwrap();
    ann.event_where("configured", |p| p["of"] == "publisher")
        .await;
    ann.event_where("webrtcup", |p| p["of"] == "publisher")
        .await;
    bob.event_where("publishers", |p| {
        p["publishers"].as_array().is_some_and(|all| all.len() == 1)
    })
    .await;
    bob.start_listening().await;
    let offer = answer(&mut bob).await;
    assert_eq!(offer["streams"].as_array().unwrap().len(), 2);
    bob.event_where("webrtcup", |p| p["of"] == "subscriber")
        .await;

    // What may be asked in between.
    let of_ann = json!({ "streams": [{ "participant": ann_id, "mid": "1" }] });
    let mut layers = of_ann.clone();
    layers["streams"][0]["substream"] = json!(0);
    ok(&mut bob, "prefer", layers).await;
    ok(&mut bob, "unsubscribe", of_ann.clone()).await;
    answer(&mut bob).await;
    ok(&mut bob, "subscribe", of_ann).await;
    answer(&mut bob).await;
    let none = json!({ "of": "subscriber", "candidate": null });
    ok(&mut bob, "trickle", none).await;
    let meta = json!({ "name": "Bob B.", "mic": true, "camera": true, "screen": true, "hand": true,
        "quality": "good" });
    ok(&mut bob, "update", meta).await;
    ann.event_where("presence_diff", |p| {
        p["joins"][bob.id()]["metas"][0]["quality"] == "good"
    })
    .await;
    ok(&mut bob, "chat", json!({ "text": "hi" })).await;
    ann.event("chat").await;
    ok(&mut bob, "data", json!({ "reaction": "👋" })).await;
    ann.event("data").await;

    // What the gateway tells.
    let mid = || Mid::parse("1").unwrap();
    let feed = Feed {
        participant: ann_id.clone(),
        generation,
    };
    let talking = true;
    assert!(fake.tell(&ann_id, GatewayEvent::Talking { feed, talking }));
    bob.event("talking").await;
    let (of, receiving) = (Of::Publisher, false);
    let media = GatewayEvent::Media {
        of,
        mid: mid(),
        kind: Kind::Video,
        receiving,
    };
    assert!(fake.tell(&ann_id, media));
    bob.event("media").await;
    let slow = GatewayEvent::SlowLink {
        of,
        mid: mid(),
        uplink: true,
        lost: 12,
    };
    assert!(fake.tell(&ann_id, slow));
    ann.event("slowlink").await;

    // Ann sends nothing any more, then something, and is cut off; it ends.
    let quiet = OFFER.replace("a=sendonly", "a=inactive");
    ok(&mut ann, "update_call", published(&quiet, &[])).await;
    bob.event("unpublished").await;
    ok(&mut ann, "update_call", call).await;
    let reason = "ICE failed".to_owned();
    assert!(fake.tell(&ann_id, GatewayEvent::Hangup { of, reason }));
    ann.event("hangup").await;
    bob.stop_call_of(&ann.id()).await;
    bob.event("leaving").await;
    ok(&mut bob, "stop_call", json!({})).await;
    ok(&mut bob, "phx_leave", json!({})).await;
    bob.event("phx_close").await;
}
