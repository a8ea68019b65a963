//! Rooms of a server without a gateway: four people, and what connects their browsers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod support;

use parlour::config::Config;
use parlour::system::System;
use serde_json::{Value, json};
use support::client::Client;

const OFFER: &str = include_str!("fixtures/sdp/chromium-offer-with-candidates.sdp");
const ANSWER: &str = include_str!("fixtures/sdp/firefox-answer.sdp");

fn mesh(flags: &[&str]) -> System {
    let flags = [&["--listen=127.0.0.1:0", "--admin-listen=off"], flags].concat();
    System::start(&Config::from_args(&flags).unwrap(), None).unwrap()
}

async fn join(system: &System, name: &str) -> Client {
    Client::join(system.address, "tea", json!({ "name": name })).await
}

async fn people<const N: usize>(system: &System) -> [Client; N] {
    let mut all = Vec::new();
    for number in 0..N {
        all.push(join(system, &format!("p{number}")).await);
    }
    all.try_into().ok().unwrap()
}

/// The reply to a join of somebody new, who stays outside if it is refused.
async fn knock(system: &System) -> (Client, Value) {
    let mut client = Client::connect(system.address).await;
    let reply = client.join_room("tea", json!({ "name": "late" })).await;
    (client, reply)
}

fn candidate(foundation: usize) -> Value {
    let line = format!("candidate:{foundation} 1 udp 2122260223 192.0.2.1 54321 typ host");
    json!({ "candidate": line, "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "4cZh" })
}

async fn says(client: &mut Client, to: &Client, what: Value) -> Value {
    let mut payload = what;
    payload["to"] = to.id().into();
    client.request("signal", payload).await
}

fn reason(reply: &Value) -> &str {
    assert_eq!(reply["status"], "error", "{reply}");
    reply["response"]["reason"].as_str().unwrap()
}

#[actix::test]
async fn the_join_says_what_kind_of_room_it_is() {
    let system = mesh(&[]);
    let ann = join(&system, "Ann").await;
    assert_eq!(ann.joined["room"]["mode"], "mesh");
    assert_eq!(ann.joined["limits"]["capacity"], 4);
    assert_eq!(
        ann.joined["server"]["features"],
        json!(["mesh", "chat", "data"])
    );
    let small = mesh(&["--room-capacity=2"]);
    let bob = join(&small, "Bob").await;
    assert_eq!(bob.joined["limits"]["capacity"], 2);
}

#[actix::test]
async fn a_signal_reaches_its_addressee_alone_by_their_own_join() {
    let system = mesh(&[]);
    let [mut ann, mut bob, mut eve] = people(&system).await;
    eve.forget().await;
    ann.forget().await;

    let offer = json!({ "jsep": { "type": "offer", "sdp": OFFER } });
    let reply = says(&mut ann, &bob, offer).await;
    assert_eq!(reply, json!({ "status": "ok", "response": {} }));
    let frame = bob.frame("the offer", |f| f[3] == "signal").await;
    assert_eq!(
        (&frame[0], &frame[1], &frame[2]),
        (&json!("1"), &Value::Null, &json!("room:tea"))
    );
    assert_eq!(frame[4]["from"], ann.id());
    let jsep = &frame[4]["jsep"];
    assert_eq!(jsep["type"], "offer");
    let text = jsep["sdp"].as_str().unwrap();
    let origin = |text: &str| text.lines().nth(1).unwrap().to_owned();
    assert_eq!(origin(text), origin(OFFER));
    assert_eq!(
        text.matches("a=candidate:").count(),
        OFFER.matches("a=candidate:").count()
    );
    assert_eq!(frame[4].as_object().unwrap().len(), 2, "{frame}");

    let answer = json!({ "jsep": { "type": "answer", "sdp": ANSWER } });
    assert_eq!(says(&mut bob, &ann, answer).await["status"], "ok");
    let heard = ann.event("signal").await;
    assert_eq!(heard["from"], bob.id());
    assert_eq!(heard["jsep"]["type"], "answer");

    // Written anew: what is not known is left out.
    let mut sent = candidate(7);
    sent["x-own"] = "thing".into();
    says(&mut ann, &bob, json!({ "candidate": sent })).await;
    let heard = bob.event("signal").await;
    assert_eq!(
        heard,
        json!({ "from": ann.id(), "candidate": candidate(7) })
    );

    for client in [&mut ann, &mut bob, &mut eve] {
        client.settle().await;
        assert_eq!(client.count("signal"), 0, "{:?}", client.events());
    }
}

#[actix::test]
async fn the_end_of_candidates_passes_in_both_its_forms() {
    let system = mesh(&[]);
    let [mut ann, mut bob] = people(&system).await;
    says(&mut ann, &bob, json!({ "candidate": null })).await;
    let heard = bob.event("signal").await;
    assert_eq!(heard, json!({ "from": ann.id(), "candidate": null }));
    let end = json!({ "candidate": "", "sdpMid": "1", "sdpMLineIndex": 1 });
    says(&mut ann, &bob, json!({ "candidate": end })).await;
    let heard = bob.event("signal").await;
    assert_eq!(heard["candidate"]["candidate"], "");
    assert_eq!(heard["candidate"]["sdpMid"], "1");
    assert_eq!(heard["candidate"]["usernameFragment"], Value::Null);
}

#[actix::test]
async fn what_three_others_are_told_at_once_arrives_whole_and_in_order() {
    let system = mesh(&[]);
    let [mut ann, bob, cid, dan] = people(&system).await;
    let mut others = [bob, cid, dan];
    let mut asked = Vec::new();
    // As a start with three legs does it: an offer and its candidates each, without waiting.
    for number in 0..22 {
        for other in &others {
            let payload = match number {
                0 => json!({ "to": other.id(), "jsep": { "type": "offer", "sdp": OFFER } }),
                21 => json!({ "to": other.id(), "candidate": null }),
                _ => json!({ "to": other.id(), "candidate": candidate(number) }),
            };
            asked.push(ann.send("signal", payload).await);
        }
    }
    for reference in asked {
        assert_eq!(ann.reply_to(&reference).await["status"], "ok");
    }
    for other in &mut others {
        for number in 0..22 {
            let heard = other.event("signal").await;
            assert_eq!(heard["from"], ann.id());
            match number {
                0 => assert_eq!(heard["jsep"]["type"], "offer", "{heard}"),
                21 => assert_eq!(heard["candidate"], Value::Null),
                _ => assert_eq!(heard["candidate"], candidate(number)),
            }
        }
        other.settle().await;
        assert_eq!(other.count("signal"), 0);
    }
}

#[actix::test]
async fn a_signal_to_nobody_is_not_found_and_one_to_oneself_is_no_signal() {
    let system = mesh(&[]);
    let [mut ann, bob] = people(&system).await;
    let signal = || json!({ "candidate": candidate(1) });
    let nobody = json!({ "to": "p0000000000", "candidate": null });
    assert_eq!(reason(&ann.request("signal", nobody).await), "not_found");
    let oneself = json!({ "to": ann.id(), "candidate": null });
    assert_eq!(reason(&ann.request("signal", oneself).await), "bad_payload");

    // Somebody of another room of the same server.
    let eve = Client::join(system.address, "coffee", json!({ "name": "Eve" })).await;
    assert_eq!(reason(&says(&mut ann, &eve, signal()).await), "not_found");

    // Somebody who left, and is back as who they were.
    let (id, resume) = (bob.id(), bob.resume());
    bob.vanish();
    ann.leave_of(&id).await;
    let gone = json!({ "to": id, "candidate": candidate(1) });
    let reply = ann.request("signal", gone.clone()).await;
    assert_eq!(reason(&reply), "not_found");
    let payload = json!({ "name": "p1", "resume": resume });
    let mut back = Client::join(system.address, "tea", payload).await;
    assert_eq!(ann.request("signal", gone).await["status"], "ok");
    back.event("signal").await;
}

#[actix::test]
async fn whoever_takes_over_hears_what_is_said_from_then_on_and_the_old_socket_nothing() {
    let system = mesh(&[]);
    let [mut ann, mut bob] = people(&system).await;
    let payload = json!({ "name": "p1", "resume": bob.resume() });
    let mut back = Client::join(system.address, "tea", payload).await;
    assert_eq!(back.id(), bob.id());
    says(&mut ann, &back, json!({ "candidate": candidate(1) })).await;
    assert_eq!(back.event("signal").await["candidate"], candidate(1));
    bob.ended().await;
    assert_eq!(bob.count("signal"), 0);
}

#[actix::test]
async fn the_fifth_is_told_why_they_cannot_come_in_until_somebody_leaves() {
    let system = mesh(&[]);
    let [mut ann, _bob, _cid, dan] = people(&system).await;
    let (_, reply) = knock(&system).await;
    assert_eq!(reason(&reply), "full");
    let detail = reply["response"]["detail"].as_str().unwrap();
    assert!(
        detail.contains('4') && detail.contains("without a media gateway"),
        "{detail}"
    );
    assert!(reply["response"]["retry_ms"].is_null());

    // The fourth, back before and after their end was noticed, is no fifth.
    let (id, resume) = (dan.id(), dan.resume());
    let payload = json!({ "name": "dan", "resume": resume });
    let again = Client::join(system.address, "tea", payload.clone()).await;
    assert_eq!(again.id(), id);
    drop(dan);
    again.vanish();
    ann.leave_of(&id).await;
    let (eve, reply) = knock(&system).await;
    assert_eq!(reply["status"], "ok", "{reply}");
    let back = Client::join(system.address, "tea", payload).await;
    assert_eq!((back.id(), &back.joined["resumed"]), (id, &json!(true)));
    let (_, reply) = knock(&system).await;
    assert_eq!(reason(&reply), "full");
    drop(eve);
}

#[actix::test]
async fn a_room_that_the_operator_made_smaller_does_not_blame_the_missing_gateway() {
    let system = mesh(&["--room-capacity=2"]);
    let _two: [Client; 2] = people(&system).await;
    let (_, reply) = knock(&system).await;
    assert_eq!(reason(&reply), "full");
    let detail = reply["response"]["detail"].as_str().unwrap();
    assert!(
        detail.contains('2') && !detail.contains("gateway"),
        "{detail}"
    );
}

#[actix::test]
async fn what_no_browser_writes_reaches_nobody_and_the_others_go_on() {
    let system = mesh(&[]);
    let [mut mallory, mut bob] = people(&system).await;
    bob.forget().await;
    let jsep = |kind: &str, sdp: &str| json!({ "jsep": { "type": kind, "sdp": sdp } });
    let line = |line: &str| json!({ "candidate": { "candidate": line, "sdpMid": "0" } });
    let bad = [
        (jsep("rollback", ""), "bad_sdp"),
        (jsep("pranswer", OFFER), "bad_sdp"),
        (jsep("answer", OFFER), "bad_sdp"),
        (jsep("offer", "v=0"), "bad_sdp"),
        (
            jsep(
                "offer",
                &OFFER.replace("a=setup", "a=crypto:1 x inline:y\r\na=setup"),
            ),
            "bad_sdp",
        ),
        (
            jsep("offer", &OFFER.replace("m=audio", "m=application")),
            "bad_sdp",
        ),
        (json!({ "jsep": 7 }), "bad_sdp"),
        (json!({ "candidate": 7 }), "bad_candidate"),
        (line("a=x"), "bad_candidate"),
        (
            line("candidate:1 1 udp 1 127.0.0.1 8080 typ host"),
            "bad_candidate",
        ),
        (
            line("candidate:1 1 udp 1 evil.example 8080 typ host"),
            "bad_candidate",
        ),
        (json!({}), "bad_payload"),
        (json!({ "jsep": null }), "bad_payload"),
        (
            json!({ "jsep": { "type": "offer", "sdp": OFFER }, "candidate": null }),
            "bad_payload",
        ),
    ];
    for (what, due) in bad {
        let reply = says(&mut mallory, &bob, what.clone()).await;
        assert_eq!(reason(&reply), due, "{what}");
    }
    bob.settle().await;
    assert_eq!(bob.count("signal"), 0, "{:?}", bob.events());
    let end = json!({ "candidate": null });
    assert_eq!(says(&mut bob, &mallory, end).await["status"], "ok");
    mallory.event("signal").await;
}

#[actix::test]
async fn calls_are_of_the_other_mode() {
    let system = mesh(&[]);
    let mut ann = join(&system, "Ann").await;
    for (event, payload) in [
        ("start_call", json!({ "streams": [] })),
        ("stop_call", json!({})),
        ("subscribe", json!({ "restart": true })),
    ] {
        assert_eq!(reason(&ann.request(event, payload).await), "wrong_mode");
    }
}
