//! Events early, late, doubled, foreign or unknown, and waits that are given up: no harm comes of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod support;

use std::time::Duration;

use parlour::janus::client::random_id;
use parlour::janus::errors::Error;
use parlour::janus::events::Kind;
use parlour::janus::videoroom::Said;
use serde_json::{Value, json};
use support::fake_janus::{FakeJanus, Fault, On};
use support::session::{Call, PATIENCE, client};
use support::soon;
use tokio::time::Instant;

const OFFER: &str = include_str!("fixtures/chromium_offer.sdp");

#[actix::test]
async fn an_event_may_come_before_its_ack_late_or_twice() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let mut call = Call::joined(&client, "p1-1").await;
    let publish = async || call.videoroom.publish(OFFER.into(), &[], soon()).await;

    fake.once(
        On::Message("configure"),
        Fault::Late(Duration::from_millis(100)),
    );
    publish().await.unwrap();
    fake.once(
        On::Event("configure"),
        Fault::Late(Duration::from_millis(100)),
    );
    publish().await.unwrap();
    fake.once(On::Event("configure"), Fault::Twice);
    publish().await.unwrap();
    call.videoroom.request_keyframe(soon()).await.unwrap();
    assert_eq!(call.session.ignored(), 1);
    // joined, three times configured with an offer, once without: each heard once
    let mut answers = 0;
    for heard in call.heard.so_far() {
        let heard = heard.unwrap();
        assert_eq!(
            heard.answered,
            matches!(heard.kind, Kind::Plugin(_)),
            "{heard:?}"
        );
        answers += usize::from(heard.answered);
    }
    assert_eq!(answers, 5);
    call.session.keepalive(soon()).await.unwrap();
}

#[actix::test]
async fn foreign_and_unknown_events_end_nothing() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let mut call = Call::joined(&client, "p1-1").await;
    call.heard.so_far();
    let (session, handle) = (call.session.id(), call.videoroom.handle().id());
    for foreign in [
        json!({"janus": "webrtcup", "session_id": 7, "sender": handle}),
        json!({"janus": "webrtcup", "session_id": session, "sender": 7}),
        json!({"janus": "webrtcup"}),
        json!({"janus": "keepalive"}),
    ] {
        fake.push(session, foreign);
    }
    let plugin = |data: Value| {
        json!({"janus": "event", "session_id": session, "sender": handle, "transaction": "theirs",
            "plugindata": {"plugin": "janus.plugin.videoroom", "data": data}})
    };
    fake.push(
        session,
        json!({"janus": "solar-flare", "session_id": session}),
    );
    fake.push(
        session,
        json!({"janus": "media", "session_id": session, "sender": handle}),
    );
    fake.push(
        session,
        plugin(json!({"videoroom": "event", "confetti": 1})),
    );
    fake.push(
        session,
        plugin(json!({"videoroom": "event", "publishers": "<x>"})),
    );
    fake.push(
        session,
        plugin(json!({"videoroom": "event", "leaving": "p2-1"})),
    );

    let names: Vec<String> = {
        let mut names = Vec::new();
        for _ in 0..5 {
            let heard = call.heard.next().await.unwrap();
            assert!(!heard.answered, "{heard:?}");
            names.push(match heard.kind {
                Kind::Plugin(said) => format!("{:?}", Said::read(&said.data)),
                other => other.name().to_owned(),
            });
        }
        names
    };
    let expected = [
        "solar-flare",
        "media",
        "Unknown(\"event confetti\")",
        "Unknown(\"event publishers\")",
        "Leaving(\"p2-1\")",
    ];
    assert_eq!(names, expected);
    assert_eq!(call.session.ignored(), 3);
    call.session.keepalive(soon()).await.unwrap();
}

#[actix::test]
async fn a_handle_that_hung_up_is_not_used_again() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let mut call = Call::joined(&client, "p1-1").await;
    call.heard.so_far();
    let (session, handle) = (call.session.id(), call.videoroom.handle().id());
    let hangup = json!({"janus": "hangup", "session_id": session, "sender": handle,
        "reason": "DTLS alert"});
    fake.push(session, hangup);
    let heard = call.heard.next().await.unwrap();
    let reason = "DTLS alert".to_owned();
    assert_eq!(heard.kind, Kind::Hangup { reason });
    let asked = fake.count("configure");
    let refused = call.videoroom.publish(OFFER.into(), &[], soon()).await;
    assert!(
        matches!(refused, Err(Error::Unusable { .. })),
        "{refused:?}"
    );
    assert_eq!(fake.count("configure"), asked, "nothing was sent");
}

#[actix::test]
async fn a_caller_that_gives_up_leaves_no_second_message_under_way() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let call = Call::joined(&client, "p1-1").await;
    fake.once(On::Event("configure"), Fault::Dropped);
    let given_up = call.videoroom.publish(OFFER.into(), &[], soon());
    assert!(tokio::time::timeout(PATIENCE, given_up).await.is_err());
    let next = call.videoroom.publish(OFFER.into(), &[], soon()).await;
    assert!(matches!(next, Err(Error::Unusable { .. })), "{next:?}");
    assert_eq!(fake.count("configure"), 1);
}

#[actix::test]
async fn a_poll_that_is_given_up_ends_the_session() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let (session, mut events) = client.create(random_id(), soon()).await.unwrap();
    assert!(tokio::time::timeout(PATIENCE, events.next()).await.is_err());
    assert!(matches!(events.next().await, Err(Error::Lost { .. })));
    let lost = session.keepalive(soon()).await;
    assert!(matches!(lost, Err(Error::Lost { .. })), "{lost:?}");
}

#[actix::test]
async fn a_lost_poll_fails_what_waits_at_once() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let call = Call::joined(&client, "p1-1").await;
    fake.once(On::Event("configure"), Fault::Dropped);
    let publish = call.videoroom.publish(OFFER.into(), &[], soon());
    let end = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        fake.once(On::Poll, Fault::CutBody);
        fake.push(call.session.id(), json!({"janus": "webrtcup"}));
    };
    let begun = Instant::now();
    let (published, ()) = futures_util::future::join(publish, end).await;
    assert!(
        matches!(published, Err(Error::Lost { .. })),
        "{published:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[actix::test]
async fn a_second_message_waits_for_the_answer_to_the_first() {
    let fake = FakeJanus::start().await;
    let client = client(&fake);
    let call = Call::joined(&client, "p1-1").await;
    fake.once(On::Event("configure"), Fault::Late(PATIENCE));
    let publish = |deadline| call.videoroom.publish(OFFER.into(), &[], deadline);
    let watch = async {
        tokio::time::sleep(PATIENCE / 2).await;
        fake.count("configure")
    };
    let impatient = publish(Instant::now() + PATIENCE / 3);
    let (first, impatient, last, under_way) =
        futures_util::future::join4(publish(soon()), impatient, publish(soon()), watch).await;
    first.unwrap();
    // one that cannot wait is never sent, and spoils nothing
    assert!(
        matches!(impatient, Err(Error::Timeout { .. })),
        "{impatient:?}"
    );
    last.unwrap();
    assert_eq!(under_way, 1);
    assert_eq!(fake.count("configure"), 2);
}
